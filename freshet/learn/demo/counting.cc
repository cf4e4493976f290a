#include "freshet/learn/demo/counting.h"

#include "freshet/core/check.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "counting";
using Says = Complaints<kName>;

}  // namespace

extern const Entry<Learner> counting_entry;
constinit const Entry<Learner> counting_entry{
    .info = {.name = kName,
             .summary =
                 "Counts, sums and exclusive-ors ids by key: shows one lost or doubled example.",
             .paper = "Carter, Wegman, STOC 1977",
             .cost = "O(1)",
             .memory = "40 bytes a key",
             .format = 1,
             .oldest_format = 1,
             .traits = kCheap,
             .options = kCountingOptions,
             .options_size = sizeof(CountingOptions),
             .defaults = default_options<CountingOptions>},
    .make = make_entry<Counting>};

Counting::Counting(const CountingOptions& options) noexcept
    : options_(options), pool_(pool_limit(options.memory)), dictionary_(pool_), tally_(pool_) {}

const Info& Counting::info() const noexcept {
  return counting_entry.info;
}

void Counting::Tally::add(uint32_t id) noexcept {
  const uint64_t mixed = mix64(id);
  count++;
  sum += mixed;
  exclusive_or ^= mixed;
}

Counting::Tally Counting::tally(uint32_t key) const noexcept {
  const uint32_t row = dictionary_.find(key);
  return row == kNone ? Tally{} : tally_[row];
}

Counting::Tally Counting::total() const noexcept {
  Tally all;
  for (const Tally& t : tally_.span())
    all = {all.count + t.count, all.sum + t.sum, all.exclusive_or ^ t.exclusive_or};
  return all;
}

void Counting::predict(const Example& x, std::span<float> out) const noexcept {
  out[0] = x.nominal.index.empty() ? 0 : static_cast<float>(tally(x.nominal.index[0]).count);
}

Status Counting::check(const Example& x) const noexcept {
  if (x.nominal.index.size() != 1)
    return {Code::invalid_argument, "counting: an example is one nominal pair, a key and an id"};
  if (const uint32_t bad = first_bad(x); bad != kNone)
    return {Code::invalid_argument,
            bad == kBadWeight  ? Says::kWeight
            : bad == kBadLabel ? Says::kLabelValue
                               : Says::kValue,
            bad};
  return {};
}

Counting::Tally* Counting::row(uint32_t key) noexcept {
  const uint32_t before = dictionary_.size();
  const uint32_t row = dictionary_.add(key);
  if (row == kNone) return nullptr;
  if (tally_.resize(dictionary_.size())) return &tally_[row];
  dictionary_.shrink(before);
  return nullptr;
}

Status Counting::learn(const Example& x, std::span<float> before) noexcept {
  FRESHET_TRY(check(x));
  if (!before.empty()) predict(x, before);
  if (x.weight == 0) return {};
  Tally* tally = row(x.nominal.index[0]);
  if (tally == nullptr) return {Code::exhausted, Says::kFull};
  tally->add(x.nominal.category[0]);
  return {};
}

void Counting::draw(Sink& sink) const noexcept {
  for (uint32_t k = 0; k < dictionary_.size(); k++)
    sink.weight(dictionary_.keys()[k], kNone, static_cast<double>(tally_[k].count));
}

bool Counting::assign(const Counting& from) noexcept {
  return dictionary_.assign(from.dictionary_.keys()) && tally_.assign(from.tally_.span());
}

Result<std::unique_ptr<Learner>> Counting::clone() const noexcept {
  std::unique_ptr<Counting> copy(new Counting(options_));
  if (!copy->assign(*this)) return {Code::exhausted, Says::kFull};
  return std::unique_ptr<Learner>(std::move(copy));
}

Status Counting::copy_into(Learner& spare) const noexcept {
  if (!is_same_learner(*this, spare)) return {Code::invalid_argument, Says::kOtherKind};
  if (!static_cast<Counting&>(spare).assign(*this)) return {Code::exhausted, Says::kFull};
  return {};
}

Status Counting::merge(const Learner& same_kind) noexcept {
  if (!is_same_learner(*this, same_kind)) return {Code::invalid_argument, Says::kOtherKind};
  const auto& other = static_cast<const Counting&>(same_kind);
  for (uint32_t k = 0; k < other.dictionary_.size(); k++) {
    Tally* mine = row(other.dictionary_.keys()[k]);
    if (mine == nullptr) return {Code::exhausted, Says::kFull};
    const Tally theirs = other.tally_[k];
    *mine = {mine->count + theirs.count, mine->sum + theirs.sum,
             mine->exclusive_or ^ theirs.exclusive_or};
  }
  return {};
}

// "tallies": count, sum, exclusive or, by row of "keys".
Status Counting::save(Writer& writer) const noexcept {
  FRESHET_TRY(put_array<uint32_t>(writer, "keys", dictionary_.keys()));
  static_assert(sizeof(Tally) == 3 * sizeof(uint64_t));
  const auto* words = reinterpret_cast<const uint64_t*>(tally_.data());
  return put_array<uint64_t>(writer, "tallies", {words, tally_.size() * 3});
}

Status Counting::load(Reader& reader) noexcept {
  FRESHET_TRY_ASSIGN(const auto keys, get_array<uint32_t>(reader, "keys"));
  FRESHET_TRY_ASSIGN(const auto words, get_array<uint64_t>(reader, "tallies"));
  if (words.size() != keys.size() * 3 || !dictionary_.assign(keys))
    return {Code::corrupt, Says::kState};
  if (!tally_.resize(keys.size())) return {Code::exhausted, Says::kFull};
  for (std::size_t k = 0; k < keys.size(); k++)
    tally_[k] = {words[3 * k], words[3 * k + 1], words[3 * k + 2]};
  return {};
}

}  // namespace freshet
