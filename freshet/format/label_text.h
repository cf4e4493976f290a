#pragma once
/// Labels of line formats without columns: a word becomes a number, a class, several, or costs.

#include <string_view>

#include "freshet/core/schema.h"
#include "freshet/format/mistake.h"
#include "freshet/format/reader_options.h"
#include "freshet/format/word_ids.h"

namespace freshet {

class LabelText {
 public:
  /// `schema` is borrowed; classes are added to it only if `options.learning`.
  LabelText(const ReaderOptions& options, Schema& schema) noexcept;

  /// One number or class, a list `1,3,7` of classes, or one cost; nothing for Target::none. A class
  /// that may not be added and isn't known is as good as no label. False: see `mistake`.
  /// REQUIRES: 8 readable bytes behind the word.
  bool read(std::string_view word, ExampleBlock& out, Mistake& mistake) noexcept;
  /// `class:cost`, label values id, cost.
  bool read_cost(std::string_view word, ExampleBlock& out, Mistake& mistake) noexcept;

  Target kind() const noexcept { return kind_; }
  /// From now on a class that would have to be added is a mistake: for helpers.
  void refuse_new() noexcept { adds_ = false; }

 private:
  // The id of a class, kNone: not known and not to be added. False: it can't be added.
  bool find(std::string_view word, uint32_t& id, Mistake& mistake) noexcept;

  const Target kind_;
  const bool binary_, learning_;
  bool adds_ = true;
  Schema& schema_;
  WordIds<4> known_;
};

/// Id of the class called `text`, added if new and `learning`; kNone: there is none, which is as good as
/// no label. Fails if it can't be added.
Result<uint32_t> class_id(Schema& schema, std::string_view text, bool learning,
                          bool binary) noexcept;
/// The same of a category.
Result<uint32_t> category_id(Schema& schema, uint32_t feature, std::string_view text,
                             bool learning) noexcept;

/// A number of a label part or a value, whole: false and `mistake` with `otherwise` for what is no
/// number, `range` for one beyond float32.  REQUIRES: 8 readable bytes behind the word.
bool read_number(std::string_view word, float& value, Reason otherwise, const char* why,
                 Mistake& mistake) noexcept;

}  // namespace freshet
