#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "freshet/kernel/murmur_x8.h"

namespace freshet::kernel {

/// Words one after another, with what stands between them in texts.
class Words {
 public:
  void add(const std::string& word) {
    text_ += "\n"[0];
    begin_.push_back(static_cast<uint32_t>(text_.size()));
    size_.push_back(static_cast<uint32_t>(word.size()));
    text_ += word;
  }
  Tokens tokens() {
    count_ = begin_.size();
    for (auto* all : {&begin_, &size_})
      all->resize(count_ + kTokenSlack, 0);
    text_.append(64, '7');  // must not be taken for digits of the last
    return {text_.data(), begin_.data(), size_.data(), count_};
  }
  std::string word(std::size_t k) const { return text_.substr(begin_[k], size_[k]); }

 private:
  std::string text_;
  std::vector<uint32_t> begin_, size_;
  std::size_t count_ = 0;
};

}  // namespace freshet::kernel
