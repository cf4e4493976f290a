#pragma once
/// Entry::make of a component, from the way its type is made.

#include <memory>
#include <utility>

#include "freshet/core/learner.h"
#include "freshet/core/registry.h"

namespace freshet {

/// T::make(options, registry), T::make(options, registry.memory) or T::make(options), where making one may fail; else
/// T(options), or T() of a T without any.
template <class T, class Base = Learner>
Result<std::unique_ptr<Base>> make_entry(const void* any, const Registry& registry) noexcept {
  const auto& options = *static_cast<const typename T::Options*>(any);
  const auto as_base = [](Result<std::unique_ptr<T>> made) -> Result<std::unique_ptr<Base>> {
    if (!made.ok()) return std::move(made).status();
    return std::unique_ptr<Base>(std::move(*made));
  };
  if constexpr (requires { T::make(options, registry); })
    return as_base(T::make(options, registry));
  else if constexpr (requires { T::make(options, registry.memory); })
    return as_base(T::make(options, registry.memory));
  else if constexpr (requires { T::make(options); })
    return as_base(T::make(options));
  else if constexpr (requires { T(options); })
    return std::unique_ptr<Base>(new T(options));
  else
    return std::unique_ptr<Base>(new T());
}

}  // namespace freshet
