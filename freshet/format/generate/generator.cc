#include "freshet/format/generate/generator.h"

namespace freshet {

#define FRESHET_GENERATOR(name) extern const Generator name##_generator;
#include "freshet/format/generate/generators.def"
#undef FRESHET_GENERATOR

std::span<const Generator* const> generators() noexcept {
  static constexpr const Generator* kGenerators[] = {
#define FRESHET_GENERATOR(name) &name##_generator,
#include "freshet/format/generate/generators.def"
#undef FRESHET_GENERATOR
  };
  return kGenerators;
}

const Generator* find_generator(std::string_view name) noexcept {
  for (const Generator* generator : generators())
    if (generator->name == name) return generator;
  return nullptr;
}

}  // namespace freshet
