#include "freshet/core/spec.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include "freshet/base/failure.h"
#include "freshet/base/text.h"
#include "freshet/core/metric.h"
#include "freshet/core/pipeline.h"

namespace freshet {
namespace {

constexpr std::size_t kMaxText = 65'536;
constexpr uint32_t kMaxDepth = 32;

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_word(char c) noexcept {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '.' || c == ':' || c == '-' || c == '+';
}

/// Recursive only through nested specs, which stay text: the parser itself walks once, left to
/// right.
class Parser {
 public:
  explicit Parser(std::string_view text) noexcept : text_(text) {}

  Result<Spec> spec() noexcept {
    Spec spec;
    do {
      auto step = this->step();
      if (!step.ok()) return std::move(step).status();
      spec.steps.push_back(std::move(*step));
    } while (take('|'));
    if (at_ != text_.size()) return error("expected '|' or the end");
    return spec;
  }

 private:
  Status error(std::string_view expected) const noexcept {
    std::string message =
        "spec: column " + std::to_string(at_ + 1) + ": " + std::string(expected) + ", found ";
    message += at_ < text_.size() ? "\"" + std::string(text_.substr(at_, 12)) + "\"" : "the end";
    return failure(Code::invalid_argument, message, static_cast<uint32_t>(at_ + 1));
  }
  void skip_blanks() noexcept {
    while (at_ < text_.size() && is_blank(text_[at_]))
      ++at_;
  }
  bool take(char c) noexcept {
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    skip_blanks();
    return true;
  }

  Result<Spec::Step> step() noexcept {
    skip_blanks();
    Spec::Step step;
    step.column = static_cast<uint32_t>(at_ + 1);
    if (at_ >= text_.size() || !is_letter(text_[at_]))
      return error("expected the name of a learner or transform");
    while (at_ < text_.size() && (is_letter(text_[at_]) || is_word(text_[at_])) &&
           text_[at_] != '+')
      step.name += text_[at_] == '-' ? '_' : text_[at_], ++at_;
    if (!take('(')) return step;
    if (take(')')) return step;
    do {
      auto argument = this->argument();
      if (!argument.ok()) return std::move(argument).status();
      step.arguments.push_back(std::move(*argument));
    } while (take(','));
    if (!take(')')) return error("expected ',' or ')'");
    return step;
  }

  Result<Spec::Argument> argument() noexcept {
    skip_blanks();
    Spec::Argument argument;
    argument.column = static_cast<uint32_t>(at_ + 1);
    std::size_t end = at_;
    while (end < text_.size() &&
           (is_letter(text_[end]) || (text_[end] >= '0' && text_[end] <= '9') || text_[end] == '-'))
      ++end;
    std::size_t sign = end;
    while (sign < text_.size() && is_blank(text_[sign]))
      ++sign;
    if (end > at_ && is_letter(text_[at_]) && sign < text_.size() && text_[sign] == '=') {
      argument.name = text_.substr(at_, end - at_);
      std::replace(argument.name.begin(), argument.name.end(), '-', '_');
      at_ = sign + 1;
      skip_blanks();
    }
    if (at_ < text_.size() && text_[at_] == '"') return quoted(std::move(argument));
    return plain(std::move(argument));
  }

  Result<Spec::Argument> quoted(Spec::Argument argument) noexcept {
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      argument.value += text_[at_];
    }
    if (at_ >= text_.size()) return error("expected a closing quote");
    ++at_;
    return argument;
  }

  /// A number, a word, or a nested spec with its parentheses and quotes, up to the ',' or ')' that
  /// ends it.
  Result<Spec::Argument> plain(Spec::Argument argument) noexcept {
    const std::size_t begin = at_;
    uint32_t depth = 0;
    bool is_quoted = false;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (is_quoted) {
        if (c == '\\') ++at_;
        is_quoted = c != '"';
        continue;
      }
      if (depth == 0 && (c == ',' || c == ')')) break;
      if (c == '(' && ++depth > kMaxDepth) return error("expected at most 32 open parentheses");
      if (c == ')') --depth;
      if (c == '"') is_quoted = true;
    }
    at_ = std::min(at_, text_.size());
    std::size_t end = at_;
    while (end > begin && is_blank(text_[end - 1]))
      --end;
    if (end == begin) return error("expected a value");
    argument.value = without_parentheses(text_.substr(begin, end - begin));
    return argument;
  }

