#include "freshet/net/http/tensor_bytes.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <new>
#include <string>

#include "freshet/base/failure.h"

namespace freshet {
namespace {

static_assert(std::endian::native == std::endian::little,
              "binary tensors are borrowed as they came");

Status bad(const Tensor& tensor, const std::string& what) {
  return failure(Code::invalid_argument,
                 "binary data of \"" + std::string(tensor.name) + "\": " + what);
}

Status too_much() {
  return failure(Code::exhausted, std::string("body: ") + kTooMuchAtOnce);
}

Status take_texts(std::string_view bytes, Tensor& tensor, BodyMemory& memory) {
  const std::size_t count = tensor.elements();
  if (count > bytes.size() / 4)
    return bad(tensor, "too short for " + std::to_string(count) + " elements");
  auto* const texts = memory.take<std::string_view>(count);
  if (texts == nullptr) return too_much();
  for (std::size_t i = 0; i < count; ++i) {
    uint32_t length = 0;
    if (bytes.size() < sizeof length)
      return bad(tensor, "element " + std::to_string(i) + " has no length");
    std::memcpy(&length, bytes.data(), sizeof length);
    bytes.remove_prefix(sizeof length);
    if (length > bytes.size())
      return bad(tensor, "element " + std::to_string(i) + " says " + std::to_string(length) +
                             " bytes, " + std::to_string(bytes.size()) + " are left");
    ::new (texts + i) std::string_view(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
  if (!bytes.empty())
    return bad(tensor, std::to_string(bytes.size()) + " bytes left over behind the last element");
  tensor.texts = {texts, count};
  return {};
}

Status take_numbers(std::string_view bytes, Tensor& tensor, BodyMemory& memory) {
  const std::size_t size = datatype_size(tensor.datatype);
  if (bytes.size() != tensor.elements() * size)
    return bad(tensor, "shape and datatype make " + std::to_string(tensor.elements() * size) +
                           " bytes, announced are " + std::to_string(bytes.size()));
  const std::byte* from = reinterpret_cast<const std::byte*>(bytes.data());
  if (reinterpret_cast<std::uintptr_t>(from) % size != 0) {
    auto* const aligned = memory.take<std::byte>(bytes.size());
    if (aligned == nullptr) return too_much();
    std::memcpy(aligned, from, bytes.size());
    from = aligned;
  }
  tensor.data = {from, bytes.size()};
  if (tensor.datatype == Datatype::boolean &&
      std::any_of(bytes.begin(), bytes.end(), [](char c) { return c != 0 && c != 1; }))
    return bad(tensor, "a BOOL is one byte, 0 or 1");
  return {};
}

}  // namespace

Status take_tensor_bytes(std::string_view bytes, TensorDrafts& drafts, BodyMemory& memory) {
  for (std::vector<TensorDraft>* list : {&drafts.inputs, &drafts.targets, &drafts.weights}) {
    for (TensorDraft& draft : *list) {
      if (!draft.binary_size) continue;
      Tensor& tensor = draft.tensor;
      if (*draft.binary_size > bytes.size())
        return bad(tensor, std::to_string(*draft.binary_size) + " bytes announced, " +
                               std::to_string(bytes.size()) +
                               " left in the body; is Inference-Header-Content-Length right?");
      const std::string_view mine = bytes.substr(0, static_cast<std::size_t>(*draft.binary_size));
      bytes.remove_prefix(mine.size());
      FRESHET_TRY(tensor.datatype == Datatype::bytes ? take_texts(mine, tensor, memory)
                                                     : take_numbers(mine, tensor, memory));
    }
  }
  if (bytes.empty()) return {};
  return failure(Code::invalid_argument, "body: " + std::to_string(bytes.size()) +
                                             " bytes left over behind the last binary tensor");
}

}  // namespace freshet
