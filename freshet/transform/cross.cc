#include "freshet/transform/cross.h"

#include "freshet/base/bits.h"
#include "freshet/base/chars.h"
#include "freshet/core/check.h"
#include "freshet/core/example_block.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "cross";
using Says = Complaints<kName>;
constexpr std::size_t kMostColumns = Interactions::kLongest;  // of a product
constexpr const char* kBadColumns =
    "cross: columns is a list of products of two to eight places, such as 0*1,0*2*3";

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ')
    text.remove_suffix(1);
  return text;
}

/// What stands before the first `mark`; `rest` goes on behind it. False: there was no mark any more.
bool cut(std::string_view& rest, char mark, std::string_view& part) noexcept {
  const std::size_t at = rest.find(mark);
  part = trimmed(rest.substr(0, at));
  rest = at == rest.npos ? std::string_view() : rest.substr(at + 1);
  return at != rest.npos;
}

struct Factor {
  uint32_t index = 0;
  float value = 0;
  bool is_there = false;
};

Factor column(const Example& x, uint32_t place) noexcept {
  if (place < x.dense.size()) return {place, x.dense[place], true};
  for (std::size_t k = 0; k < x.numeric.index.size(); k++)
    if (x.numeric.index[k] == place) return {place, x.numeric.value[k], true};
  for (std::size_t k = 0; k < x.nominal.index.size(); k++)
    if (x.nominal.index[k] == place) return {mix(place, x.nominal.category[k]), 1, true};
  return {};
}

}  // namespace

extern const Entry<Transformer> cross_transform_entry;
constinit const Entry<Transformer> cross_transform_entry{
    .info = {.name = kName,
             .summary = "Products of features as features of their own.",
             .paper = "Weinberger et al., ICML 2009",
             .cost = "O(products made)",
             .memory = "8 bytes a list",
             .format = 1,
             .oldest_format = 1,
             .traits = kStateless | kCheap,
             .options = kCrossOptions,
             .options_size = sizeof(CrossOptions),
             .defaults = default_options<CrossOptions>},
    .make = make_entry<Cross, Transformer>};

const Info& Cross::info() const noexcept {
  return cross_transform_entry.info;
}

uint32_t Cross::traits() const noexcept {
  return widens() ? info().traits & ~uint32_t{kStateless} : info().traits;
}

Result<std::unique_ptr<Cross>> Cross::make(const CrossOptions& options) noexcept {
  std::unique_ptr<Cross> made(new Cross());
  made->lists_ = options.lists;
  made->columns_ = options.columns;
  made->options_ = {made->lists_, made->columns_, options.bits};
  FRESHET_TRY_ASSIGN(made->interactions_, Interactions::make(made->lists_));
  FRESHET_TRY(made->read_columns());
  return made;
}

Status Cross::read_columns() noexcept {
  std::string_view rest = columns_, product;
  for (bool more = !rest.empty(); more;) {
    more = cut(rest, ',', product);
    std::vector<uint32_t> places;
    std::string_view word;
    for (bool some = true; some;) {
      some = cut(product, '*', word);
      uint64_t place = 0;
      if (!parse_all(word, &place) || place >= kNone) return {Code::invalid_argument, kBadColumns};
      places.push_back(static_cast<uint32_t>(place));
    }
    if (places.size() < 2 || places.size() > kMostColumns)
      return {Code::invalid_argument, kBadColumns};
    products_.push_back(std::move(places));
  }
  return {};
}

void Cross::learn(const Example& x) noexcept {
  // Too many lists: those met so far stay, and no more are made.
  (void)interactions_.meet(x).ok();
}

Status Cross::apply(const Example& in, ExampleBuffer& out) const noexcept {
  out.assign(in);
  const uint32_t mask = options_.bits == 32 ? ~uint32_t{0} : (uint32_t{1} << options_.bits) - 1;
  const auto add = [&](uint32_t index, float value) {
    if (value == 0 || !is_finite(value)) return;
    out.index.push_back(index & mask);
    out.value.push_back(value);
  };
  interactions_.each_run(in, [&](uint32_t base, float scale, uint32_t begin, uint32_t end) {
    for (uint32_t j = begin; j < end; j++)
      add(base ^ in.numeric.index[j], scale * in.numeric.value[j]);
  });
  for (const std::vector<uint32_t>& places : products_) {
    uint32_t index = 0;
    float value = 1;
    bool all = true;
    for (const uint32_t place : places) {
      const Factor factor = column(in, place);
      all = all && factor.is_there;
      index = index * Interactions::kPrime ^ factor.index;
      value *= factor.value;
    }
    if (all) add(index, value);
  }
  return {};
}

Result<std::unique_ptr<Transformer>> Cross::clone() const noexcept {
  FRESHET_TRY_ASSIGN(std::unique_ptr<Cross> copy, make(options_));
  FRESHET_TRY(copy->interactions_.set_met(interactions_.met()));
  return std::unique_ptr<Transformer>(std::move(copy));
}

// "met": a bit for each group byte, where lists hold ':'.
Status Cross::save(Writer& writer) const noexcept {
  if (!widens()) return {};
  return put_array<uint64_t>(writer, "met", interactions_.met());
}

Status Cross::load(Reader& reader) noexcept {
  if (!widens()) return {};
  uint64_t met[2];
  FRESHET_TRY(get_into<uint64_t>(reader, "met", met));
  return interactions_.set_met(met);
}

Status Cross::copy_into(Transformer& spare) const noexcept {
  if (&spare.info() != &info()) return {Code::invalid_argument, Says::kOtherKind};
  auto& to = static_cast<Cross&>(spare);
  if (to.lists_ != lists_ || to.columns_ != columns_)
    return {Code::invalid_argument, Says::kOtherKind};
  return to.interactions_.set_met(interactions_.met());
}

Status Cross::merge(const Transformer& same_kind) noexcept {
  if (&same_kind.info() != &info()) return {Code::invalid_argument, Says::kOtherKind};
  const auto& other = static_cast<const Cross&>(same_kind);
  if (other.lists_ != lists_ || other.columns_ != columns_)
    return {Code::invalid_argument, Says::kOtherKind};
  const uint64_t met[2] = {interactions_.met()[0] | other.interactions_.met()[0],
                           interactions_.met()[1] | other.interactions_.met()[1]};
  return interactions_.set_met(met);
}

}  // namespace freshet
