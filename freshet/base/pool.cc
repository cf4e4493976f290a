#include "freshet/base/pool.h"

#include <cstring>

namespace freshet {
namespace {

constexpr std::size_t kLargest = 64 * 1024;     // pieces above it are blocks of their own
constexpr std::size_t kFirstBlock = 1024;       // payloads: small for small machines,
constexpr std::size_t kLastBlock = 256 * 1024;  // doubling up to this

// Class 0 is 16 bytes; then 32, 48, 64, 96, 128, 192, ... 65536: every power of two and one and a
// half of it.
constexpr std::size_t class_bytes(std::size_t index) noexcept {
  if (index == 0) return 16;
  const std::size_t power = std::size_t{32} << ((index - 1) / 2);
  return index % 2 == 1 ? power : power + power / 2;
}

}  // namespace

struct alignas(std::max_align_t) Pool::Block {
  Block* before;
  Block* after;
  std::size_t payload;
};

struct Pool::Free {
  Free* after;
};

std::size_t Pool::size_class(std::size_t size) noexcept {
  if (size <= 16) return 0;
  if (size <= 32) return 1;
  const auto top =
      static_cast<std::size_t>(63 - __builtin_clzll(static_cast<unsigned long long>(size - 1)));
  const std::size_t power = std::size_t{1} << top;  // power < size <= 2 power
  return (top - 5) * 2 + (size <= power + power / 2 ? 2 : 3);
}

Pool::Pool(Pool&& other) noexcept {
  *this = std::move(other);
}

Pool& Pool::operator=(Pool&& other) noexcept {
  if (this == &other) return *this;
  clear();
  blocks_ = std::exchange(other.blocks_, nullptr);
  next_ = std::exchange(other.next_, nullptr);
  left_ = std::exchange(other.left_, 0);
  block_bytes_ = std::exchange(other.block_bytes_, 0);
  limit_ = other.limit_;
  bytes_ = std::exchange(other.bytes_, 0);
  used_ = std::exchange(other.used_, 0);
  exhausted_ = std::exchange(other.exhausted_, false);
  for (std::size_t i = 0; i < kClasses; i++)
    free_[i] = std::exchange(other.free_[i], nullptr);
  return *this;
}

Pool::~Pool() {
  clear();
}

void Pool::clear() noexcept {
  while (blocks_ != nullptr)
    remove_block(blocks_);
  next_ = nullptr;
  left_ = block_bytes_ = used_ = 0;
  for (Free*& list : free_)
    list = nullptr;
}

Pool::Block* Pool::add_block(std::size_t payload) noexcept {
  if (payload > SIZE_MAX - sizeof(Block)) return nullptr;
  const std::size_t size = payload + sizeof(Block);
  if (bytes_ > limit_ || size > limit_ - bytes_) return nullptr;
  void* memory = ::operator new(size, std::nothrow);
  if (memory == nullptr) return nullptr;
  auto* block = ::new (memory) Block{nullptr, blocks_, payload};
  if (blocks_ != nullptr) blocks_->before = block;
  blocks_ = block;
  bytes_ += size;
  return block;
}

void Pool::remove_block(Block* block) noexcept {
  (block->before != nullptr ? block->before->after : blocks_) = block->after;
  if (block->after != nullptr) block->after->before = block->before;
  bytes_ -= block->payload + sizeof(Block);
  ::operator delete(block);
}

// What is left of a block goes to the free lists, largest pieces first, so that nothing is lost
// when a new one starts.
void Pool::keep_rest() noexcept {
  for (std::size_t i = kClasses; i-- > 0;) {
    for (const std::size_t size = class_bytes(i); left_ >= size; left_ -= size, next_ += size) {
      free_[i] = ::new (static_cast<void*>(next_)) Free{free_[i]};
    }
  }
}

bool Pool::start_block(std::size_t need) noexcept {
  keep_rest();
  std::size_t payload = block_bytes_ == 0 ? kFirstBlock : block_bytes_ * 2;
  if (payload > kLastBlock) payload = kLastBlock;
  if (payload < need) payload = need;
  Block* block = add_block(payload);
  while (block == nullptr && payload > need) {  // close to the limit: what still fits
    payload = payload / 2 > need ? payload / 2 / 16 * 16 : need;
    block = add_block(payload);
  }
  if (block == nullptr) return false;
  block_bytes_ = payload;
  next_ = reinterpret_cast<std::byte*>(block + 1);
  left_ = payload;
  return true;
}

void* Pool::take(std::size_t size) noexcept {
  if (size > kLargest) {
    Block* block = add_block(size);
    if (block == nullptr) {
      exhausted_ = true;
      return nullptr;
    }
    used_ += size;
    return block + 1;
  }
  const std::size_t index = size_class(size), rounded = class_bytes(index);
  if (Free* piece = free_[index]; piece != nullptr) {
    free_[index] = piece->after;
    used_ += rounded;
    return piece;
  }
  if (left_ < rounded && !start_block(rounded)) {
    exhausted_ = true;
    return nullptr;
  }
  used_ += rounded;
  left_ -= rounded;
  return std::exchange(next_, next_ + rounded);
}

void* Pool::take_zeroed(std::size_t size) noexcept {
  void* piece = take(size);
  if (piece != nullptr) std::memset(piece, 0, size);
  return piece;
}

void Pool::give(void* piece, std::size_t size) noexcept {
  if (piece == nullptr) return;
  if (size > kLargest) {
    used_ -= size;
    remove_block(static_cast<Block*>(piece) - 1);
    return;
  }
  const std::size_t index = size_class(size);
  used_ -= class_bytes(index);
  free_[index] = ::new (piece) Free{free_[index]};
}

}  // namespace freshet
