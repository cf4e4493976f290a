#include "freshet/core/interactions.h"

#include <algorithm>
#include <utility>

namespace freshet {
namespace {

constexpr char kAny = ':';

bool before(const std::string& a, const std::string& b) noexcept {
  if (a.size() != b.size()) return a.size() < b.size();
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    return static_cast<uint8_t>(x) < static_cast<uint8_t>(y);
  });
}

std::string sorted(std::string list) {
  std::sort(list.begin(), list.end());
  return list;
}

// Same groups must be neighbours for the diagonal rule to see them.
bool repeats_among_others(const std::string& list) noexcept {
  const std::string order = sorted(list);
  return std::adjacent_find(order.begin(), order.end()) != order.end() &&
         order.front() != order.back();
}

// By length, then bytes; each set of groups once.
void put_in_order(std::vector<std::string>& lists) {
  for (std::string& list : lists)
    if (repeats_among_others(list)) list = sorted(std::move(list));
  std::sort(lists.begin(), lists.end(), before);
  std::vector<std::pair<std::string, std::size_t>> sets;
  for (std::size_t k = 0; k < lists.size(); k++)
    sets.emplace_back(sorted(lists[k]), k);
  std::sort(sets.begin(), sets.end());
  std::vector<bool> is_again(lists.size());
  for (std::size_t k = 1; k < sets.size(); k++)
    is_again[sets[k].second] = sets[k].first == sets[k - 1].first;
  std::size_t kept = 0;
  for (std::size_t k = 0; k < lists.size(); k++)
    if (!is_again[k]) {
      if (kept != k) lists[kept] = std::move(lists[k]);
      kept++;
    }
  lists.resize(kept);
}

// Every way to put a group that was met in the place of each ':'. False: too many.
bool expand_list(const std::string& list, const std::string& groups,
                 std::vector<std::string>& into) {
  std::vector<std::string> made{std::string()};
  for (const char c : list) {
    std::vector<std::string> longer;
    for (const std::string& begun : made)
      for (const char group : c == kAny ? groups : std::string(1, c)) {
        // Of neighbouring ':' only ascending groups: the rest would be dropped as equal sets.
        if (c == kAny && !begun.empty() && list[begun.size() - 1] == kAny &&
            static_cast<uint8_t>(begun.back()) > static_cast<uint8_t>(group))
          continue;
        if (longer.size() == Interactions::kMostLists) return false;
        longer.push_back(begun + group);
      }
    made = std::move(longer);
  }
  if (made.size() + into.size() > Interactions::kMostLists) return false;
  into.insert(into.end(), made.begin(), made.end());
  return true;
}

}  // namespace

Result<Interactions> Interactions::make(std::string_view lists) noexcept {
  Interactions made;
  std::size_t at = 0;
  while (at < lists.size()) {
    const std::size_t comma = std::min(lists.find(',', at), lists.size());
    const std::string_view list = lists.substr(at, comma - at);
    const auto column = static_cast<uint32_t>(at + 1);
    if (list.size() < 2)
      return {Code::invalid_argument,
              "interactions: a list names fewer than two groups; write lists such as ab,abc,::",
              column};
    if (list.size() > kLongest)
      return {Code::invalid_argument, "interactions: a list names more than eight groups", column};
    if (comma + 1 == lists.size())
      return {Code::invalid_argument, "interactions: no list follows the last comma",
              static_cast<uint32_t>(comma + 1)};
    made.asked_.emplace_back(list);
    made.longest_ = std::max(made.longest_, list.size());
    made.has_any_ = made.has_any_ || list.find(kAny) != std::string_view::npos;
    at = comma + 1;
  }
  FRESHET_TRY(made.expand(made.met_));
  return made;
}

Result<Interactions> Interactions::clone() const noexcept {
  Interactions copy;
  copy.asked_ = asked_;
  copy.longest_ = longest_;
  copy.has_any_ = has_any_;
  FRESHET_TRY(copy.set_met(met_));
  return copy;
}

bool Interactions::is_new(const Example& x) const noexcept {
  for (const Group& group : x.groups)
    if (group.key >= kFirstAny && group.key <= kLastAny &&
        (met_[group.key >> 6] >> (group.key & 63) & 1) == 0)
      return true;
  return false;
}

Status Interactions::widen(const Example& x) noexcept {
  uint64_t met[2] = {met_[0], met_[1]};
  for (const Group& group : x.groups)
    if (group.key >= kFirstAny && group.key <= kLastAny)
      met[group.key >> 6] |= uint64_t{1} << (group.key & 63);
  return set_met(met);
}

Status Interactions::set_met(std::span<const uint64_t, 2> met) noexcept {
  const uint64_t wanted[2] = {met[0], met[1]};
  FRESHET_TRY(expand(wanted));
  std::copy(std::begin(wanted), std::end(wanted), met_);
  return {};
}

Status Interactions::expand(const uint64_t (&met)[2]) noexcept {
  std::string groups;
  for (uint32_t key = kFirstAny; key <= kLastAny; key++)
    if ((met[key >> 6] >> (key & 63) & 1) != 0) groups += static_cast<char>(key);
  std::vector<std::string> all;
  for (const std::string& list : asked_)
    if (!expand_list(list, groups, all))
      return {Code::exhausted,
              "interactions: ':' stands for more than a million lists of groups here; name the "
              "groups instead"};
  put_in_order(all);
  auto lists = std::make_unique<Lists>();
  lists->reserve(all.size());
  for (const std::string& text : all) {
    List list{static_cast<uint8_t>(text.size()), {}};
    std::copy(text.begin(), text.end(), list.group);
    lists->push_back(list);
  }
  versions_.push_back(std::move(lists));
  release_store(now_, versions_.back().get());
  return {};
}

std::vector<std::string> Interactions::lists() const {
  std::vector<std::string> all;
  if (now_ == nullptr) return all;
  for (const List& list : *now_)
    all.emplace_back(list.group, list.group + list.length);
  return all;
}

}  // namespace freshet