  /// A nested spec may stand in parentheses of its own: model=(scale | logistic).
  static std::string_view without_parentheses(std::string_view value) noexcept {
    if (value.size() < 2 || value.front() != '(') return value;
    int depth = 0;
    for (std::size_t k = 0; k < value.size(); ++k) {
      depth += value[k] == '(' ? 1 : value[k] == ')' ? -1 : 0;
      if (depth == 0) return k + 1 == value.size() ? value.substr(1, k - 1) : value;
    }
    return value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// An options struct on the heap, filled with its defaults.
struct OptionsBytes {
  explicit OptionsBytes(const Info& info)
      : bytes(std::make_unique<std::max_align_t[]>(
            (info.options_size + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t) + 1)) {
    info.defaults(bytes.get());
  }
  void* get() noexcept { return bytes.get(); }
  std::unique_ptr<std::max_align_t[]> bytes;
};

Status set_arguments(const Info& info, const Spec::Step& step, void* options,
                     uint32_t seed) noexcept {
  if (const OptionSpec* spec = find_option(info.options, "seed"); spec != nullptr && seed != 0)
    FRESHET_TRY(set_option(info.options, options, "seed", std::to_string(seed)));
  bool is_named = false;
  for (std::size_t k = 0; k < step.arguments.size(); ++k) {
    const Spec::Argument& argument = step.arguments[k];
    is_named = is_named || !argument.name.empty();
    if (argument.name.empty() && (is_named || k >= info.options.size()))
      return failure(Code::invalid_argument,
                     step.name + ": " +
                         (is_named ? "a value without a name stands behind a named one; name it"
                                   : "more values than the " + std::to_string(info.options.size()) +
                                         " options there are"),
                     argument.column);
    const std::string_view name =
        argument.name.empty() ? option_name(info.options[k]) : std::string_view(argument.name);
    if (Status set = set_option(info.options, options, name, argument.value); !set.ok())
      return failure(Code::invalid_argument, step.name + ": " + std::string(set.text()),
                     argument.column);
  }
  return {};
}

template <class T>
void add_names(std::vector<std::string_view>& names, std::span<const Entry<T>* const> entries) {
  for (const auto* entry : entries)
    names.push_back(entry->info.name);
}

Status unknown(const Spec::Step& step, std::string_view what,
               const std::vector<std::string_view>& names, std::string_view list) noexcept {
  std::string message = "no " + std::string(what) + " \"" + step.name + "\"";
  if (const std::string_view nearest = nearest_name(step.name, names); !nearest.empty())
    message += "; did you mean \"" + std::string(nearest) + "\"?";
  message += " (freshet list " + std::string(list) + " shows all)";
  return failure(Code::not_found, message, step.column);
}

template <class T>
Result<std::unique_ptr<T>> make(const Entry<T>& entry, const Spec::Step& step,
                                const Registry& registry, uint32_t seed) noexcept {
  OptionsBytes options(entry.info);
  FRESHET_TRY(set_arguments(entry.info, step, options.get(), seed));
  return entry.make(options.get(), registry);
}

Result<std::unique_ptr<Transformer>> make_transform(const Spec::Step& step,
                                                    const Registry& registry,
                                                    uint32_t seed) noexcept {
  if (const auto* entry = find_entry(registry.transforms, step.name))
    return make(*entry, step, registry, seed);
  if (find_entry(registry.learners, step.name) != nullptr)
    return failure(Code::invalid_argument,
                   step.name + " is a learner: only the last step may be one", step.column);
  std::vector<std::string_view> names;
  add_names(names, registry.transforms);
  return unknown(step, "transform", names, "transforms");
}

void append_component(std::string& out, const Component& component) {
  const Info& info = component.info();
  out += info.name;
  OptionsBytes defaults(info);
  std::string inside;
  for (const OptionSpec& spec : info.options) {
    std::array<char, 256> now{}, usual{};
    const auto text_of = [&](const void* options, std::array<char, 256>& text) {
      return std::string_view(text.data(),
                              std::min(text.size(), format_option(spec, options, text)));
    };
    const std::string_view value = text_of(component.options(), now);
    if (value == text_of(defaults.get(), usual)) continue;
    const bool plain = std::all_of(value.begin(), value.end(), is_word) || spec.type == Type::spec;
    inside += (inside.empty() ? "" : ", ") + std::string(option_name(spec)) + "=";
    inside += plain && !value.empty() ? std::string(value) : "\"" + std::string(value) + "\"";
  }
  if (!inside.empty()) out += "(" + inside + ")";
}

}  // namespace

Result<Spec> parse_spec(std::string_view text) noexcept {
  if (text.size() > kMaxText) return {Code::invalid_argument, "spec: longer than 64 KiB"};
  return Parser(text).spec();
}

std::string format_spec(const Spec& spec) {
  std::string out;
  for (const Spec::Step& step : spec.steps) {
    if (!out.empty()) out += " | ";
    out += step.name;
    for (std::size_t k = 0; k < step.arguments.size(); ++k) {
      const Spec::Argument& argument = step.arguments[k];
      out += k == 0 ? "(" : ", ";
      if (!argument.name.empty()) out += argument.name + "=";
      const bool plain =
          !argument.value.empty() && argument.value.find_first_of("\",\\ ") == std::string::npos;
      const bool nested = argument.value.find('(') != std::string::npos;
      if (plain || nested) {
        out += argument.value;
      } else {
        out += '"';
        for (const char c : argument.value) {
          if (c == '"' || c == '\\') out += '\\';
          out += c;
        }
        out += '"';
      }
    }
    if (!step.arguments.empty()) out += ")";
  }
  return out;
}

Result<std::unique_ptr<Learner>> make_learner(const Spec& spec, const Registry& registry,
                                              uint32_t seed) noexcept {
  if (spec.steps.empty()) return {Code::invalid_argument, "spec: it names no learner"};
  const Spec::Step& last = spec.steps.back();
  const auto* entry = find_entry(registry.learners, last.name);
  if (entry == nullptr) {
    if (find_entry(registry.transforms, last.name) != nullptr)
      return failure(Code::invalid_argument,
                     last.name + " is a transform: end the spec with a learner, for instance \"" +
                         last.name + " | logistic\"",
                     last.column);
    std::vector<std::string_view> names;
    add_names(names, registry.learners);
    return unknown(last, "learner", names, "learners");
  }
  std::vector<std::unique_ptr<Transformer>> transforms;
  for (std::size_t k = 0; k + 1 < spec.steps.size(); ++k) {
    auto made = make_transform(spec.steps[k], registry, seed);
    if (!made.ok()) return std::move(made).status();
    transforms.push_back(std::move(*made));
  }
  auto learner = make(*entry, last, registry, seed);
  if (!learner.ok() || transforms.empty()) return learner;
  return std::unique_ptr<Learner>(
      std::make_unique<Pipeline>(std::move(transforms), std::move(*learner)));
}

Result<std::unique_ptr<Learner>> make_learner(std::string_view spec, const Registry& registry,
                                              uint32_t seed) noexcept {
  auto parsed = parse_spec(spec);
  if (!parsed.ok()) return std::move(parsed).status();
  return make_learner(*parsed, registry, seed);
}

Result<std::unique_ptr<Metric>> make_metric(std::string_view spec,
                                            const Registry& registry) noexcept {
  auto parsed = parse_spec(spec);
  if (!parsed.ok()) return std::move(parsed).status();
  const Spec::Step& step = parsed->steps.front();
  if (parsed->steps.size() != 1)
    return {Code::invalid_argument, "spec: a metric is one step, without '|'"};
  if (const auto* entry = find_entry(registry.metrics, step.name))
    return make(*entry, step, registry, 0);
  std::vector<std::string_view> names;
  add_names(names, registry.metrics);
  return unknown(step, "metric", names, "metrics");
}

std::string spec_of(const Component& component) {
  std::string out;
  append_component(out, component);
  return out;
}

std::string spec_of(const Learner& learner) {
  std::string out;
  if (const Pipeline* pipeline = learner.pipeline()) {
    for (const auto& transform : pipeline->transforms()) {
      append_component(out, *transform);
      out += " | ";
    }
    append_component(out, pipeline->learner());
  } else {
    append_component(out, learner);
  }
  return out;
}

}  // namespace freshet
