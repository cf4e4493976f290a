#include "freshet/core/schema.h"

#include <bit>
#include <cstring>
#include <new>
#include <utility>
#include <vector>

#include "freshet/base/coding.h"
#include "freshet/base/hash.h"
#include "freshet/base/live.h"

namespace freshet {
namespace {

/// An append-only list of names with an index: one writer, any number of readers, nothing ever
/// moves.
///
/// Items live in chunks of 16, 32, 64 ... so an id is found by two loads. The index is an
/// open-addressed table of id + 1; a fuller one is built aside and published with release order,
/// the old one stays until the list goes.
class NameList {
 public:
  struct Item {
    const char* text;
    uint32_t length;
    Schema::Kind kind;
    std::unique_ptr<NameList> categories;  // of a nominal feature, else null
    std::string_view name() const noexcept { return {text, length}; }
  };

  NameList() = default;
  NameList(const NameList&) = delete;
  NameList& operator=(const NameList&) = delete;
  ~NameList() {
    const uint32_t n = count();
    for (uint32_t k = 0; k < n; ++k)
      delete[] item(k).text;
    for (Item* chunk : chunks_)
      delete[] chunk;
  }

  uint32_t count() const noexcept { return acquire_load(count_); }
  const Item& item(uint32_t id) const noexcept {
    const auto [chunk, offset] = place(id);
    return chunks_[chunk][offset];
  }

  std::optional<uint32_t> find(std::string_view name) const noexcept {
    const Index* index = acquire_load(index_);
    if (index == nullptr) return std::nullopt;
    for (uint32_t at = hash(name) & index->mask;; at = (at + 1) & index->mask) {
      const uint32_t slot = acquire_load(index->slots[at]);
      if (slot == 0) return std::nullopt;
      if (item(slot - 1).name() == name) return slot - 1;
    }
  }

  /// REQUIRES: find(name) found nothing.
  uint32_t add(std::string_view name, Schema::Kind kind) noexcept {
    const uint32_t id = count_;
    const auto [chunk, offset] = place(id);
    if (chunks_[chunk] == nullptr) chunks_[chunk] = new Item[std::size_t{16} << chunk];
    char* text = new char[name.size() + 1];
    std::memcpy(text, name.data(), name.size());
    text[name.size()] = 0;
    Item& added = chunks_[chunk][offset];
    added.text = text;
    added.length = static_cast<uint32_t>(name.size());
    added.kind = kind;
    if (kind == Schema::Kind::nominal) added.categories = std::make_unique<NameList>();
    release_store(count_, id + 1);
    insert(id);
    return id;
  }

 private:
  struct Index {
    explicit Index(uint32_t size) : mask(size - 1), slots(new uint32_t[size]()) {}
    uint32_t mask;
    std::unique_ptr<uint32_t[]> slots;
    void put(uint32_t h, uint32_t id) noexcept {
      uint32_t at = h & mask;
      while (slots[at] != 0)
        at = (at + 1) & mask;
      release_store(slots[at], id + 1);
    }
  };

  static uint32_t hash(std::string_view name) noexcept { return murmur3_32(name, 0x5eed); }
  static std::pair<uint32_t, uint32_t> place(uint32_t id) noexcept {
    const uint32_t level = static_cast<uint32_t>(std::bit_width(id / 16 + 1)) - 1;
    return {level, id - 16 * ((1u << level) - 1)};
  }

  void insert(uint32_t id) noexcept {
    Index* index = index_;
    if (index != nullptr && (id + 1) * 2 <= index->mask + 1) {
      index->put(hash(item(id).name()), id);
      return;
    }
    auto next = std::make_unique<Index>(index == nullptr ? 16 : (index->mask + 1) * 2);
    for (uint32_t k = 0; k <= id; ++k)
      next->put(hash(item(k).name()), k);
    release_store(index_, next.get());
    indices_.push_back(std::move(next));
  }

