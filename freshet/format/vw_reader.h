#pragma once
/// Vowpal Wabbit text (docs/text-formats.md):
///
///     line    := [label-part] { '|' section }     an empty line ends a multi-line example
///     section := [ name [ ':' number ] ] { blank [ feature ] }
///     feature := name | name ':' number | ':' number | name ':' text | ':' text
///
/// `1 2 first|f price:0.5 red |g size=xl` is a label, a weight, a tag, and two sections. Names become
/// 32-bit hashes, as VW makes them before it masks; the learner masks. The group of a section is the
/// first byte of its name (a space for none); sections of one group are joined in order of
/// appearance. Features of value 0 are left out and counted.
///
/// For a learner of decisions an example is several lines: `shared | ...` or none, one line for each
/// action, of which at most one begins with `n:cost:probability`, then an empty line.

#include <array>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "freshet/format/label_text.h"
#include "freshet/format/line_cut.h"
#include "freshet/format/line_reader.h"
#include "freshet/format/mistake.h"
#include "freshet/format/reader_options.h"
#include "freshet/format/token_window.h"

namespace freshet {

class VwReader final : public LineReader {
 public:
  /// `schema` is borrowed; classes are added to it only if `options.learning`.
  VwReader(const ReaderOptions& options, Schema& schema) noexcept;

  Read read(std::span<const char> window, bool last, ExampleBlock& out,
            std::span<Bad> bad) noexcept override;
  uint64_t next_line() const noexcept override { return next_line_; }
  void skip_lines(uint64_t count) noexcept override { next_line_ += count; }
  void restart() noexcept override;
  void end() noexcept override;
  uint64_t zeros() const noexcept override { return zeros_; }
  std::unique_ptr<LineReader> helper() const noexcept override;
  Counts give_counts() noexcept override;
  void adopt(const Counts& counts, std::span<ExampleBlock> blocks) noexcept override;
  std::size_t longest_example(std::size_t max_line) const noexcept override;
  std::span<const std::string> notices() const noexcept override { return notices_; }

  /// H(name, seed) of the format: digits only are a number, unless all names are hashed.
  uint32_t hash(std::string_view name, uint32_t seed) const noexcept;

 private:
  // Sections of one group in a row: features [begin, end) of the example.
  struct Run {
    uint32_t key, begin, end;
  };
  // What the features of one section share.
  struct Section {
    uint32_t key, hash, anonymous;
    float weight;
    std::string_view name = {};
  };
  // A decision while its lines are read.
  struct Choice {
    int32_t chosen = -1, actions = 0, rows = 0;
    float cost = 0, probability = 1;
  };

  void seed_sections() noexcept;
  bool plain_line(const TokenWindow::Line& line, ExampleBlock& out) noexcept;
  bool plain_features(const TokenWindow::Line& line, ExampleBlock& out) noexcept;
  bool plain_label(const TokenWindow::Line& line, ExampleBlock& out) noexcept;
  Read read_decisions(std::span<const char> window, bool last, ExampleBlock& out,
                      std::span<Bad> bad) noexcept;
  std::size_t skip_decision(std::span<const char> window, bool last) noexcept;
  bool decision(std::span<const char> lines, ExampleBlock& out, Bad& bad) noexcept;
  bool decision_line(Line line, Choice& choice, ExampleBlock& out, Mistake& mistake) noexcept;
  bool choice_label(Choice& choice, Mistake& mistake) noexcept;
  bool line(Line line, ExampleBlock& out, Mistake& mistake) noexcept;
  const char* find_bar(Line line, Mistake& mistake) const noexcept;
  void split_label(const char* begin, const char* bar, ExampleBlock& out) noexcept;
  bool label(ExampleBlock& out, Mistake& mistake) noexcept;
  bool weight_and_initial(ExampleBlock& out, Mistake& mistake) noexcept;
  bool sections(const char* bar, const char* end, ExampleBlock& out, Mistake& mistake) noexcept;
  bool head(std::string_view text, Section& section, Mistake& mistake) noexcept;
  bool feature(std::string_view token, Section& section, ExampleBlock& out,
               Mistake& mistake) noexcept;
  void keep_name(uint32_t index, const Section& section, std::string_view token,
                 ExampleBlock& out) noexcept;
  bool is_first_name(uint32_t index) noexcept;
  bool add(uint32_t index, float value, const char* at, ExampleBlock& out,
           Mistake& mistake) noexcept;
  void finish(uint64_t line, ExampleBlock& out) noexcept;
  void add_run(uint32_t key, uint32_t begin, uint32_t end) noexcept;
  void join_groups(ExampleBlock& out) noexcept;

  const bool hash_all_, wants_initial_, keeps_names_;
  const uint32_t hash_seed_, default_hash_;
  LabelText labels_;
  TokenWindow tokens_;
  std::string last_section_;  // and its hash: sections repeat
  uint32_t last_hash_ = 0;
  uint64_t next_line_ = 1, zeros_ = 0;
  bool skips_decision_ = false;  // the rest of one that is too long
  // Of the example now read.
  std::vector<std::string_view> words_;  // of its label
  std::vector<Run> runs_;
  float initial_ = 0;
  // To join groups.
  std::vector<Run> ordered_;
  std::vector<uint32_t> index_;
  std::vector<float> value_;
  // Tags that are numbers where a label is missing: `1|f x` for `1 |f x`.
  uint64_t tags_ = 0, number_tags_ = 0;
  std::vector<std::string> notices_;
  std::unordered_set<uint32_t> named_;  // hashes whose names went into a block
};

}  // namespace freshet
