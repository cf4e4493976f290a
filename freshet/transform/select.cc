#include "freshet/transform/select.h"

#include <algorithm>

#include "freshet/base/chars.h"
#include "freshet/core/check.h"
#include "freshet/core/example_block.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "select";
using Says = Complaints<kName>;
constexpr const char* kBadList = "select: features is a list of indices and ranges, such as 0,2-5";

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

}  // namespace

extern const Entry<Transformer> select_transform_entry;
constinit const Entry<Transformer> select_transform_entry{
    .info = {.name = kName,
             .summary = "Keeps the features named by index, drops the others.",
             .paper = "Guyon, Elisseeff, JMLR 2003",
             .cost = "O(features present)",
             .memory = "8 bytes a range",
             .format = 1,
             .oldest_format = 1,
             .traits = kStateless | kCheap,
             .options = kSelectOptions,
             .options_size = sizeof(SelectOptions),
             .defaults = default_options<SelectOptions>},
    .make = make_entry<Select, Transformer>};

const Info& Select::info() const noexcept {
  return select_transform_entry.info;
}

Result<std::unique_ptr<Select>> Select::make(const SelectOptions& options) noexcept {
  std::unique_ptr<Select> made(new Select());
  made->text_ = options.features;
  made->options_.features = made->text_;
  std::string_view rest = made->text_;
  std::vector<std::pair<uint32_t, uint32_t>> ranges;
  for (bool more = true; more;) {
    const std::size_t comma = rest.find(',');
    const std::string_view part = trimmed(rest.substr(0, comma));
    more = comma != rest.npos;
    rest = more ? rest.substr(comma + 1) : std::string_view();
    const std::size_t dash = part.find('-');
    const std::string_view begin = part.substr(0, dash),
                           end = dash == part.npos ? part : part.substr(dash + 1);
    uint64_t first = 0, last = 0;
    if (!parse_all(begin, &first) || !parse_all(end, &last) || first > last || last >= kNone)
      return {Code::invalid_argument, kBadList};
    ranges.emplace_back(static_cast<uint32_t>(first), static_cast<uint32_t>(last));
  }
  std::sort(ranges.begin(), ranges.end());
  for (const auto& [first, last] : ranges) {
    if (!made->ranges_.empty() && first <= made->ranges_.back().second)
      made->ranges_.back().second = std::max(made->ranges_.back().second, last);
    else
      made->ranges_.emplace_back(first, last);
  }
  return made;
}

bool Select::keeps(uint32_t index) const noexcept {
  const auto after =
      std::upper_bound(ranges_.begin(), ranges_.end(), index,
                       [](uint32_t at, const auto& range) { return at < range.first; });
  return after != ranges_.begin() && index <= (after - 1)->second;
}

Status Select::apply(const Example& in, ExampleBuffer& out) const noexcept {
  out.clear();
  const auto take = [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; k++) {
      if (!keeps(in.numeric.index[k])) continue;
      out.index.push_back(in.numeric.index[k]);
      out.value.push_back(in.numeric.value[k]);
    }
  };
  std::size_t at = 0;
  for (const Group& group : in.groups) {  // in order of their features
    if (group.begin < at || group.end > in.numeric.index.size()) continue;
    take(at, group.begin);
    const auto begin = static_cast<uint32_t>(out.index.size());
    take(group.begin, group.end);
    out.groups.push_back({group.key, begin, static_cast<uint32_t>(out.index.size())});
    at = group.end;
  }
  take(at, in.numeric.index.size());
  for (std::size_t k = 0; k < in.dense.size(); k++) {
    if (!keeps(static_cast<uint32_t>(k))) continue;
    out.index.push_back(static_cast<uint32_t>(k));
    out.value.push_back(in.dense[k]);
  }
  for (std::size_t k = 0; k < in.nominal.index.size(); k++) {
    if (!keeps(in.nominal.index[k])) continue;
    out.nominal.push_back(in.nominal.index[k]);
    out.category.push_back(in.nominal.category[k]);
  }
  for (const Text& text : in.text)
    if (keeps(text.index)) out.text.push_back(text);
  return {};
}

Result<std::unique_ptr<Transformer>> Select::clone() const noexcept {
  auto copy = make(options_);
  if (!copy.ok()) return std::move(copy).status();
  return std::unique_ptr<Transformer>(std::move(*copy));
}

Status Select::save(Writer&) const noexcept {
  return {};
}
Status Select::load(Reader&) noexcept {
  return {};
}
Status Select::copy_into(Transformer& spare) const noexcept {
  if (&spare.info() != &info()) return {Code::invalid_argument, Says::kOtherKind};
  return {};
}
Status Select::merge(const Transformer& same_kind) noexcept {
  if (&same_kind.info() != &info()) return {Code::invalid_argument, Says::kOtherKind};
  return {};
}

}  // namespace freshet
