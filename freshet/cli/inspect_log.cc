#include <array>
#include <filesystem>
#include <map>
#include <vector>

#include "freshet/base/failure.h"
#include "freshet/cli/inspect_model.h"
#include "freshet/cli/json_text.h"
#include "freshet/log/file.h"
#include "freshet/log/local/segment_reader.h"

namespace freshet {
namespace {

std::string kind_name(EventKind kind) {
  static constexpr std::array<std::string_view, 14> kNames{
      "",           "example",  "label",    "remember", "reset", "options", "merge",
      "checkpoint", "rollback", "activate", "tick",     "flush", "promote", "alias"};
  const auto at = static_cast<std::size_t>(kind);
  return at < kNames.size() ? std::string(kNames[at]) : "kind " + std::to_string(at);
}

// One segment, read to its end.
struct Segment {
  std::string path;
  Lsn first = 0, last = 0, synced = 0;
  uint64_t token = 0, used = 0, size = 0, examples = 0;
  std::map<std::string, uint64_t> kinds;
  std::string end;
};

Result<Segment> read_segment(const std::string& path) noexcept {
  FRESHET_TRY_ASSIGN(SegmentReader reader, SegmentReader::open(path));
  Segment segment;
  segment.path = path;
  segment.first = reader.header().first_lsn;
  segment.token = reader.header().token;
  Lsn expected = segment.first;
  while (true) {
    RecordView record;
    FRESHET_TRY_ASSIGN(const RecordState state, reader.next(expected, &record));
    if (state != RecordState::valid) {
      segment.end =
          state == RecordState::bad
              ? "damaged at byte " + std::to_string(reader.offset()) + ", or torn off there"
              : "whole";
      break;
    }
    segment.last = record.event.lsn;
    segment.synced = std::max(segment.synced, record.synced);
    segment.examples += record.event.examples;
    ++segment.kinds[kind_name(record.event.kind)];
    ++expected;
  }
  segment.used = reader.offset();
  FRESHET_TRY_ASSIGN(segment.size, reader.file().size());
  return segment;
}

void print_plain(const Segment& segment, Console& console) {
  std::string text = segment.path + ": events " + std::to_string(segment.first) + " .. " +
                     std::to_string(segment.last) + ", token " + std::to_string(segment.token) +
                     ", " + std::to_string(segment.used) + " of " + std::to_string(segment.size) +
                     " bytes used, " + segment.end;
  console.print_line(text);
  for (const auto& [kind, count] : segment.kinds)
    console.print_line("  " + kind + std::string(kind.size() < 12 ? 12 - kind.size() : 1, ' ') +
                       std::to_string(count));
}

void put_json(const Segment& segment, JsonText& json) {
  json.begin_object()
      .text("path", segment.path)
      .count("first", segment.first)
      .count("last", segment.last)
      .count("token", segment.token);
  json.count("synced", segment.synced)
      .count("bytes_used", segment.used)
      .count("bytes", segment.size)
      .count("examples", segment.examples);
  json.text("end", segment.end).key("events").begin_object();
  for (const auto& [kind, count] : segment.kinds)
    json.count(kind, count);
  json.end_object().end_object();
}

// Segments of a log's folder, or of the model's folder around it.
Result<std::vector<std::string>> segments_of(const std::string& path) noexcept {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) return std::vector<std::string>{path};
  const std::string folder =
      std::filesystem::is_directory(path + "/log", error) ? path + "/log" : path;
  std::vector<std::string> found;
  FRESHET_TRY_ASSIGN(const std::vector<std::string> names, list_folder(folder));
  for (const std::string& name : names)
    if (name.ends_with(".log")) found.push_back(folder + "/" + name);
  if (found.empty())
    return failure(Code::not_found, path + ": holds no log; name a file, or a model's folder");
  return found;
}

}  // namespace

Status inspect_log(const std::string& path, Console& console) noexcept {
  FRESHET_TRY_ASSIGN(const std::vector<std::string> paths, segments_of(path));
  JsonText json;
  json.begin_object().text("kind", "log").key("segments").begin_array();
  for (const std::string& each : paths) {
    FRESHET_TRY_ASSIGN(const Segment segment, read_segment(each));
    put_json(segment, json);
    if (!console.json()) print_plain(segment, console);
  }
  if (console.json()) console.print_line(json.end_array().end_object().str());
  return {};
}

}  // namespace freshet
