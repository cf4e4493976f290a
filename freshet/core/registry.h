#pragma once
/// The catalogue: spans of entries, passed to whoever makes components, never global. Each folder
/// of components has a registry.cc that expands its .def file; runtime/catalog.h joins them.

#include <span>
#include <string_view>

#include "freshet/core/component.h"

namespace freshet {

class Learner;
class Transformer;
class Metric;
class Detector;
struct TableMemory;
namespace kernel {
class Parallel;
}

struct Registry {
  std::span<const Entry<Learner>* const> learners;
  std::span<const Entry<Transformer>* const> transforms;
  std::span<const Entry<Metric>* const> metrics;
  std::span<const Entry<Detector>* const> detectors;
  const kernel::Parallel* parallel = nullptr;  // null: a plain loop
  const TableMemory* memory = nullptr;         // of large tables (core/table.h); null: the heap
};

/// The entry called `name` ('-' reads as '_'), or null.
template <class T>
const Entry<T>* find_entry(std::span<const Entry<T>* const> entries,
                           std::string_view name) noexcept {
  const auto same = [](std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t k = 0; k < a.size(); ++k)
      if (a[k] != (b[k] == '-' ? '_' : b[k])) return false;
    return true;
  };
  for (const Entry<T>* entry : entries)
    if (same(entry->info.name, name)) return entry;
  return nullptr;
}

}  // namespace freshet
