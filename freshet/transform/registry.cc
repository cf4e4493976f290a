#include "freshet/transform/registry.h"

#include "freshet/core/transformer.h"

namespace freshet {

#define FRESHET_TRANSFORM(name) extern const Entry<Transformer> name##_transform_entry;
#include "freshet/transform/transforms.def"
#undef FRESHET_TRANSFORM

std::span<const Entry<Transformer>* const> transform_entries() noexcept {
  static constexpr const Entry<Transformer>* kAll[] = {
#define FRESHET_TRANSFORM(name) &name##_transform_entry,
#include "freshet/transform/transforms.def"
#undef FRESHET_TRANSFORM
  };
  return kAll;
}

}  // namespace freshet
