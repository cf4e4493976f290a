/// The part of BlockCodec that turns a block's own names into a model's ids.

#include <algorithm>
#include <map>
#include <utility>

#include "freshet/core/component.h"
#include "freshet/core/label_map.h"
#include "freshet/core/schema.h"
#include "freshet/format/blocks.h"

namespace freshet {
namespace {

using NameKind = ExampleBlock::NameKind;

// Categories need their feature's id first.
bool is_feature(const ExampleBlock::Name& name) noexcept {
  return name.kind == NameKind::numeric || name.kind == NameKind::nominal ||
         name.kind == NameKind::text;
}

Result<uint32_t> add_name(const ExampleBlock::Name& name, Schema& schema, bool binary,
                          std::span<const uint32_t> ids) noexcept {
  switch (name.kind) {
    case NameKind::numeric:
      return schema.feature(name.text, Schema::Kind::numeric);
    case NameKind::nominal:
      return schema.feature(name.text, Schema::Kind::nominal);
    case NameKind::text:
      return schema.feature(name.text, Schema::Kind::text);
    case NameKind::category:
      return schema.category(ids[name.feature], name.text);
    case NameKind::label_class:
      return add_class(schema, name.text, binary);
  }
  return {Code::corrupt, "blocks: a name of an unknown kind"};
}

uint32_t find_name(const ExampleBlock::Name& name, const Schema& schema,
                   std::span<const uint32_t> ids) noexcept {
  const auto feature = [&](Schema::Kind kind) {
    const std::optional<uint32_t> id = schema.find(name.text);
    return id && schema.kind(*id) == kind ? *id : kNone;
  };
  switch (name.kind) {
    case NameKind::numeric:
      return feature(Schema::Kind::numeric);
    case NameKind::nominal:
      return feature(Schema::Kind::nominal);
    case NameKind::text:
      return feature(Schema::Kind::text);
    case NameKind::category: {
      const uint32_t of = ids[name.feature];
      return of == kNone ? kNone : schema.find_category(of, name.text).value_or(kNone);
    }
    case NameKind::label_class:
      return find_class(schema, name.text).value_or(kNone);
  }
  return kNone;
}

}  // namespace

// Rewrites positions as ids; what has no id is dropped. Arrays are made anew: features may move,
// vanish or change place.
class BlockCodec::Renamer {
 public:
  Renamer(ExampleBlock& block, std::span<const uint32_t> ids) noexcept : b_(block), ids_(ids) {}

  void run() noexcept {
    if (has(NameKind::numeric) || has(NameKind::nominal) || has(NameKind::text)) {
      const bool stays_dense = permute_dense();
      numeric(stays_dense);
      nominal();
    }
    if (has(NameKind::text)) texts();
    if (has(NameKind::label_class)) labels();
    b_.names.clear();
    b_.own_names = false;
  }

 private:
  // Features are positions only where the block names features, labels only where it names classes: rows of hashed
  // indices may bring a class that the model doesn't know yet.
  bool has(NameKind kind) const noexcept {
    return std::any_of(b_.names.begin(), b_.names.end(),
                       [kind](const auto& name) { return name.kind == kind; });
  }

  // Columns whose ids are 0 .. w-1 in any order change places, for every width w of a row.
  bool permute_dense() noexcept {
    if (b_.dense_.empty()) return true;
    uint32_t widest = 0, begin = 0;
    for (const uint32_t end : b_.dense_end_)
      widest = std::max(widest, end - std::exchange(begin, end));
    std::vector<bool> is_whole(widest + 1), seen(widest);
    is_whole[0] = true;
    bool in_order = true;
    for (uint32_t k = 0, highest = 0; k < widest; ++k) {
      const uint32_t id = ids_[k];
      if (id >= widest || seen[id]) break;  // no wider row can stay
      seen[id] = true;
      highest = std::max(highest, id);
      is_whole[k + 1] = highest == k;
      in_order = in_order && id == k;
    }
    begin = 0;
    for (const uint32_t end : b_.dense_end_)
      if (!is_whole[end - std::exchange(begin, end)]) return false;
    if (in_order) return true;
    std::vector<float> row(widest);
    begin = 0;
    for (const uint32_t end : b_.dense_end_) {
      for (uint32_t k = begin; k < end; ++k)
        row[ids_[k - begin]] = b_.dense_[k];
      std::copy_n(row.begin(), end - begin, b_.dense_.begin() + begin);
      begin = end;
    }
    return true;
  }

