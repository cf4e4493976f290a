#pragma once
/// Who may do what, one rule for all doors.
///
/// Until tokens exist there is the loopback rule: what changes a model (train, feedback, checkpoint, remember) or shows
/// its stream (events) is for loopback peers of a loopback listener only. An open training endpoint is a poisoning tool.

#include "freshet/base/status.h"
#include "freshet/net/service.h"

namespace freshet {

enum class Scope : uint8_t { none, predict, train, admin, metrics, read };

Scope scope_of(Method) noexcept;

/// Ok, or `denied` with the reason. Reads method, principal and remember.
Status judge_access(const Call&) noexcept;

}  // namespace freshet
