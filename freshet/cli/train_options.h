#pragma once
/// Options of `train`, and of the short form, which is `train` or `predict` by another name.

#include <array>
#include <string_view>

#include "freshet/cli/console.h"
#include "freshet/cli/stream_job.h"

namespace freshet {

struct ModelFiles {
  std::string_view model, start;
};
inline constexpr std::array kModelFiles{
    option<&ModelFiles::model>("model|f", "The model file to write."),
    option<&ModelFiles::start>("start|i", "A model file to go on from."),
};

struct TrainOptions {
  StreamOptions stream;
  ModelFiles files;
};

/// Learns a stream into a model file. `spec`: empty where `start` says it all.
int train(const StreamOptions& stream, const ModelFiles& files, std::string_view spec,
          Console& console);

}  // namespace freshet