  // Numeric features, behind those of dense columns that could not stay so.
  void numeric(bool stays_dense) noexcept {
    if (stays_dense && b_.index_.empty()) return;
    std::vector<uint32_t> index, end, place;
    std::vector<float> value;
    const auto add = [&](uint32_t at, float v) {
      if (ids_[at] == kNone) return;
      index.push_back(ids_[at]);
      value.push_back(v);
    };
    for (uint32_t k = 0; k < b_.size(); ++k) {
      const auto first = static_cast<uint32_t>(index.size());
      if (!stays_dense) {
        const std::span<const float> dense = ExampleBlock::slice(b_.dense_, b_.dense_end_, k);
        for (uint32_t i = 0; i < dense.size(); ++i)
          add(i, dense[i]);
      }
      const std::span<const uint32_t> indices = ExampleBlock::slice(b_.index_, b_.numeric_end_, k);
      const std::span<const float> values = ExampleBlock::slice(b_.value_, b_.numeric_end_, k);
      place.assign(1, static_cast<uint32_t>(index.size()) - first);
      for (std::size_t i = 0; i < indices.size(); ++i) {
        add(indices[i], values[i]);
        place.push_back(static_cast<uint32_t>(index.size()) - first);
      }
      for (uint32_t g = k == 0 ? 0 : b_.group_end_[k - 1]; g < b_.group_end_[k]; ++g) {
        b_.groups_[g].begin = place[b_.groups_[g].begin];
        b_.groups_[g].end = place[b_.groups_[g].end];
      }
      end.push_back(static_cast<uint32_t>(index.size()));
    }
    b_.index_ = std::move(index);
    b_.value_ = std::move(value);
    b_.numeric_end_ = std::move(end);
    if (stays_dense) return;
    b_.dense_.clear();
    std::fill(b_.dense_end_.begin(), b_.dense_end_.end(), 0u);
  }

  void nominal() noexcept {
    uint32_t kept = 0, begin = 0;
    for (uint32_t& end : b_.nominal_end_) {
      for (uint32_t k = begin; k < end; ++k) {
        const uint32_t feature = ids_[b_.nominal_[k]], category = ids_[b_.category_[k]];
        if (feature == kNone || category == kNone) continue;
        b_.nominal_[kept] = feature;
        b_.category_[kept++] = category;
      }
      begin = std::exchange(end, kept);
    }
    b_.nominal_.resize(kept);
    b_.category_.resize(kept);
  }

  void texts() noexcept {
    uint32_t kept = 0, begin = 0;
    for (uint32_t& end : b_.text_end_) {
      for (uint32_t k = begin; k < end; ++k) {
        ExampleBlock::TextCell cell = b_.text_[k];
        cell.index = ids_[cell.index];
        if (cell.index != kNone) b_.text_[kept++] = cell;
      }
      begin = std::exchange(end, kept);
    }
    b_.text_.resize(kept);
    b_.text_views_.clear();
  }

  void labels() noexcept {
    uint32_t kept = 0, begin = 0;
    for (uint32_t& end : b_.label_end_) {
      for (uint32_t k = begin; k < end; ++k) {
        const uint32_t id = ids_[static_cast<uint32_t>(b_.label_[k])];
        if (id != kNone) b_.label_[kept++] = static_cast<float>(id);
      }
      begin = std::exchange(end, kept);
    }
    b_.label_.resize(kept);
  }

  ExampleBlock& b_;
  std::span<const uint32_t> ids_;
};

Status BlockCodec::resolve(ExampleBlock& block, Schema& schema, bool binary) noexcept {
  if (!block.own_names) return {};
  std::vector<uint32_t> ids(block.names.size(), kNone);
  for (const bool features : {true, false}) {
    for (std::size_t k = 0; k < ids.size(); ++k) {
      if (is_feature(block.names[k]) != features) continue;
      FRESHET_TRY_ASSIGN(ids[k], add_name(block.names[k], schema, binary, ids));
    }
  }
  Renamer(block, ids).run();
  return {};
}

void BlockCodec::resolve_known(ExampleBlock& block, const Schema& schema) noexcept {
  if (!block.own_names) return;
  std::vector<uint32_t> ids(block.names.size(), kNone);
  for (const bool features : {true, false})
    for (std::size_t k = 0; k < ids.size(); ++k)
      if (is_feature(block.names[k]) == features) ids[k] = find_name(block.names[k], schema, ids);
  Renamer(block, ids).run();
}

void BlockCodec::name(ExampleBlock& block, const Schema& schema, bool classes) noexcept {
  const uint32_t features = schema.feature_count();
  if (features == 0 && !classes) return;  // hashes and numbers are final; names kept of them stay
  block.names.clear();
  const auto kind_of = [&](uint32_t f) {
    switch (schema.kind(f)) {
      case Schema::Kind::nominal:
        return NameKind::nominal;
      case Schema::Kind::text:
        return NameKind::text;
      default:
        return NameKind::numeric;
    }
  };
  for (uint32_t f = 0; f < features; ++f)
    block.names.push_back({kind_of(f), 0, std::string(schema.name(f))});
  // Categories and classes only as far as the block has them: a schema may hold a million.
  std::map<std::pair<uint32_t, uint32_t>, uint32_t> places;
  const auto place = [&](NameKind kind, uint32_t feature, uint32_t id, std::string_view text) {
    const auto [found, is_new] =
        places.try_emplace({kind == NameKind::category ? feature : kNone, id},
                           static_cast<uint32_t>(block.names.size()));
    if (is_new) block.names.push_back({kind, feature, std::string(text)});
    return found->second;
  };
  for (std::size_t k = 0; k < block.category_.size(); ++k)
    block.category_[k] = place(NameKind::category, block.nominal_[k], block.category_[k],
                               schema.category_name(block.nominal_[k], block.category_[k]));
  for (float& label : block.label_) {
    if (!classes) break;
    const auto id = static_cast<uint32_t>(label);
    label = static_cast<float>(place(NameKind::label_class, 0, id, schema.class_name(id)));
  }
  block.own_names = !block.names.empty();
}

}  // namespace freshet
