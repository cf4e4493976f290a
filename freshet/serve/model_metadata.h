#pragma once
/// What a model tells of itself in the Open Inference Protocol: its inputs and outputs by name, type and shape.

#include "freshet/net/service.h"

namespace freshet {

class HostedModel;

/// Answers GET M and GET M/config.
void answer_metadata(const HostedModel& model, Reply& reply) noexcept;

}  // namespace freshet
