#include "freshet/serve/model_folder.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <boost/json.hpp>

#include "freshet/base/failure.h"
#include "freshet/log/file.h"
#include "freshet/net/model_name.h"

namespace freshet {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBase = "base.frsh";  // Written to files.

}  // namespace

Result<std::vector<std::string>> model_folders(const std::string& data_dir) noexcept {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(data_dir, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (is_model_name(name) && fs::exists(at->path() / "spec.json", error)) names.push_back(name);
  }
  if (error && error != std::errc::no_such_file_or_directory)
    return failure(Code::unavailable, "data-dir: can't read " + data_dir + ": " + error.message());
  std::sort(names.begin(), names.end());
  return names;
}

Result<FolderSpec> read_folder_spec(const std::string& folder) noexcept {
  const std::string path = folder + "/spec.json";
  auto bytes = read_file(path, 1u << 20);
  if (!bytes.ok()) return std::move(bytes).status();
  boost::system::error_code error;
  const boost::json::value value =
      boost::json::parse({reinterpret_cast<const char*>(bytes->data()), bytes->size()}, error);
  const auto* object = error ? nullptr : value.if_object();
  const auto* spec = object == nullptr ? nullptr : object->if_contains("spec");
  if (spec == nullptr || !spec->is_string())
    return failure(Code::corrupt,
                   path + ": expected {\"spec\": \"...\"}; was the file changed by hand?");
  FolderSpec out;
  out.spec = std::string(spec->get_string());
  if (const auto* seed = object->if_contains("seed"); seed != nullptr && seed->is_int64())
    out.seed = static_cast<uint32_t>(seed->get_int64());
  const auto whole = [&](const char* name, int64_t otherwise) {
    const auto* member = object->if_contains(name);
    return member != nullptr && member->is_int64() ? member->get_int64() : otherwise;
  };
  out.has_limits = object->contains("ttl_us");
  out.pending.ttl_us = whole("ttl_us", out.pending.ttl_us);
  out.pending.max_bytes = static_cast<uint64_t>(
      whole("max_pending_bytes", static_cast<int64_t>(out.pending.max_bytes)));
  out.silence.after_us = whole("silence_us", 0);
  if (const auto* cost = object->if_contains("silence_cost"); cost != nullptr && cost->is_double())
    out.silence.cost = static_cast<float>(cost->get_double());
  if (object->contains("base")) {
    out.base = folder + "/" + std::string(kBase);
    std::error_code missing;
    if (!fs::is_regular_file(out.base, missing))
      return failure(Code::corrupt, path + ": the model began as a copy of a model file, but " + out.base +
                                        " is missing; restore it from a copy");
  }
  return out;
}

Status write_folder_spec(const std::string& folder, const FoldOptions& spec,
                         std::span<const std::byte> base) noexcept {
  FRESHET_TRY(make_folders(folder));
  boost::json::object object{{"spec", spec.spec},
                             {"seed", spec.seed},
                             {"ttl_us", spec.pending.ttl_us},
                             {"max_pending_bytes", static_cast<int64_t>(spec.pending.max_bytes)}};
  if (spec.silence.after_us != 0) {
    object["silence_us"] = spec.silence.after_us;
    object["silence_cost"] = double{spec.silence.cost};
  }
  if (!base.empty()) {
    FRESHET_TRY(write_file_atomically(folder + "/" + std::string(kBase), base));
    object["base"] = kBase;
  }
  const std::string text = boost::json::serialize(object) + "\n";
  return write_file_atomically(folder + "/spec.json",
                               std::as_bytes(std::span(text.data(), text.size())));
}

}  // namespace freshet
