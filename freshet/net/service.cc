#include "freshet/net/service.h"

#include <algorithm>
#include <cstring>

#include "freshet/base/bits.h"

namespace freshet {
namespace {

struct DatatypeFact {
  std::string_view name;
  std::size_t size;
};

// In the order of the enum.
constexpr DatatypeFact kDatatypes[] = {{"", 0},       {"BOOL", 1},   {"UINT8", 1}, {"UINT16", 2},
                                       {"UINT32", 4}, {"UINT64", 8}, {"INT8", 1},  {"INT16", 2},
                                       {"INT32", 4},  {"INT64", 8},  {"FP16", 2},  {"BF16", 2},
                                       {"FP32", 4},   {"FP64", 8},   {"BYTES", 0}};
constexpr std::size_t kDatatypeCount = sizeof(kDatatypes) / sizeof(kDatatypes[0]);
static_assert(kDatatypeCount == static_cast<std::size_t>(Datatype::bytes) + 1);

constexpr std::string_view kMethods[] = {
    "none",         "live",       "ready",   "server_metadata", "model_metadata", "model_ready",
    "model_config", "infer",      "train",   "predict_train",   "feedback",       "activate",
    "index",        "metrics",    "history", "events",          "checkpoint",     "inference",
    "training",     "prometheus", "asset"};
static_assert(sizeof(kMethods) / sizeof(kMethods[0]) ==
              static_cast<std::size_t>(Method::asset) + 1);

template <class T>
T load_as(const std::byte* from) noexcept {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

float half_to_float(uint16_t half) noexcept {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  const uint32_t exponent = (half >> 10) & 0x1fu;
  const uint32_t fraction = half & 0x3ffu;
  if (exponent == 0) {  // zero or subnormal: fraction * 2^-24, exact in a float
    const float magnitude = static_cast<float>(fraction) * 5.9604644775390625e-8f;
    return sign != 0 ? -magnitude : magnitude;
  }
  const uint32_t wide = exponent == 31 ? 255u : exponent + 112u;
  return bit_cast<float>(sign | (wide << 23) | (fraction << 13));
}

// Words of a 16-bit type whose exponent bits are all ones are infinities and NaNs.
template <class T>
std::size_t first_with(std::span<const T> values, T exponent) noexcept {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if ((values[i] & exponent) == exponent) return i;
  }
  return values.size();
}

}  // namespace

std::string_view method_name(Method method) noexcept {
  const auto at = static_cast<std::size_t>(method);
  return at < sizeof(kMethods) / sizeof(kMethods[0]) ? kMethods[at] : kMethods[0];
}

std::string_view datatype_name(Datatype type) noexcept {
  const auto at = static_cast<std::size_t>(type);
  return at < kDatatypeCount ? kDatatypes[at].name : std::string_view();
}

Datatype datatype_named(std::string_view name) noexcept {
  for (std::size_t at = 1; at < kDatatypeCount; ++at) {
    if (kDatatypes[at].name == name) return static_cast<Datatype>(at);
  }
  return Datatype::none;
}

std::size_t datatype_size(Datatype type) noexcept {
  const auto at = static_cast<std::size_t>(type);
  return at < kDatatypeCount ? kDatatypes[at].size : 0;
}

double tensor_number(const Tensor& tensor, std::size_t at) noexcept {
  const std::byte* const from = tensor.data.data() + at * datatype_size(tensor.datatype);
  switch (tensor.datatype) {
    case Datatype::boolean:
    case Datatype::u8:
      return load_as<uint8_t>(from);
    case Datatype::u16:
      return load_as<uint16_t>(from);
    case Datatype::u32:
      return load_as<uint32_t>(from);
    case Datatype::u64:
      return static_cast<double>(load_as<uint64_t>(from));
    case Datatype::i8:
      return load_as<int8_t>(from);
    case Datatype::i16:
      return load_as<int16_t>(from);
    case Datatype::i32:
      return load_as<int32_t>(from);
    case Datatype::i64:
      return static_cast<double>(load_as<int64_t>(from));
    case Datatype::f16:
      return static_cast<double>(half_to_float(load_as<uint16_t>(from)));
    case Datatype::bf16:
      return static_cast<double>(
          bit_cast<float>(static_cast<uint32_t>(load_as<uint16_t>(from)) << 16));
    case Datatype::f32:
      return static_cast<double>(load_as<float>(from));
    case Datatype::f64:
      return load_as<double>(from);
    case Datatype::none:
    case Datatype::bytes:
      break;
  }
  return 0;
}

std::size_t first_not_finite(const Tensor& tensor) noexcept {
  switch (tensor.datatype) {
    case Datatype::f16:
      return first_with<uint16_t>(tensor.values<uint16_t>(), 0x7c00);
    case Datatype::bf16:
      return first_with<uint16_t>(tensor.values<uint16_t>(), 0x7f80);
    case Datatype::f32:
      return first_with<uint32_t>(tensor.values<uint32_t>(), 0x7f800000);
    case Datatype::f64:
      return first_with<uint64_t>(tensor.values<uint64_t>(), 0x7ff0000000000000);
    default:
      return tensor.elements();
  }
}

}  // namespace freshet
