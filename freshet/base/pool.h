#pragma once
#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

/// The memory of one model: blocks of growing size, freed pieces by size class, and a limit in
/// bytes.
///
/// `learn` takes memory from here and nowhere else. take() at the limit answers null and changes
/// nothing: trees then deactivate leaves, others return `exhausted`. Pieces up to 64 KiB are
/// rounded up to a power of two, or one and a half of one, and come from blocks that live as long
/// as the pool; larger ones are blocks of their own, given back at once. O(1). Threads: the
/// writer's alone.
namespace freshet {

class Pool {
 public:
  /// limit_bytes: what the pool may take from the heap, blocks and all.
  explicit Pool(std::size_t limit_bytes = SIZE_MAX) noexcept : limit_(limit_bytes) {}
  Pool(Pool&& other) noexcept;
  Pool& operator=(Pool&& other) noexcept;
  ~Pool();

  /// Aligned as std::max_align_t is; null at the limit, or when the machine has no more. size 0
  /// counts as 1.
  void* take(std::size_t size) noexcept;

  /// REQUIRES: `piece` is null, or came from take(size) of this pool with the same size.
  void give(void* piece, std::size_t size) noexcept;

  /// A T made in the pool, or null at the limit.
  template <class T, class... Args>
  T* make(Args&&... args) noexcept {
    static_assert(alignof(T) <= alignof(std::max_align_t));
    void* piece = take(sizeof(T));
    return piece == nullptr ? nullptr : ::new (piece) T(std::forward<Args>(args)...);
  }

  /// Ends a T that make() gave. Null is fine.
  template <class T>
  void drop(T* object) noexcept {
    if (object == nullptr) return;
    object->~T();
    give(object, sizeof(T));
  }

  /// n zeroed trivial objects, or null at the limit.
  template <class T>
  T* make_array(std::size_t n) noexcept {
    static_assert(std::is_trivial_v<T> && alignof(T) <= alignof(std::max_align_t));
    return n > SIZE_MAX / sizeof(T) ? nullptr : static_cast<T*>(take_zeroed(n * sizeof(T)));
  }
  template <class T>
  void drop_array(T* objects, std::size_t n) noexcept {
    give(objects, n * sizeof(T));
  }

  std::size_t bytes() const noexcept { return bytes_; }  ///< taken from the heap
  std::size_t used_bytes() const noexcept {
    return used_;
  }  ///< handed out and not given back, rounded
  std::size_t limit_bytes() const noexcept { return limit_; }
  void set_limit_bytes(std::size_t limit) noexcept { limit_ = limit; }

  /// True once a take() was refused; take() sets it, the owner clears it.
  bool exhausted() const noexcept { return exhausted_; }
  void clear_exhausted() noexcept { exhausted_ = false; }

  /// Frees everything at once.  REQUIRES: nobody looks at a piece again; destructors aren't run.
  void clear() noexcept;

 private:
  struct Block;
  struct Free;
  static std::size_t size_class(std::size_t size) noexcept;
  static constexpr std::size_t kClasses = 24;

  void* take_zeroed(std::size_t size) noexcept;
  Block* add_block(std::size_t payload) noexcept;
  void remove_block(Block* block) noexcept;
  bool start_block(std::size_t need) noexcept;
  void keep_rest() noexcept;

  Block* blocks_ = nullptr;    // every block, small ones and large ones, newest first
  std::byte* next_ = nullptr;  // the unused rest of the newest small block
  std::size_t left_ = 0;
  std::size_t block_bytes_ = 0;  // payload of the newest small block
  std::size_t limit_;
  std::size_t bytes_ = 0, used_ = 0;
  bool exhausted_ = false;
  Free* free_[kClasses] = {};
};

/// The limit_bytes of an option `memory`, in which 0 is no limit.
constexpr std::size_t pool_limit(uint64_t memory) noexcept {
  return memory == 0 || memory > SIZE_MAX ? SIZE_MAX : static_cast<std::size_t>(memory);
}

}  // namespace freshet
