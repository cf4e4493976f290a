#include "freshet/base/status.h"

#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "freshet/base/failure.h"

namespace freshet {
namespace {

struct Shape {
  virtual ~Shape() = default;
  virtual int corners() const = 0;
};
struct Square final : Shape {
  int corners() const override { return 4; }
};

Result<std::unique_ptr<Shape>> make_shape(bool possible) {
  if (!possible) return {Code::not_found, "shape: there is none", 7};
  return std::make_unique<Square>();
}

Status use_shape(bool possible, int* reached) {
  FRESHET_TRY(make_shape(possible));
  FRESHET_TRY_ASSIGN(const std::unique_ptr<Shape> shape, make_shape(possible));
  *reached = shape->corners();
  FRESHET_TRY(Status(Code::denied, "shape: not for you"));
  *reached = -1;
  return {};
}

Result<int> corners_of(bool possible) {
  int reached = 0;
  FRESHET_TRY(use_shape(possible, &reached));
  return reached;
}

int dropped = 0;
void count_drop(const char*) noexcept {
  dropped++;
}

}  // namespace

TEST_CASE("status: ok says nothing, a failure says code, text and position") {
  const Status fine;
  CHECK(fine.ok());
  CHECK(fine.text().empty());
  const Status bad(Code::corrupt, "file: bits flipped", 42);
  CHECK_FALSE(bad.ok());
  CHECK(bad.code() == Code::corrupt);
  CHECK(bad.text() == "file: bits flipped");
  CHECK(bad.at() == 42);
}

TEST_CASE("status: codes spell their own names") {
  CHECK(code_name(Code::ok) == "ok");
  CHECK(code_name(Code::invalid_argument) == "invalid_argument");
  CHECK(code_name(Code::internal) == "internal");
  CHECK(code_name(static_cast<Code>(200)) == "unknown");
}

TEST_CASE("status: an owned text is dropped once, by the last holder") {
  dropped = 0;
  {
    Status first(Code::internal, "owned", 0, count_drop);
    Status second = std::move(first);
    CHECK(second.text() == "owned");
    CHECK_FALSE(first.ok());  // NOLINT(bugprone-use-after-move): a failure stays one
    CHECK(first.text().empty());
    Status third(Code::denied, "also owned", 0, count_drop);
    third = std::move(second);
    CHECK(dropped == 1);
    CHECK(third.code() == Code::internal);
  }
  CHECK(dropped == 2);
}

TEST_CASE("status: failure() copies its text") {
  std::string text = "log: no space left in /data";
  const Status status = failure(Code::exhausted, text, 3);
  text.assign(text.size(), '-');
  CHECK(status.text() == "log: no space left in /data");
  CHECK(status.at() == 3);
  CHECK(failure(Code::exhausted, "").text().empty());
  CHECK(failure(Code::not_found, std::string_view("\0a: unknown", 11)).text() == "?a: unknown");
}

TEST_CASE("result: holds a value, also of a derived class, or the failure") {
  Result<std::unique_ptr<Shape>> shape = make_shape(true);
  REQUIRE(shape.ok());
  CHECK((*shape)->corners() == 4);
  CHECK(shape->get() == (*shape).get());
  CHECK(shape.status().ok());
  Result<std::unique_ptr<Shape>> none = make_shape(false);
  CHECK_FALSE(none.ok());
  CHECK(none.status().at() == 7);
  const Status status = std::move(none).status();
  CHECK(status.text() == "shape: there is none");
  CHECK_FALSE(none.ok());  // NOLINT(bugprone-use-after-move)
}

TEST_CASE("result: assignment ends the old value and keeps count") {
  auto first = std::make_shared<int>(1), second = std::make_shared<int>(2);
  Result<std::shared_ptr<int>> result = first;
  CHECK(first.use_count() == 2);
  result = Result<std::shared_ptr<int>>(second);
  CHECK(first.use_count() == 1);
  CHECK(second.use_count() == 2);
  result = Result<std::shared_ptr<int>>(Code::unavailable, "gone");
  CHECK(second.use_count() == 1);
  result = Result<std::shared_ptr<int>>(first);
  CHECK(**result == 1);
}

TEST_CASE("result: made of an ok status it is an internal failure, not a value that isn't there") {
  const Result<int> result = Status();
  CHECK_FALSE(result.ok());
  CHECK(result.status().code() == Code::internal);
}

TEST_CASE("FRESHET_TRY: leaves with the first failure and goes on otherwise") {
  int reached = 0;
  CHECK(use_shape(false, &reached).code() == Code::not_found);
  CHECK(reached == 0);
  CHECK(use_shape(true, &reached).code() == Code::denied);
  CHECK(reached == 4);
  CHECK(corners_of(false).status().at() == 7);
}

}  // namespace freshet
