#pragma once
/// What learners, transforms, metrics and detectors share: a name, options from a table, state that
/// can be saved.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string_view>

#include "freshet/base/status.h"
#include "freshet/core/checkpoint.h"
#include "freshet/core/options.h"

namespace freshet {

/// Traits, all of them.
enum Trait : uint32_t {
  kLive = 1,            // predict_live may run while learn does (docs/concurrency.md)
  kBinary = 2,          // one output, P(positive)
  kStateless = 4,       // a transform that learns nothing
  kCheap = 8,           // predict takes under about 50 us: runs on the caller's thread
  kWeightIsCount = 16,  // weight 2 equals learning twice
  kMergeable = 32,      // has parameters(): rules, replicas and federation work on it
  kBlocked = 64,        // nets: learn_many works in blocks
  kTensors = 128,       // nets: takes named tensors
};

/// Everything there is to say about a component without making one.
struct Info {
  std::string_view name, summary, paper;
  std::string_view cost, memory;   // of one example; bytes: for people
  uint32_t format, oldest_format;  // of its saved state
  uint32_t traits;
  std::span<const OptionSpec> options;
  std::size_t options_size;
  void (*defaults)(void* options) noexcept;  // constructs the defaults in `options_size` bytes,
                                             // aligned for max_align_t
};

/// `Info::defaults` of an options struct.
template <class Options>
void default_options(void* options) noexcept {
  static_assert(alignof(Options) <= alignof(std::max_align_t) &&
                std::is_trivially_destructible_v<Options>);
  ::new (options) Options();
}

/// For components without options.
struct NoOptions {};

/// Where `Component::draw` puts what `inspect` shows.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void line(std::string_view text) noexcept = 0;
  virtual void number(std::string_view name, double value) noexcept = 0;
  /// One weight: the feature's index, its category or kNone, the value. The caller turns indices
  /// into names.
  virtual void weight(uint32_t feature, uint32_t category, double value) noexcept = 0;
};
inline constexpr uint32_t kNone = 0xffffffff;

class Component {
 public:
  virtual ~Component() = default;
  virtual const Info& info() const noexcept = 0;
  /// An instance may clear bits of info().traits: logistic(bits=0) isn't kLive.
  virtual uint32_t traits() const noexcept { return info().traits; }
  /// What info().options describes.
  virtual const void* options() const noexcept = 0;
  /// Bytes of its state on the heap, tables counted by the chunks touched; 0: a few, inside the
  /// object.
  virtual std::size_t bytes() const noexcept { return 0; }
  /// How `inspect` shows it: weights, counts. Default: nothing.
  virtual void draw(Sink&) const noexcept {}
  virtual Status save(Writer&) const noexcept = 0;
  /// Replaces all state. On failure *this is unusable and must be dropped.
  virtual Status load(Reader&) noexcept = 0;
};

struct Registry;
/// A catalogue entry. `make` reads `options`, a struct that `info.options` describes.
template <class T>
struct Entry {
  Info info;
  Result<std::unique_ptr<T>> (*make)(const void* options, const Registry&) noexcept;
};

}  // namespace freshet
