#include "freshet/format/vw_reader.h"

#include <algorithm>
#include <utility>

#include "freshet/base/bits.h"
#include "freshet/base/hash.h"
#include "freshet/base/short_number.h"
#include "freshet/base/text.h"
#include "freshet/core/features.h"
#include "freshet/format/format.h"
#include "freshet/format/token_lines.h"

namespace freshet {
namespace {

constexpr bool begins_number(char c) noexcept {
  return (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

// Words that VW reads as numbers, and that are mistakes rather than text.
bool is_odd_number(std::string_view word) noexcept {
  for (const std::string_view odd : {"nan", "inf", "infinity"}) {
    if (word.size() != odd.size()) continue;
    bool same = true;
    for (std::size_t k = 0; k < odd.size(); ++k)
      same = same && (word[k] | 0x20) == odd[k];
    if (same) return true;
  }
  return false;
}

std::string_view between(const char* begin, const char* end) noexcept {
  return {begin, static_cast<std::size_t>(end - begin)};
}

// What stands at `at`, up to a blank, a bar or the end.
std::string_view token(const char* at, const char* end) noexcept {
  return between(at, std::find_if(at, end, [](char c) { return is_blank(c) || c == '|'; }));
}

}  // namespace

VwReader::VwReader(const ReaderOptions& options, Schema& schema) noexcept
    : hash_all_(options.hash == NameHash::all),
      wants_initial_(options.wants_initial),
      keeps_names_(options.keep_names),
      hash_seed_(options.hash_seed),
      default_hash_(options.hash_seed == 0 ? 0 : murmur3_32({}, options.hash_seed)),
      labels_(options, schema) {}

void VwReader::restart() noexcept {
  next_line_ = 1;
  skips_decision_ = false;
  tags_ = number_tags_ = 0;
}

// A decision may begin in one piece and end in another: those are read by one.
std::unique_ptr<LineReader> VwReader::helper() const noexcept {
  if (labels_.kind() == Target::decision) return nullptr;
  auto reader = std::make_unique<VwReader>(*this);
  reader->labels_.refuse_new();
  return reader;
}

LineReader::Counts VwReader::give_counts() noexcept {
  return {std::exchange(zeros_, 0), std::exchange(tags_, 0), std::exchange(number_tags_, 0)};
}

void VwReader::adopt(const Counts& counts, std::span<ExampleBlock> blocks) noexcept {
  zeros_ += counts.zeros;
  tags_ += counts.tags;
  number_tags_ += counts.number_tags;
  for (ExampleBlock& block : blocks)
    std::erase_if(block.names,
                  [this](const ExampleBlock::Name& name) { return !is_first_name(name.feature); });
}

uint32_t VwReader::hash(std::string_view name, uint32_t seed) const noexcept {
  return hash_all_ ? murmur3_32(name, seed) : hash_name(name, seed);
}

Read VwReader::read(std::span<const char> window, bool last, ExampleBlock& out,
                    std::span<Bad> bad) noexcept {
  if (labels_.kind() == Target::decision) return read_decisions(window, last, out, bad);
  const auto take = [&](std::span<const char> text) {
    if (!tokens_.take_sections(text)) return false;
    seed_sections();
    tokens_.hash_names(!hash_all_);
    tokens_.read_values();
    return true;
  };
  const auto plain = [&](const TokenWindow::Line& now, ExampleBlock& block) {
    return !keeps_names_ && plain_line(now, block);
  };
  const auto careful = [&](Line now, ExampleBlock& block, Mistake& mistake) {
    const uint64_t zeros = zeros_;
    const bool is_good = line(now, block, mistake);
    if (!is_good) zeros_ = zeros;  // those of bad lines don't count
    return is_good;
  };
  return read_token_lines(tokens_, window, last, out, bad, next_line_, take, plain, careful);
}

// The hash of its section for every token.
void VwReader::seed_sections() noexcept {
  const std::span<uint32_t> seeds = tokens_.seeds();
  for (const TokenWindow::Section& section : tokens_.sections()) {
    const std::string_view name(tokens_.text() + section.name, section.name_size);
    if (name != last_section_) {
      last_section_.assign(name);
      last_hash_ = hash(name, hash_seed_);
    }
    const uint32_t seed = name.empty() ? default_hash_ : last_hash_;
    std::fill(seeds.begin() + section.begin, seeds.begin() + section.end, seed);
  }
}

// False: it needs care; what has been added to `out` is to be dropped.
bool VwReader::plain_line(const TokenWindow::Line& line, ExampleBlock& out) noexcept {
  if (line.bar == line.end) return false;  // empty, or a mistake
  out.begin();
  if (!plain_label(line, out) || !plain_features(line, out)) return false;
  finish(next_line_, out);
  return true;
}

// A label and a blank, or anything in the careful way.
bool VwReader::plain_label(const TokenWindow::Line& line, ExampleBlock& out) noexcept {
  const char *begin = tokens_.text() + line.begin, *bar = tokens_.text() + line.bar;
  Mistake mistake;
  initial_ = 0;
  if (line.bar - line.begin >= 2 && bar[-1] == ' ' && *begin != '\'') {
    const std::string_view word = between(begin, bar - 1);
    if (word.find(' ') == std::string_view::npos && labels_.kind() <= Target::one_class)
      return labels_.read(word, out, mistake);
  }
  split_label(begin, bar, out);
  return label(out, mistake);
}

bool VwReader::plain_features(const TokenWindow::Line& line, ExampleBlock& out) noexcept {
  const std::size_t count = line.tokens_end - line.token;
  const std::span<const float> value(tokens_.value() + line.token, count);
  const std::span<const uint32_t> index(tokens_.index() + line.token, count);
  if (tokens_.found().bad != 0)
    for (const float x : value)
      if (x != x) return false;
  const bool has_zero = tokens_.found().has_zero;
  runs_.clear();
  uint32_t at = 0, zeros = 0;
  if (!has_zero) out.add_numeric(index, value);
  for (uint32_t k = line.section; k < line.sections_end; ++k) {
    const TokenWindow::Section& section = tokens_.sections()[k];
    const uint32_t begin = at;
    if (!has_zero) {
      at += section.end - section.begin;
    } else {
      for (uint32_t i = section.begin - line.token; i < section.end - line.token; ++i) {
        zeros += value[i] == 0;
        if (value[i] == 0) continue;
        out.add_numeric(index[i], value[i]);
        ++at;
      }
    }
    const uint32_t key = section.name_size == 0
                             ? kRowGroup
                             : static_cast<unsigned char>(tokens_.text()[section.name]);
    add_run(key, begin, at);
  }
  zeros_ += zeros;
  return true;
}

void VwReader::add_run(uint32_t key, uint32_t begin, uint32_t end) noexcept {
  if (begin == end) return;
  if (!runs_.empty() && runs_.back().key == key)
    runs_.back().end = end;
  else
    runs_.push_back({key, begin, end});
}

const char* VwReader::find_bar(Line line, Mistake& mistake) const noexcept {
  if (const char* control = find_control(line)) {
    mistake.set(Reason::control, "a control byte", control);
    return nullptr;
  }
  const char* bar = std::find(line.begin, line.end, '|');
  if (bar != line.end) return bar;
  mistake.set(Reason::bar, "expected a label and '|'", line.begin, token(line.begin, line.end));
  return nullptr;
}

bool VwReader::line(Line line, ExampleBlock& out, Mistake& mistake) noexcept {
  const char* bar = find_bar(line, mistake);
  if (bar == nullptr) return false;
  out.begin();
  split_label(line.begin, bar, out);
  if (!label(out, mistake) || !sections(bar, line.end, out, mistake)) return false;
  finish(next_line_, out);
  return true;
}

// The words before the bar; an id that a tab ends and the tag go to the example.
void VwReader::split_label(const char* begin, const char* bar, ExampleBlock& out) noexcept {
  words_.clear();
  initial_ = 0;
  if (const char* tab = std::find(begin, bar, '\t'); tab != bar) {
    out.set_id(between(begin, tab));
    begin = tab + 1;
  }
  while ((begin = std::find_if(begin, bar, [](char c) { return c != ' '; })) != bar) {
    const char* end = std::find(begin, bar, ' ');
    words_.push_back(between(begin, end));
    begin = end;
  }
  if (words_.empty()) return;
  std::string_view tag = words_.back();
  if (tag.front() != '\'' && tag.data() + tag.size() != bar) return;
  words_.pop_back();
  if (tag.front() == '\'') tag.remove_prefix(1);
  if (!tag.empty()) out.set_id(tag);
  ++tags_;
  float number = 0;
  number_tags_ += words_.empty() && !tag.empty() && parse_all(tag, &number);
}

bool VwReader::label(ExampleBlock& out, Mistake& mistake) noexcept {
  if (words_.empty()) return true;
  const Target kind = labels_.kind();
  if (kind == Target::costs) {
    for (const std::string_view word : words_)
      if (!labels_.read_cost(word, out, mistake)) return false;
    return true;
  }
  const std::size_t most = kind == Target::classes ? 1 : 3;
  if (words_.size() > most) {
    return mistake.set(Reason::label,
                       most == 1 ? "expected classes separated by commas before '|'"
                                 : "expected at most a label, a weight and an initial prediction "
                                   "before '|'",
                       words_[most].data(), words_[most]);
  }
  return labels_.read(words_[0], out, mistake) && weight_and_initial(out, mistake);
}

bool VwReader::weight_and_initial(ExampleBlock& out, Mistake& mistake) noexcept {
  if (words_.size() < 2) return true;
  float weight = 1;
  if (!read_number(words_[1], weight, Reason::number, "expected a number as weight", mistake))
    return false;
  if (weight < 0)
    return mistake.set(Reason::label, "a weight below 0", words_[1].data(), words_[1]);
  out.set_weight(weight);
  return words_.size() < 3 || read_number(words_[2], initial_, Reason::number,
                                          "expected a number as initial prediction", mistake);
}

bool VwReader::sections(const char* bar, const char* end, ExampleBlock& out,
                        Mistake& mistake) noexcept {
  runs_.clear();
  const char* at = bar;
  while (at != end) {  // at a bar
    const std::string_view name = token(at + 1, end);
    Section section{kRowGroup, default_hash_, 0, 1};
    if (!name.empty() && !head(name, section, mistake)) return false;
    at += 1 + name.size();
    const auto begin = static_cast<uint32_t>(out.begun_index().size());
    while ((at = std::find_if_not(at, end, is_blank)) != end && *at != '|') {
      const std::string_view text = token(at, end);
      if (!feature(text, section, out, mistake)) return false;
      at += text.size();
    }
    const auto stop = static_cast<uint32_t>(out.begun_index().size());
    add_run(section.key, begin, stop);
  }
  return true;
}

// name [ ':' number ]
bool VwReader::head(std::string_view text, Section& section, Mistake& mistake) noexcept {
  const std::size_t colon = text.find(':');
  const std::string_view name = text.substr(0, colon);
  if (name.empty())
    return mistake.set(Reason::namespace_, "expected the name of a namespace before its weight",
                       text.data(), text);
  section.key = static_cast<unsigned char>(name.front());
  section.hash = hash(name, hash_seed_);
  section.name = name;
  return colon == std::string_view::npos ||
         read_number(text.substr(colon + 1), section.weight, Reason::namespace_,
                     "expected a number as weight of a namespace", mistake);
}

bool VwReader::feature(std::string_view token, Section& section, ExampleBlock& out,
                       Mistake& mistake) noexcept {
  const std::size_t colon = token.find(':');
  if (colon == std::string_view::npos) {
    const uint32_t index = hash(token, section.hash);
    if (keeps_names_) keep_name(index, section, token, out);
    return add(index, section.weight, token.data(), out, mistake);
  }
  const std::string_view name = token.substr(0, colon), text = token.substr(colon + 1);
  if (text.empty() || begins_number(text.front()) || is_odd_number(text)) {
    float value = 0;
    if (!read_number(text, value, Reason::number, "expected a number", mistake)) {
      mistake.name = token.substr(0, colon + 1);
      mistake.option = "=";
      return false;
    }
    const uint32_t index =
        name.empty() ? section.hash + section.anonymous++ : hash(name, section.hash);
    if (keeps_names_) keep_name(index, section, name, out);
    return add(index, value * section.weight, text.data(), out, mistake);
  }
  const uint32_t index = hash(text, hash(name, section.hash));
  if (keeps_names_) keep_name(index, section, token, out);
  return add(index, 1, text.data(), out, mistake);
}

// Its name is to be kept: none of this index has been, and there is room.
bool VwReader::is_first_name(uint32_t index) noexcept {
  constexpr std::size_t kMostNames = 1'000'000;
  return named_.size() < kMostNames && named_.insert(index).second;
}

// `section^feature`, `feature` in the default section, `feature^text` for text values.
void VwReader::keep_name(uint32_t index, const Section& section, std::string_view token,
                         ExampleBlock& out) noexcept {
  constexpr std::size_t kLongestName = 65'535;
  if (!is_first_name(index)) return;
  std::string name(section.name);
  if (!name.empty()) name += '^';
  const std::size_t colon = token.find(':');
  name += token.substr(0, colon);
  if (colon != std::string_view::npos) {
    name += '^';
    name += token.substr(colon + 1);
  } else if (token.empty()) {  // without a name: by its place in the section
    name += std::to_string(index - section.hash);
  }
  name.resize(std::min(name.size(), kLongestName));
  out.names.push_back({ExampleBlock::NameKind::numeric, index, std::move(name)});
}

bool VwReader::add(uint32_t index, float value, const char* at, ExampleBlock& out,
                   Mistake& mistake) noexcept {
  if (!is_finite(value))
    return mistake.set(Reason::range, "a value times its namespace's weight beyond float32", at);
  if (value == 0) {
    ++zeros_;
  } else {
    out.add_numeric(index, value);
  }
  return true;
}

void VwReader::finish(uint64_t line, ExampleBlock& out) noexcept {
  join_groups(out);
  if (initial_ != 0 && wants_initial_) {
    const auto at = static_cast<uint32_t>(out.begun_index().size());
    out.add_numeric(hash_name("initial", 0), initial_);
    out.add_group(kInitialGroup, at, at + 1);
  }
  out.set_line(line);
  out.finish();
}

// Groups as they came, unless one came in several runs: then those are moved behind its first.
void VwReader::join_groups(ExampleBlock& out) noexcept {
  std::array<uint64_t, 4> seen{};
  bool repeats = false;
  for (const Run& run : runs_) {
    uint64_t& word = seen[run.key >> 6];
    const uint64_t bit = uint64_t{1} << (run.key & 63);
    repeats = repeats || (word & bit) != 0;
    word |= bit;
  }
  if (!repeats) {
    for (const Run& run : runs_)
      out.add_group(run.key, run.begin, run.end);
    return;
  }
  std::array<uint32_t, 256> rank;
  rank.fill(256);
  uint32_t groups = 0;
  for (const Run& run : runs_)
    if (rank[run.key] == 256) rank[run.key] = groups++;
  ordered_ = runs_;
  std::sort(ordered_.begin(), ordered_.end(), [&](const Run& a, const Run& b) {
    return rank[a.key] != rank[b.key] ? rank[a.key] < rank[b.key] : a.begin < b.begin;
  });
  const std::span<uint32_t> index = out.begun_index();
  const std::span<float> value = out.begun_value();
  index_.assign(index.begin(), index.end());
  value_.assign(value.begin(), value.end());
  uint32_t at = 0, begin = 0;
  for (std::size_t k = 0; k < ordered_.size(); ++k) {
    const Run& run = ordered_[k];
    for (uint32_t i = run.begin; i < run.end; ++i, ++at) {
      index[at] = index_[i];
      value[at] = value_[i];
    }
    if (k + 1 != ordered_.size() && ordered_[k + 1].key == run.key) continue;
    out.add_group(run.key, begin, at);
    begin = at;
  }
}

void VwReader::end() noexcept {
  if (tags_ != 0 && tags_ == number_tags_) {
    notices_.emplace_back(
        "every tag is a number and no tagged line has a label: a label needs a blank before '|' "
        "(\"1 | x\", not \"1| x\")");
  }
  tags_ = number_tags_ = 0;
}

namespace {

constexpr std::string_view kVwEndings[] = {".vw"};

bool looks_like_vw(std::string_view line) noexcept {
  return line.find('|') != std::string_view::npos;
}

Result<std::unique_ptr<LineReader>> make_vw(const ReaderOptions& options, Schema& schema) noexcept {
  return std::unique_ptr<LineReader>(new VwReader(options, schema));
}

}  // namespace

extern const Format vw_format;
constinit const Format vw_format{
    "vw",
    "Vowpal Wabbit text: label weight 'tag |section name:value word ...; names are hashed.",
    "line := [label [weight [initial]] [tag]] { '|' [name[:weight]] { blank name[:value] } }",
    kVwEndings,
    &looks_like_vw,
    &make_vw};

}  // namespace freshet
