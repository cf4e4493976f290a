#include "freshet/ingest/input.h"

#include <algorithm>

#include <sys/stat.h>

#include "freshet/base/failure.h"
#include "freshet/base/text.h"
#include "freshet/ingest/formats.h"
#include "freshet/runtime/notice.h"

namespace freshet {
namespace {

uint64_t total_size(const std::vector<std::string>& paths) noexcept {
  uint64_t total = 0;
  for (const std::string& path : paths) {
    struct stat about{};
    if (stat(path.c_str(), &about) != 0 || !S_ISREG(about.st_mode)) return 0;
    total += static_cast<uint64_t>(about.st_size);
  }
  return total;
}

Status unknown_format(const std::string& name) {
  std::vector<std::string_view> names;
  std::string known;
  for (const Format* format : input_formats()) {
    names.push_back(format->name);
    known += (known.empty() ? "" : ", ") + std::string(format->name);
  }
  const std::string_view nearest = nearest_name(name, names);
  std::string text = "no format \"" + name + "\"";
  text += nearest.empty() ? "; there are " + known : "; did you mean " + std::string(nearest) + "?";
  return failure(Code::invalid_argument, text);
}

}  // namespace

Input::Input(InputOptions options, ReaderOptions reading, Schema& schema) noexcept
    : options_(std::move(options)),
      reading_(std::move(reading)),
      schema_(schema),
      bad_lines_(options_.skip_bad_lines) {}

Result<std::unique_ptr<Input>> Input::open(InputOptions options, ReaderOptions reading,
                                           Schema& schema) noexcept {
  for (const std::string_view remote : {"http://", "https://", "kafka://"}) {
    if (!options.data.starts_with(remote)) continue;
    return failure(Code::unsupported,
                   "-d " + options.data + ": only files are read; fetch it first: curl -L " +
                       (remote[0] == 'h' ? options.data : "URL") + " | freshet ... -d -");
  }
  std::unique_ptr<Input> input(new Input(std::move(options), std::move(reading), schema));
  FRESHET_TRY_ASSIGN(input->paths_, expand_paths(input->options_.data));
  input->size_ = total_size(input->paths_);
  FRESHET_TRY(input->open_next());
  return input;
}

Status Input::open_next() noexcept {
  if (feeder_) done_ += feeder_->source().position();
  feeder_.reset();
  FRESHET_TRY_ASSIGN(std::unique_ptr<Source> source,
                     open_source(paths_[next_++], options_.max_window));
  name_ = source->name();
  feeder_ = std::make_unique<Feeder>(std::move(source), bad_lines_, options_.max_line);
  if (reader_) {
    reader_->restart();
  } else {
    FRESHET_TRY(make_reader());
  }
  FRESHET_TRY(feeder_->start(*reader_));
  tell();
  return {};
}

Status Input::make_reader() noexcept {
  ReaderOptions reading = reading_;
  if (!options_.format.empty()) {
    format_ = find_input_format(options_.format);
    if (format_ == nullptr) return unknown_format(options_.format);
  } else {
    FRESHET_TRY_ASSIGN(const std::string_view text, feeder_->peek());
    format_ = sniff_input(name_, text);
    if (format_ == nullptr && text.find_first_not_of(" \t\r\n") == std::string_view::npos)
      format_ = input_formats().back();
    if (format_ == nullptr) {
      std::string tried;
      for (const Format* format : input_formats())
        tried += (tried.empty() ? "" : ", ") + std::string(format->name);
      return failure(Code::invalid_argument,
                     name_ + ": its first line is no format that is known (tried: " + tried +
                         "); say which with --format");
    }
    notice(Level::info, name_ + ": format " + std::string(format_->name));
  }
  if (format_->name == "csv" && name_.find(".tsv") != std::string::npos &&
      reading.delimiter == ',') {
    reading.delimiter = '\t';
  }
  FRESHET_TRY_ASSIGN(reader_, format_->make(reading, schema_));
  return {};
}

// What the reader has to say, each thing once.
void Input::tell() noexcept {
  for (const std::string& text : reader_->notices()) {
    if (std::find(told_.begin(), told_.end(), text) != told_.end()) continue;
    notice(Level::info, name_ + ": " + text);
    told_.push_back(text);
  }
}

Result<bool> Input::next(ExampleBlock& out) noexcept {
  while (!is_stopped_) {
    FRESHET_TRY_ASSIGN(const bool has_some, feeder_->next(out));
    if (has_some) return true;
    tell();  // what only a whole text shows
    if (next_ == paths_.size() || is_stopped_) break;
    FRESHET_TRY(open_next());
  }
  return false;
}

void Input::stop() noexcept {
  is_stopped_ = true;
  if (feeder_) feeder_->stop();
}

}  // namespace freshet