  uint32_t count_ = 0;
  Index* index_ = nullptr;
  Item* chunks_[26] =
      {};  // 16 * (2^26 - 1) names; a chunk is published by the count or slot that reaches into it
  std::vector<std::unique_ptr<Index>> indices_;
};

/// Reads length-prefixed names, every length checked.
class Cursor {
 public:
  explicit Cursor(std::span<const std::byte> bytes) noexcept : bytes_(bytes) {}
  bool u8(uint8_t& x) noexcept {
    return number(x, 1, [](const std::byte* p) { return static_cast<uint8_t>(*p); });
  }
  bool u32(uint32_t& x) noexcept { return number(x, 4, get_u32); }
  bool name(std::string_view& x) noexcept {
    uint16_t length = 0;
    if (!number(length, 2, get_u16) || bytes_.size() < length) return false;
    x = {reinterpret_cast<const char*>(bytes_.data()), length};
    bytes_ = bytes_.subspan(length);
    return true;
  }
  bool empty() const noexcept { return bytes_.empty(); }

 private:
  template <class T, class Get>
  bool number(T& x, std::size_t size, Get get) noexcept {
    if (bytes_.size() < size) return false;
    x = get(bytes_.data());
    bytes_ = bytes_.subspan(size);
    return true;
  }
  std::span<const std::byte> bytes_;
};

constexpr std::size_t kMaxName = 65'535;

}  // namespace

struct Schema::Names {
  explicit Names(uint32_t limit) noexcept : max_names(limit) {}
  uint32_t max_names;
  uint32_t total = 0;
  NameList features, classes;

