#pragma once
/// Reads JSON (RFC 8259) the way one reads it aloud: the caller asks for what it expects next.
///
///     JsonReader in(body);
///     std::string_view key;
///     in.begin_object();
///     while (in.next_key(key)) {
///       if (key == "id") in.read_string(id);
///       else in.skip_value();
///     }
///     if (!in.finish()) return failure(Code::invalid_argument, in.error());
///
/// Every function returns false at an error; after the first one all do nothing, and error() names
/// the place: `inputs[0].data[4]: expected a number, found "n/a"`. So the happy path needs no
/// checks in between.
///
/// Why not Boost.JSON's basic_parser (1.81): it rounds decimals up to an ulp away from the nearest
/// double and takes 1e999 for infinity, so every number would be read twice; and a schema read
/// through callbacks is a state machine. The fuzzer compares the two: what one takes, the other
/// takes.
///
/// Limits: depth 64, without recursion; names may not repeat within an object that is read (what is
/// skipped is only checked to be JSON). Strings are UTF-8 and come unescaped: views of `text`, or
/// of memory of the reader where there was an escape. Nothing else allocates.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

namespace freshet {

class JsonReader {
 public:
  static constexpr std::size_t kMaxDepth = 64;
  static constexpr std::size_t kMaxMembers = 256;  ///< of one object that is read

  enum class Kind : uint8_t { object, array, string, number, boolean, null, bad };

  /// text: borrowed. memory: for unescaped strings; lives as long as they are used.
  JsonReader(std::string_view text, std::pmr::memory_resource* memory) noexcept;

  /// What comes next, without taking it. `bad` at the end, at garbage, and after an error.
  Kind kind() noexcept;

  bool begin_object() noexcept;
  /// Moves to the next member's value; false behind the last (then the object is closed) and at an
  /// error.
  bool next_key(std::string_view& key) noexcept;
  bool begin_array() noexcept;
  /// Moves to the next element; false behind the last (then the array is closed) and at an error.
  bool next_element() noexcept;

  bool read_string(std::string_view& value) noexcept;
  bool read_bool(bool& value) noexcept;
  /// Takes `null` if it is next; otherwise false, and no error.
  bool take_null() noexcept;

  /// The number's own text; is_integer: without fraction and exponent.
  bool read_number(std::string_view& text, bool& is_integer) noexcept;
  /// The nearest value; beyond the largest finite one is an error.
  bool read_float(float& value) noexcept;
  bool read_double(double& value) noexcept;
  /// Integers only: `3`, not `3.0`. Both ends are included.
  bool read_i64(int64_t& value, int64_t low = INT64_MIN, int64_t high = INT64_MAX) noexcept;
  bool read_u64(uint64_t& value, uint64_t high = UINT64_MAX) noexcept;

  bool skip_value() noexcept;
  /// Skips a value and gives its text.
  bool raw_value(std::string_view& text) noexcept;

  /// Nothing but blanks is left, and there was no error.
  bool finish() noexcept;

  /// Makes "<place>: <what>" the error, unless there is one. Always false.
  bool fail(std::string_view what) noexcept;
  /// "<place>: expected <expected>, found <what is there>".
  bool expected(std::string_view expected) noexcept;
  bool failed() const noexcept { return !error_.empty(); }
  const std::string& error() const noexcept { return error_; }

  /// `inputs[0].data[4]`; "body" at the top.
  std::string place() const;

  /// Bytes not read yet: an upper limit for what may still come.
  std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

  /// A value to come back to, for members that come before those which explain them.
  struct Mark {
    const char* at = nullptr;
    std::size_t depth = 0;
    std::string_view key;
    uint64_t index = 0;
  };
  Mark mark() const noexcept;
  /// REQUIRES: the containers around the mark are open, or the innermost of them was just closed.
  void go_to(const Mark&) noexcept;

 private:
  // Trivial, so that making a reader touches none of them.
  struct Name {
    const char* data;
    std::size_t size;
    std::string_view view() const noexcept { return {data, size}; }
  };
  struct Frame {
    bool is_object, is_first;
    Name key;
    uint64_t index;
    std::size_t names_before;
  };

  void skip_blanks() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t'))
      ++at_;
  }
  bool push(bool is_object) noexcept;
  bool close(char bracket) noexcept;
  bool scan_number(const char*& end, bool& is_integer) noexcept;
  bool scan_string(std::string_view& value, bool keep) noexcept;
  bool unescape(const char* from, const char* to, std::string_view& value) noexcept;
  bool is_repeated(std::string_view key) noexcept;
  bool skip_scalar() noexcept;
  bool fail_at(const char* where, std::string_view what) noexcept;
  std::string found() noexcept;

  const char* begin_;
  const char* at_;
  const char* end_;
  std::pmr::memory_resource* memory_;
  std::size_t depth_ = 0;
  std::size_t names_ = 0;  // of all open objects
  std::array<Frame, kMaxDepth> frames_;
  std::array<Name, 32> few_names_;
  std::vector<Name> more_names_;
  std::string error_;
};

}  // namespace freshet
