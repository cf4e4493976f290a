#pragma once
/// From a door's tensors to examples: the input forms of tabular models.
///
///     x        numbers [n, d]          columns by place; an empty model calls them 0, 1, ...
///     json     BYTES [n]               an object each: {"age": 31, "town": "Bern", "y": 1}
///     text     BYTES [n]               a sparse line each: 1 | 0:1.5 7:2
///     indices UINT64 + values FP32 + offsets INT64 [n + 1]    compressed rows
///
/// Everything is pure; any thread. Errors are `invalid_argument` and name the place: "x: row 2, column 5: not finite".

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "freshet/base/status.h"
#include "freshet/core/example_block.h"
#include "freshet/core/learner.h"
#include "freshet/core/schema.h"
#include "freshet/net/service.h"

namespace freshet {

/// What a model takes.
struct InputForm {
  const Schema* schema = nullptr;
  Label label = Label::one_class;
  bool is_binary = false;         // trait kBinary
  std::string_view target = "y";  // member of a json row that is the label
  uint32_t columns = 0;           // of x; 0: not fixed yet
  uint32_t features = 0;  // of the schema that count: the event being learned may be adding more
};

/// Most examples in one call.
inline constexpr int64_t kMaxExamples = 65'536;

/// Rows to predict. Names the model doesn't know are dropped.  out: cleared first; numbers are final ids.
Status read_inputs(const Call& call, const InputForm& form, bool allow_nonfinite,
                   ExampleBlock& out) noexcept;

/// Rows to learn, with labels and weights. Where a name is new the block carries its own names, which the trainer turns
/// into ids; else numbers are final.
Status read_training(const Call& call, const InputForm& form, ExampleBlock& out) noexcept;

/// One row to remember until its label comes: as read_training, without a label.
Status read_remembered(const Call& call, const InputForm& form, ExampleBlock& out) noexcept;

/// Where every name of a block is known already, its numbers become final: the log then needs no names.
void settle(ExampleBlock& block, const Schema& schema) noexcept;

}  // namespace freshet