  Result<uint32_t> add(NameList& list, std::string_view name, Kind kind) noexcept {
    if (name.size() > kMaxName)
      return {Code::invalid_argument, "schema: a name is longer than 65,535 bytes"};
    if (total >= max_names)
      return {Code::exhausted,
              "schema: the model has max_names names already; raise max_names, or hash features "
              "(bits=18)"};
    ++total;
    return list.add(name, kind);
  }
  const NameList* categories(uint32_t feature) const noexcept {
    return feature < features.count() ? features.item(feature).categories.get() : nullptr;
  }
};

Schema::Schema(uint32_t max_names) : names_(std::make_unique<Names>(max_names)) {}
Schema::~Schema() = default;
Schema::Schema(Schema&&) noexcept = default;
Schema& Schema::operator=(Schema&&) noexcept = default;

Result<uint32_t> Schema::feature(std::string_view name, Kind kind) noexcept {
  if (const auto known = names_->features.find(name)) {
    if (names_->features.item(*known).kind == kind) return *known;
    return {Code::invalid_argument,
            "schema: a feature is used with another kind than before (numeric, nominal, text)",
            *known};
  }
  return names_->add(names_->features, name, kind);
}

Result<uint32_t> Schema::category(uint32_t feature, std::string_view value) noexcept {
  const NameList* list = names_->categories(feature);
  if (list == nullptr)
    return {Code::invalid_argument, "schema: a category needs a nominal feature", feature};
  if (const auto known = list->find(value)) return *known;
  return names_->add(*names_->features.item(feature).categories, value, Kind::numeric);
}

Result<uint32_t> Schema::label_class(std::string_view value) noexcept {
  if (const auto known = names_->classes.find(value)) return *known;
  return names_->add(names_->classes, value, Kind::numeric);
}

std::optional<uint32_t> Schema::find(std::string_view name) const noexcept {
  return names_->features.find(name);
}
std::optional<uint32_t> Schema::find_category(uint32_t feature,
                                              std::string_view value) const noexcept {
  const NameList* list = names_->categories(feature);
  return list == nullptr ? std::nullopt : list->find(value);
}
std::optional<uint32_t> Schema::find_class(std::string_view value) const noexcept {
  return names_->classes.find(value);
}

std::string_view Schema::name(uint32_t feature) const noexcept {
  return feature < feature_count() ? names_->features.item(feature).name() : std::string_view{};
}
std::string_view Schema::category_name(uint32_t feature, uint32_t category) const noexcept {
  const NameList* list = names_->categories(feature);
  return list != nullptr && category < list->count() ? list->item(category).name()
                                                     : std::string_view{};
}
std::string_view Schema::class_name(uint32_t label_class) const noexcept {
  return label_class < class_count() ? names_->classes.item(label_class).name()
                                     : std::string_view{};
}
Schema::Kind Schema::kind(uint32_t feature) const noexcept {
  return feature < feature_count() ? names_->features.item(feature).kind : Kind::numeric;
}

uint32_t Schema::feature_count() const noexcept {
  return names_->features.count();
}
uint32_t Schema::category_count(uint32_t feature) const noexcept {
  const NameList* list = names_->categories(feature);
  return list == nullptr ? 0 : list->count();
}
uint32_t Schema::class_count() const noexcept {
  return names_->classes.count();
}

// u32 n, n x {u8 kind, u16 length, name, u32 c, c x {u16 length, category}}, u32 k, k x {u16
// length, class}
std::size_t Schema::encoded_size() const noexcept {
  std::size_t size = 8;
  for (uint32_t f = 0; f < feature_count(); ++f) {
    size += 1 + 2 + name(f).size() + 4;
    for (uint32_t c = 0; c < category_count(f); ++c)
      size += 2 + category_name(f, c).size();
  }
  for (uint32_t c = 0; c < class_count(); ++c)
    size += 2 + class_name(c).size();
  return size;
}

void Schema::encode(std::span<std::byte> out) const noexcept {
  std::byte* at = out.data();
  const auto u32 = [&at](uint32_t x) {
    put_u32(at, x);
    at += 4;
  };
  const auto text = [&at](std::string_view x) {
    put_u16(at, static_cast<uint16_t>(x.size()));
    std::memcpy(at + 2, x.data(), x.size());
    at += 2 + x.size();
  };
  u32(feature_count());
  for (uint32_t f = 0; f < feature_count(); ++f) {
    *at++ = static_cast<std::byte>(kind(f));
    text(name(f));
    u32(category_count(f));
    for (uint32_t c = 0; c < category_count(f); ++c)
      text(category_name(f, c));
  }
  u32(class_count());
  for (uint32_t c = 0; c < class_count(); ++c)
    text(class_name(c));
}

Result<Schema> Schema::decode(std::span<const std::byte> bytes, uint32_t max_names) noexcept {
  const auto corrupt = [] {
    return Status(Code::corrupt, "model file: chunk SCHM is cut short or repeats a name");
  };
  Schema schema(max_names);
  Cursor in(bytes);
  uint32_t n = 0, count = 0;
  uint8_t kind = 0;
  std::string_view name;
  if (!in.u32(n)) return corrupt();
  for (uint32_t f = 0; f < n; ++f) {
    if (!in.u8(kind) || kind > 2 || !in.name(name) || !in.u32(count)) return corrupt();
    if (schema.find(name).has_value() || (count > 0 && kind != uint8_t{1})) return corrupt();
    auto id = schema.feature(name, static_cast<Kind>(kind));
    if (!id.ok()) return std::move(id).status();
    for (uint32_t c = 0; c < count; ++c) {
      if (!in.name(name) || schema.find_category(f, name).has_value()) return corrupt();
      if (auto added = schema.category(f, name); !added.ok()) return std::move(added).status();
    }
  }
  if (!in.u32(n)) return corrupt();
  for (uint32_t c = 0; c < n; ++c) {
    if (!in.name(name) || schema.find_class(name).has_value()) return corrupt();
    if (auto added = schema.label_class(name); !added.ok()) return std::move(added).status();
  }
  if (!in.empty()) return corrupt();
  return schema;
}

Result<std::unique_ptr<Schema>> Schema::clone() const noexcept {
  std::vector<std::byte> bytes(encoded_size());
  encode(bytes);
  auto copy = decode(bytes, names_->max_names);
  if (!copy.ok()) return std::move(copy).status();
  return std::make_unique<Schema>(std::move(*copy));
}

}  // namespace freshet
