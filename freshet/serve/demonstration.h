#pragma once
/// What `freshet serve` without a model shows: `shuttle`, a bundled stream of sensor readings replayed; `host`, this
/// machine's own telemetry; `try`, an empty model that only the reader's calls teach.

#include <memory>
#include <vector>

#include "freshet/serve/feed.h"
#include "freshet/serve/hosted_model.h"
#include "freshet/serve/server.h"

namespace freshet {

/// The three models; `shuttle` is the default one.
std::vector<HostedOptions> demonstration_models();

/// What a model called `name` that is fed with telemetry looks like.
HostedOptions telemetry_model(std::string name);

/// Their feeds, to be started.  rows_per_second: of `shuttle`; 0: as fast as it learns.
std::vector<std::unique_ptr<Feed>> demonstration_feeds(Server& server, double rows_per_second);

}  // namespace freshet
