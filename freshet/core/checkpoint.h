#pragma once
/// How a component puts its state into a model file and takes it back: named, typed tensors.
///
/// core/model_file.h is the container that implements both ends; docs/model-format.md describes the
/// bytes.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "freshet/base/status.h"

namespace freshet {

/// Written to files: never change or reuse.
enum class DType : uint8_t {
  f32 = 1,
  f64,
  bf16,
  f16,
  i8,
  u8,
  i16,
  u16,
  i32,
  u32,
  i64,
  u64,
  boolean,
  c64,
  c128
};

/// Bytes of one element.
constexpr std::size_t size_of(DType type) noexcept {
  switch (type) {
    case DType::i8:
    case DType::u8:
    case DType::boolean:
      return 1;
    case DType::bf16:
    case DType::f16:
    case DType::i16:
    case DType::u16:
      return 2;
    case DType::f32:
    case DType::i32:
    case DType::u32:
      return 4;
    case DType::f64:
    case DType::i64:
    case DType::u64:
    case DType::c64:
      return 8;
    case DType::c128:
      return 16;
  }
  return 0;
}

/// A borrowed tensor, row-major, little-endian.
struct TensorRef {
  DType type;
  std::span<const uint64_t> shape;  // rank <= 8
  std::span<const std::byte> data;
};

/// Takes the tensors of one component. Names are unique within the component; the container adds
/// the prefix.
class Writer {
 public:
  virtual ~Writer() = default;
  virtual Status put(std::string_view name, const TensorRef& tensor) noexcept = 0;
};

/// Gives them back.
class Reader {
 public:
  virtual ~Reader() = default;
  /// The component format the file was written with, within oldest_format..format.
  virtual uint32_t format() const noexcept = 0;
  /// A view, valid while the Reader lives. No such tensor: `not_found`.
  virtual Result<TensorRef> get(std::string_view name) noexcept = 0;
  /// Views outlive the component that loads, which shall only predict: it may read large tables where they stand, in a mapped
  /// file, and leave out what only learning needs.
  virtual bool stays() const noexcept { return false; }
};

namespace checkpoint_detail {
template <class T>
inline constexpr DType dtype_of = DType::u8;
template <>
inline constexpr DType dtype_of<float> = DType::f32;
template <>
inline constexpr DType dtype_of<double> = DType::f64;
template <>
inline constexpr DType dtype_of<int32_t> = DType::i32;
template <>
inline constexpr DType dtype_of<uint32_t> = DType::u32;
template <>
inline constexpr DType dtype_of<int64_t> = DType::i64;
template <>
inline constexpr DType dtype_of<uint64_t> = DType::u64;
}  // namespace checkpoint_detail

/// Writes a flat array as a tensor of shape [n].
template <class T>
Status put_array(Writer& writer, std::string_view name, std::span<const T> values) noexcept {
  const uint64_t shape[1] = {values.size()};
  return writer.put(name, {checkpoint_detail::dtype_of<T>, shape, std::as_bytes(values)});
}
/// Writes one number as a tensor of shape [1].
template <class T>
Status put_value(Writer& writer, std::string_view name, T value) noexcept {
  return put_array<T>(writer, name, std::span<const T>(&value, 1));
}
/// A view of tensor `name` as a flat array; another type or rank: `corrupt`. 64-byte aligned in the
/// file.
template <class T>
Result<std::span<const T>> get_array(Reader& reader, std::string_view name) noexcept {
  auto tensor = reader.get(name);
  if (!tensor.ok()) return std::move(tensor).status();
  if (tensor->type != checkpoint_detail::dtype_of<T> || tensor->shape.size() != 1)
    return Status(Code::corrupt,
                  "model file: a tensor has another type or rank than its component expects");
  return std::span<const T>(reinterpret_cast<const T*>(tensor->data.data()),
                            tensor->data.size() / sizeof(T));
}
/// Reads an array of exactly `into.size()` numbers.
template <class T>
Status get_into(Reader& reader, std::string_view name, std::span<T> into) noexcept {
  auto values = get_array<T>(reader, name);
  if (!values.ok()) return std::move(values).status();
  if (values->size() != into.size())
    return Status(Code::corrupt,
                  "model file: a tensor has another size than its component expects");
  for (std::size_t k = 0; k < into.size(); ++k)
    into[k] = (*values)[k];
  return {};
}
template <class T>
Status get_value(Reader& reader, std::string_view name, T& into) noexcept {
  return get_into<T>(reader, name, std::span<T>(&into, 1));
}

}  // namespace freshet
