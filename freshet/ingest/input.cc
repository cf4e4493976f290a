#include "freshet/ingest/input.h"

#include <algorithm>

#include <sys/stat.h>

#include "freshet/base/failure.h"
#include "freshet/base/text.h"
#include "freshet/format/blocks_reader.h"
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
    const std::string fetch = remote[0] == 'h' ? "curl -L " + options.data : "kcat -C -e ...";
    return failure(Code::unsupported, "-d " + options.data +
                                          ": only files are read; fetch it first: " + fetch +
                                          " | freshet ... -d -");
  }
  std::unique_ptr<Input> input(new Input(std::move(options), std::move(reading), schema));
  FRESHET_TRY_ASSIGN(input->paths_, expand_paths(input->options_.data));
  FRESHET_TRY(input->open_first());
  return input;
}

Status Input::open_first() noexcept {
  if (options_.follow && options_.data != "-") {
    if (paths_.size() != 1)
      return failure(Code::invalid_argument, options_.data + ": --follow: one file at a time");
    if (!options_.cache.empty())
      return {Code::invalid_argument, "--cache: what is followed has no end to be kept"};
  }
  size_ = total_size(paths_);
  if (options_.cache.empty()) return open_next();
  return open_cache();
}

Result<std::unique_ptr<Source>> Input::open_path(const std::string& path) noexcept {
  followed_ = nullptr;
  if (!options_.follow || path == "-") return open_source(path, options_.max_window, stop_);
  FRESHET_TRY_ASSIGN(std::unique_ptr<FollowSource> source, FollowSource::open(path, stop_));
  followed_ = source.get();
  return std::unique_ptr<Source>(std::move(source));
}

Status Input::open_next() noexcept {
  if (feeder_) done_ += feeder_->source().position();
  feeder_.reset();
  FRESHET_TRY_ASSIGN(std::unique_ptr<Source> source, open_path(paths_[next_++]));
  name_ = source->name();
  feeder_ = std::make_unique<Feeder>(std::move(source), bad_lines_, options_.max_line, stop_,
                                     followed_ != nullptr);
  if (reader_) {
    reader_->restart();
  } else {
    FRESHET_TRY(make_reader());
  }
  FRESHET_TRY(feeder_->start(*reader_, pieces_.get()));
  if (!reader_->made_from().empty()) FRESHET_TRY(take_made_from());
  tell();
  return {};
}

