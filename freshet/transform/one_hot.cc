#include "freshet/transform/one_hot.h"

#include "freshet/base/bits.h"
#include "freshet/core/check.h"
#include "freshet/core/example_block.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "one_hot";
using Says = Complaints<kName>;

}  // namespace

extern const Entry<Transformer> one_hot_transform_entry;
constinit const Entry<Transformer> one_hot_transform_entry{
    .info = {.name = kName,
             .summary = "Nominal features as numbers: 1 for the category that is there.",
             .paper = "Suits, JASA 1957",
             .cost = "O(features present)",
             .memory = "none",
             .format = 1,
             .oldest_format = 1,
             .traits = kStateless | kCheap,
             .options = kOneHotOptions,
             .options_size = sizeof(OneHotOptions),
             .defaults = default_options<OneHotOptions>},
    .make = make_entry<OneHot, Transformer>};

const Info& OneHot::info() const noexcept {
  return one_hot_transform_entry.info;
}

Status OneHot::apply(const Example& in, ExampleBuffer& out) const noexcept {
  out.assign(in);
  for (std::size_t k = 0; k < in.nominal.index.size(); k++) {
    const uint32_t category = in.nominal.category[k];
    out.index.push_back(
        mix(in.nominal.index[k], category < options_.max ? category : options_.max));
    out.value.push_back(1);
  }
  out.nominal.clear();
  out.category.clear();
  return {};
}

Result<std::unique_ptr<Transformer>> OneHot::clone() const noexcept {
  return std::unique_ptr<Transformer>(new OneHot(options_));
}

Status OneHot::save(Writer&) const noexcept {
  return {};
}
Status OneHot::load(Reader&) noexcept {
  return {};
}
Status OneHot::copy_into(Transformer& spare) const noexcept {
  if (&spare.info() != &info()) return {Code::invalid_argument, Says::kOtherKind};
  return {};
}
Status OneHot::merge(const Transformer& same_kind) noexcept {
  if (&same_kind.info() != &info()) return {Code::invalid_argument, Says::kOtherKind};
  return {};
}

}  // namespace freshet
