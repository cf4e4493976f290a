#include "freshet/net/service.h"

#include <cmath>

#include <doctest/doctest.h>

namespace freshet {
namespace {

TEST_CASE("service: every datatype's name comes back as itself") {
  for (int i = 1; i <= static_cast<int>(Datatype::bytes); ++i) {
    const auto type = static_cast<Datatype>(i);
    CHECK(datatype_named(datatype_name(type)) == type);
  }
  CHECK(datatype_named("fp32") == Datatype::none);
  CHECK(datatype_named("") == Datatype::none);
  CHECK(method_name(Method::asset) == "asset");
  CHECK(method_name(Method::predict_train) == "predict_train");
}

TEST_CASE("service: tensor_number reads every type, half floats to the bit") {
  const int64_t shape[] = {5};
  const uint16_t halves[] = {0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00};
  const Tensor half = Tensor::of<uint16_t>("x", Datatype::f16, shape, halves);
  CHECK(tensor_number(half, 0) == 1.0);
  CHECK(tensor_number(half, 1) == -2.0);
  CHECK(tensor_number(half, 2) == std::ldexp(1.0, -24));
  CHECK(tensor_number(half, 3) == 65504.0);
  CHECK(std::isinf(tensor_number(half, 4)));

  const int64_t one[] = {1};
  const uint16_t brain[] = {0x4048};
  CHECK(tensor_number(Tensor::of<uint16_t>("x", Datatype::bf16, one, brain), 0) == 3.125);
  const int64_t big[] = {-9007199254740993};
  CHECK(tensor_number(Tensor::of<int64_t>("x", Datatype::i64, one, big), 0) == -9007199254740992.0);
  const int8_t small[] = {-3};
  CHECK(tensor_number(Tensor::of<int8_t>("x", Datatype::i8, one, small), 0) == -3.0);
}

}  // namespace
}  // namespace freshet
