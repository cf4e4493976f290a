#include "freshet/serve/demonstration.h"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

namespace freshet {

std::span<const std::byte>
embedded_shuttle() noexcept;  // data/shuttle.csv.gz, unpacked and linked in

HostedOptions telemetry_model(std::string name) {
  HostedOptions host;
  host.name = std::move(name);
  host.target = "busy";
  host.baseline = "last_value";
  host.is_percent = true;
  // Load jumps, and a machine at rest hardly varies: scaled by so small a deviation one jump is hundreds of units, and plain
  // gradient steps run away. Recursive least squares needs no scale and no rate.
  host.served.spec = "rls";
  return host;
}

std::vector<HostedOptions> demonstration_models() {
  HostedOptions shuttle;
  shuttle.name = "shuttle";
  shuttle.target = "anomaly";
  shuttle.class_names = {{"0", "normal"}, {"1", "anomaly"}};
  shuttle.served.spec = "scale | logistic";
  HostedOptions own;
  own.name = "try";
  own.served.spec = "scale | linear";
  std::vector<HostedOptions> models;
  models.push_back(std::move(shuttle));
  models.push_back(telemetry_model("host"));
  models.push_back(std::move(own));
  return models;
}

std::vector<std::unique_ptr<Feed>> demonstration_feeds(Server& server, double rows_per_second) {
  std::vector<std::unique_ptr<Feed>> feeds;
  if (HostedModel* shuttle = server.find("shuttle")) {
    const std::span<const std::byte> bytes = embedded_shuttle();
    const std::span<const char> text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    ReaderOptions options = reader_options(*shuttle);
    options.target = "anomaly";
    FileFeedOptions feed;
    feed.source = "shuttle.csv";
    feed.rows_per_second = rows_per_second;
    feed.rows_total =
        static_cast<uint64_t>(std::count(text.begin(), text.end(), '\n')) - 1;  // a header
    feed.text = "UCI Statlog (Shuttle), replayed at " +
                (rows_per_second > 0 ? std::to_string(static_cast<int>(rows_per_second)) + " rows/s"
                                     : "full speed");
    feeds.push_back(std::make_unique<FileFeed>(
        *shuttle, *server.page("shuttle"), csv_rows(text, std::move(options)), std::move(feed)));
  }
  if (HostedModel* host = server.find("host"))
    feeds.push_back(std::make_unique<TelemetryFeed>(*host, *server.page("host")));
  return feeds;
}

}  // namespace freshet
