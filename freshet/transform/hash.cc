#include "freshet/transform/hash.h"

#include "freshet/base/bits.h"
#include "freshet/core/check.h"
#include "freshet/core/example_block.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "hash";
using Says = Complaints<kName>;
constexpr uint32_t kSalt =
    0x68617368;  // other than any hash a learner takes. Never change: models depend on it

}  // namespace

extern const Entry<Transformer> hash_transform_entry;
constinit const Entry<Transformer> hash_transform_entry{
    .info = {.name = kName,
             .summary = "Any number of features in 2^bits, by hashing.",
             .paper = "Weinberger et al., ICML 2009",
             .cost = "O(features present)",
             .memory = "none",
             .format = 1,
             .oldest_format = 1,
             .traits = kStateless | kCheap,
             .options = kHashOptions,
             .options_size = sizeof(HashOptions),
             .defaults = default_options<HashOptions>},
    .make = make_entry<Hash, Transformer>};

const Info& Hash::info() const noexcept {
  return hash_transform_entry.info;
}

Status Hash::apply(const Example& in, ExampleBuffer& out) const noexcept {
  out.assign(in);
  const uint32_t mask = (uint32_t{1} << options_.bits) - 1;
  const auto place = [&](uint32_t index, float value, uint32_t& to, float& as) {
    const uint32_t hash = mix(index, kSalt);
    to = hash & mask;
    as = options_.is_signed && (hash >> 31) != 0 ? -value : value;
  };
  for (std::size_t k = 0; k < in.numeric.index.size(); k++)
    place(in.numeric.index[k], in.numeric.value[k], out.index[k], out.value[k]);
  const auto append = [&](uint32_t index, float value) {
    out.index.push_back(0);
    out.value.push_back(0);
    place(index, value, out.index.back(), out.value.back());
  };
  for (std::size_t k = 0; k < in.dense.size(); k++)
    append(static_cast<uint32_t>(k), in.dense[k]);
  for (std::size_t k = 0; k < in.nominal.index.size(); k++)
    append(mix(in.nominal.index[k], in.nominal.category[k]), 1);
  out.dense.clear();
  out.nominal.clear();
  out.category.clear();
  return {};
}

Result<std::unique_ptr<Transformer>> Hash::clone() const noexcept {
  return std::unique_ptr<Transformer>(new Hash(options_));
}

Status Hash::save(Writer&) const noexcept {
  return {};
}
Status Hash::load(Reader&) noexcept {
  return {};
}
Status Hash::copy_into(Transformer& spare) const noexcept {
  if (&spare.info() != &info()) return {Code::invalid_argument, Says::kOtherKind};
  return {};
}
Status Hash::merge(const Transformer& same_kind) noexcept {
  if (&same_kind.info() != &info()) return {Code::invalid_argument, Says::kOtherKind};
  return {};
}

}  // namespace freshet
