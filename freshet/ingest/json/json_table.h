#pragma once
/// Dataset JSON, the table format of TinyMLKit: one object, `Features` an array of equally long
/// arrays of numbers, `Label` an array of as many labels. Columns are called 0, 1, ...

#include <string>
#include <string_view>
#include <vector>

#include "freshet/core/schema.h"
#include "freshet/format/line_reader.h"
#include "freshet/format/reader_options.h"

namespace freshet {

/// A table is read whole before its first row is given, 1 GiB of text at most.
class JsonTable {
 public:
  enum class Look : uint8_t { table, other, more, perhaps };
  static constexpr std::size_t kMostBytes = std::size_t{1} << 30;

  /// `options` and `schema` are borrowed.
  JsonTable(const ReaderOptions& options, Schema& schema) noexcept
      : options_(options), schema_(schema) {}

  /// What begins so. `more`: a few bytes will tell; `perhaps`: labels, and their end isn't there.
  static Look look(std::string_view text) noexcept;
  /// Waits for all of it, then reads it.
  Begin begin(std::string_view text, bool last, Bad& bad) noexcept;
  /// The next rows. The window, which is all of the text, is used with the last one. `line`: the
  /// row's number.
  Read read(std::span<const char> window, ExampleBlock& out, std::span<Bad> bad,
            uint64_t& line) noexcept;
  void clear() noexcept;

 private:
  class Parser;
  struct Label {
    float value;
    std::string text;
  };
  bool fail(std::string_view text, std::size_t at, Reason reason, const char* why,
            Bad& bad) const noexcept;
  Status add_columns() noexcept;
  bool row(std::size_t k, ExampleBlock& out, Bad& bad) noexcept;

  const ReaderOptions& options_;
  Schema& schema_;
  std::vector<float> values_;  // shape [rows, columns]
  std::vector<Label> labels_;
  std::vector<uint32_t> features_;
  std::size_t columns_ = 0, rows_ = 0, next_ = 0;
  bool is_dense_ = false;
};

}  // namespace freshet
