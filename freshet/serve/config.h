#pragma once
/// `--config FILE`: what can't be said in one NAME=SPEC. "file" instead of "spec": begins with that model file.
///
///     {"models": {"ads": {"spec": "scale | logistic", "publish": "live", "ack": "durable", "ttl_s": 3600,
///                         "target": "clicked", "class_names": {"0": "ignored", "1": "clicked"}},
///                 "offers": {"spec": "cb", "reward_wait_s": 600, "default_reward": 0}}}

#include <string>
#include <vector>

#include "freshet/base/status.h"
#include "freshet/serve/hosted_model.h"

namespace freshet {

/// Adds the file's models to `models`, or completes those of the same name: what the command line said wins. An unknown
/// member is `invalid_argument` and names the nearest known one.
Status read_config(const std::string& path, std::vector<HostedOptions>& models) noexcept;

}  // namespace freshet
