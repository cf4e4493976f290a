#include "freshet/serve/model_metadata.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/base/chars.h"
#include "freshet/core/learner.h"
#include "freshet/core/schema.h"
#include "freshet/serve/hosted_model.h"

namespace freshet {
namespace {

constexpr int64_t kAny = -1;
constexpr std::array<int64_t, 1> kRows{kAny};
constexpr std::array<int64_t, 2> kActions{kAny, kAny};

// Classes that are all whole numbers are told as numbers.
Datatype class_type(const Schema& schema) noexcept {
  int64_t number = 0;
  for (uint32_t k = 0; k < schema.class_count(); ++k)
    if (!parse_all(schema.class_name(k), &number)) return Datatype::bytes;
  return Datatype::i64;
}

}  // namespace

void answer_metadata(const HostedModel& model, Reply& reply) noexcept {
  const Schema& schema = model.model().schema();
  const bool is_class = model.label() == Label::one_class || model.label() == Label::classes;
  const bool decides = model.label() == Label::decision;
  const std::array<int64_t, 2> x{kAny, model.columns() == 0 ? kAny : int64_t{model.columns()}};
  const std::array<int64_t, 2> classes{
      kAny, model.is_binary() ? 2 : std::max<int64_t>(int64_t{schema.class_count()}, kAny)};
  std::vector<TensorMetadata> inputs, outputs;
  if (decides) {
    inputs = {{"text", Datatype::bytes, kRows}};
    outputs = {{"action", Datatype::i64, kRows},
               {"probability", Datatype::f32, kRows},
               {"probabilities", Datatype::f32, kActions}};
  } else {
    inputs = {{"x", Datatype::f32, x}, {"json", Datatype::bytes, kRows}};
    if (is_class)
      outputs = {{"label", class_type(schema), kRows}, {"probability", Datatype::f32, classes}};
    else
      outputs = {{"prediction", Datatype::f32, kRows}};
  }
  const std::string version = std::to_string(model.model().read().lsn());
  const std::array<std::string_view, 1> versions{version};
  const std::string platform = "freshet_" + std::string(model.learner_name());
  reply.finish(ModelMetadata{.name = model.name(),
                             .platform = platform,
                             .versions = versions,
                             .inputs = inputs,
                             .outputs = outputs,
                             .max_batch_size = 0});
}

}  // namespace freshet
