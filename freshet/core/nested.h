#pragma once
/// Learners inside learners, in model files: member j of an ensemble has the tensors `<j>/<k>/<name>`, k its step (0 where it
/// is no pipeline), and `<j>/formats`, u32, the format of each step.

#include <cstdint>

#include "freshet/core/checkpoint.h"
#include "freshet/core/learner.h"

namespace freshet {

Status save_nested(Writer& writer, uint32_t member, const Learner& learner) noexcept;
/// Into a learner made from the same spec. `unsupported`: a step's format is none that this version reads; `corrupt`.
Status load_nested(Reader& reader, uint32_t member, Learner& learner) noexcept;

}  // namespace freshet