// Blocks are told by their name: the format that was asked for is then that of their text.
Status Input::find_format() noexcept {
  const Format* blocks = find_input_format("blocks");
  if (!options_.format.empty()) {
    format_ = find_input_format(options_.format);
    if (format_ == nullptr) return unknown_format(options_.format);
    const Format* by_name = sniff_input(name_, {});
    if (by_name == blocks) format_ = blocks;
    if (by_name != nullptr && by_name != format_) {
      notice(Level::info, name_ + ": its name says " + std::string(by_name->name) +
                              ", it is read as " + std::string(format_->name));
    }
    return {};
  }
  FRESHET_TRY_ASSIGN(const std::string_view text, feeder_->peek());
  format_ = blocks->recognise(text) ? blocks : sniff_input(name_, text);
  if (format_ == nullptr && text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    format_ = input_formats().back();
  if (format_ != nullptr) {
    notice(Level::info, name_ + ": format " + std::string(format_->name));
    return {};
  }
  std::string tried;
  for (const Format* format : input_formats())
    tried += (tried.empty() ? "" : ", ") + std::string(format->name);
  return failure(Code::invalid_argument,
                 name_ + ": its first line is no format that is known (tried: " + tried +
                     "); say which with --format");
}

Status Input::make_reader() noexcept {
  FRESHET_TRY(find_format());
  const bool is_indexed = format_->name == "sparse" || format_->name == "svmlight";
  if (reading_.features != 0 && !is_indexed && format_->name != "blocks") {
    return failure(Code::invalid_argument,
                   name_ + ": --features: is for features that are numbers, in sparse lines and " +
                       "svmlight; " + std::string(format_->name) + " has none such");
  }
  ReaderOptions reading = reading_;
  if (format_->name == "csv" && name_.find(".tsv") != std::string::npos &&
      reading.delimiter == ',') {
    reading.delimiter = '\t';
  }
  if (followed_ != nullptr) reading.sample = 1;  // kinds by the first record: no waiting
  FRESHET_TRY_ASSIGN(reader_, format_->make(reading, schema_));
  // What is followed comes in small pieces, each of which is wanted at once.
  if (followed_ == nullptr) pieces_ = PieceRing::make(*reader_, options_.helpers);
  return {};
}

Status Input::take_made_from() noexcept {
  const Format* made_from = find_input_format(reader_->made_from());
  if (made_from == nullptr) {
    return failure(Code::unsupported, name_ + ": blocks of the format " +
                                          std::string(reader_->made_from()) +
                                          ", which this freshet doesn't know");
  }
  if (!options_.format.empty() && options_.format != "blocks" &&
      options_.format != made_from->name) {
    return failure(Code::invalid_argument, name_ + ": blocks of the format " +
                                               std::string(made_from->name) + ", not of " +
                                               options_.format);
  }
  format_ = made_from;
  return {};
}

// The cache instead of the text, if it is one of this text; else the text, and a new cache.
Status Input::open_cache() noexcept {
  if (options_.data == "-")
    return {Code::invalid_argument,
            "--cache: standard input has no size and time to know it by; write it to a file"};
  FRESHET_TRY_ASSIGN(Keys keys, cache_keys(paths_, reading_, options_.skip_bad_lines));
  if (is_cache_of(options_.cache, keys, options_.format, reading_.target, schema_)) {
    notice(Level::info, options_.cache + ": read instead of " + options_.data);
    paths_.assign(1, options_.cache);
    size_ = total_size(paths_);
    auto blocks = std::make_unique<BlocksReader>(reading_, schema_);
    const BlocksReader& reader = *blocks;
    reader_ = std::move(blocks);
    is_cached_ = true;
    FRESHET_TRY(open_next());
    name_ = options_.data;  // lines are those of the text
    add_bad_lines(reader.keys(), bad_lines_);
    return {};
  }
  keys["input.schema"] = schema_mark(schema_);
  FRESHET_TRY(open_next());
  if (format_->name == "blocks" || !reader_->made_from().empty())
    return failure(Code::invalid_argument, name_ + ": --cache: these are blocks already");
  keys["input.format"] = std::string(format_->name);
  keys["input.target"] = std::string(reader_->target());
  FRESHET_TRY_ASSIGN(cache_, CacheWriter::open(options_.cache, std::move(keys), schema_));
  return {};
}

Status Input::keep(const ExampleBlock& block) noexcept {
  const bool has_classes = reading_.label == Target::one_class || reading_.label == Target::classes;
  return cache_ ? cache_->add(block, has_classes) : Status();
}

Status Input::finish_cache() noexcept {
  if (!cache_) return {};
  FRESHET_TRY(cache_->finish(position(), zeros(), bad_lines_));
  cache_.reset();
  notice(Level::info, options_.cache + ": written; it is read the next time");
  return {};
}

// A followed file has become another one, or begins again.
bool Input::goes_on() noexcept {
  if (followed_ == nullptr || !followed_->is_next()) return false;
  next_ = 0;
  return true;
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
  while (!stop_.is_set()) {
    Result<bool> read = feeder_->next(out);
    if (!read.ok() && is_cached_) {
      return failure(read.status().code(), std::string(read.status().text()) +
                                               " (remove it, and the text is read again)");
    }
    FRESHET_TRY_ASSIGN(const bool has_some, std::move(read));
    tell();  // what only more than the beginning shows
    if (has_some) {
      FRESHET_TRY(keep(out));
      return true;
    }
    if (stop_.is_set()) break;
    if (next_ == paths_.size() && !goes_on()) {
      FRESHET_TRY(finish_cache());
      break;
    }
    if (Status opened = open_next(); !opened.ok() && !stop_.is_set()) return opened;
  }
  return false;
}

}  // namespace freshet
