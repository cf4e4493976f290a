#include "freshet/core/example_block.h"

namespace freshet {

void ExampleBuffer::clear() noexcept {
  dense.clear();
  index.clear();
  value.clear();
  nominal.clear();
  category.clear();
  groups.clear();
  text.clear();
  label.clear();
  weight = 1;
  time_us = 0;
}

void ExampleBuffer::assign(const Example& x) noexcept {
  dense.assign(x.dense.begin(), x.dense.end());
  index.assign(x.numeric.index.begin(), x.numeric.index.end());
  value.assign(x.numeric.value.begin(), x.numeric.value.end());
  nominal.assign(x.nominal.index.begin(), x.nominal.index.end());
  category.assign(x.nominal.category.begin(), x.nominal.category.end());
  groups.assign(x.groups.begin(), x.groups.end());
  text.assign(x.text.begin(), x.text.end());
  label.assign(x.label.begin(), x.label.end());
  weight = x.weight;
  time_us = x.time_us;
}

Example ExampleBuffer::view() const noexcept {
  return {.dense = dense,
          .numeric = {index, value},
          .nominal = {nominal, category},
          .text = text,
          .groups = groups,
          .label = label,
          .weight = weight,
          .time_us = time_us};
}

void ExampleBlock::clear() noexcept {
  for (auto* floats : {&dense_, &value_, &label_, &weight_})
    floats->clear();
  for (auto* words : {&index_, &nominal_, &category_, &dense_end_, &numeric_end_, &nominal_end_,
                      &label_end_, &group_end_, &text_end_, &id_end_})
    words->clear();
  groups_.clear();
  decisions_.clear();
  decision_begin_ = 0;
  text_.clear();
  text_views_.clear();
  text_bytes_.clear();
  ids_.clear();
  time_.clear();
  line_.clear();
  query_.clear();
  has_time_ = has_query_ = false;
  own_names = false;
  names.clear();
  begin();
}

void ExampleBlock::begin() noexcept {
  now_weight_ = 1;
  now_time_ = 0;
  now_line_ = now_query_ = 0;
  now_id_.clear();
}

std::span<float> ExampleBlock::add_dense(uint32_t width) noexcept {
  const std::size_t begin = dense_.size();
  dense_.resize(begin + width);
  return std::span<float>(dense_).subspan(begin);
}

void ExampleBlock::add_group(uint32_t key, uint32_t begin, uint32_t end) noexcept {
  groups_.push_back({key, begin, end});
}

void ExampleBlock::add_text(uint32_t index, std::string_view value) noexcept {
  text_.push_back(
      {index, static_cast<uint32_t>(text_bytes_.size()), static_cast<uint32_t>(value.size())});
  text_bytes_.append(value);
}

void ExampleBlock::finish() noexcept {
  const auto close = [](std::vector<uint32_t>& end, std::size_t size) {
    end.push_back(static_cast<uint32_t>(size));
  };
  ids_.append(now_id_);
  close(dense_end_, dense_.size());
  close(numeric_end_, index_.size());
  close(nominal_end_, nominal_.size());
  close(label_end_, label_.size());
  close(group_end_, groups_.size());
  close(text_end_, text_.size());
  close(id_end_, ids_.size());
  weight_.push_back(now_weight_);
  time_.push_back(now_time_);
  line_.push_back(now_line_);
  if (has_query_) {
    query_.resize(size());  // none of those before the first had one
    query_.back() = now_query_;
  }
  begin();
}

void ExampleBlock::drop() noexcept {
  keep(size());
}

void ExampleBlock::keep(uint32_t rows) noexcept {
  for (auto* end :
       {&dense_end_, &numeric_end_, &nominal_end_, &label_end_, &group_end_, &text_end_, &id_end_})
    end->resize(rows);
  weight_.resize(rows);
  time_.resize(rows);
  line_.resize(rows);
  if (has_query_) query_.resize(rows);
  dense_.resize(last(dense_end_));
  index_.resize(last(numeric_end_));
  value_.resize(last(numeric_end_));
  nominal_.resize(last(nominal_end_));
  category_.resize(last(nominal_end_));
  label_.resize(last(label_end_));
  groups_.resize(last(group_end_));
  text_.resize(last(text_end_));
  text_bytes_.resize(text_.empty() ? 0 : text_.back().begin + text_.back().length);
  ids_.resize(last(id_end_));
  begin();
}

void ExampleBlock::finish_decision(int32_t chosen, float cost, float probability) noexcept {
  decisions_.push_back({decision_begin_, size() - decision_begin_ - 1, chosen, cost, probability});
}

Decision ExampleBlock::decision(const Choice& choice,
                                std::vector<Example>& actions) const noexcept {
  actions.clear();
  for (uint32_t k = 1; k <= choice.count; ++k)
    actions.push_back((*this)[choice.first + k]);
  return {(*this)[choice.first], actions, choice.chosen, choice.cost, choice.probability};
}

void ExampleBlock::append(const Example& x, std::string_view id, uint64_t line) noexcept {
  begin();
  dense_.insert(dense_.end(), x.dense.begin(), x.dense.end());
  index_.insert(index_.end(), x.numeric.index.begin(), x.numeric.index.end());
  value_.insert(value_.end(), x.numeric.value.begin(), x.numeric.value.end());
  nominal_.insert(nominal_.end(), x.nominal.index.begin(), x.nominal.index.end());
  category_.insert(category_.end(), x.nominal.category.begin(), x.nominal.category.end());
  groups_.insert(groups_.end(), x.groups.begin(), x.groups.end());
  for (const Text& cell : x.text)
    add_text(cell.index, cell.value);
  label_.insert(label_.end(), x.label.begin(), x.label.end());
  now_weight_ = x.weight;
  if (x.time_us != 0) set_time(x.time_us);
  now_id_.assign(id);
  now_line_ = line;
  finish();
}

void ExampleBlock::append_decision(const Decision& decision, std::string_view id) noexcept {
  begin_decision();
  append(decision.shared, id);
  for (const Example& action : decision.actions)
    append(action);
  finish_decision(decision.chosen, decision.cost, decision.probability);
}

Example ExampleBlock::operator[](uint32_t k) const noexcept {
  return {.dense = slice(dense_, dense_end_, k),
          .numeric = {slice(index_, numeric_end_, k), slice(value_, numeric_end_, k)},
          .nominal = {slice(nominal_, nominal_end_, k), slice(category_, nominal_end_, k)},
          .text = text_.empty() ? std::span<const Text>() : text_of(k),
          .groups = slice(groups_, group_end_, k),
          .label = slice(label_, label_end_, k),
          .weight = weight_[k],
          .time_us = time_[k]};
}

std::span<const Text> ExampleBlock::text_of(uint32_t k) const noexcept {
  // Cells are kept as offsets, because the bytes move while the block grows; the views are made
  // when first asked for.
  if (text_views_.size() != text_.size() ||
      text_views_.front().value.data() != text_bytes_.data() + text_.front().begin) {
    text_views_.clear();
    for (const TextCell& cell : text_)
      text_views_.push_back(
          {cell.index, std::string_view(text_bytes_).substr(cell.begin, cell.length)});
  }
  return slice(text_views_, text_end_, k);
}

std::string_view ExampleBlock::id(uint32_t k) const noexcept {
  const uint32_t begin = k == 0 ? 0 : id_end_[k - 1];
  return std::string_view(ids_).substr(begin, id_end_[k] - begin);
}

ScratchPool::~ScratchPool() {
  for (Scratch* scratch : slots_)
    delete scratch;
}

ScratchPool::Loan::Loan(ScratchPool& pool) noexcept : pool_(pool), scratch_(nullptr) {
  for (Scratch*& slot : pool_.slots_) {
    scratch_ = __atomic_exchange_n(&slot, nullptr, __ATOMIC_ACQUIRE);
    if (scratch_ != nullptr) return;
  }
  scratch_ = new Scratch;
}

ScratchPool::Loan::~Loan() {
  // A swap, so that what another loan put there meanwhile isn't lost: it moves on to the next slot.
  for (Scratch*& slot : pool_.slots_) {
    scratch_ = __atomic_exchange_n(&slot, scratch_, __ATOMIC_ACQ_REL);
    if (scratch_ == nullptr) return;
  }
  delete scratch_;
}

}  // namespace freshet
