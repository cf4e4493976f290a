/// Click-like text for Vowpal Wabbit's format: words with skewed frequencies, tf-idf values, and a label
/// that a linear model can learn (docs/text-formats.md). Six shapes, for what learners are compared by.

#include <algorithm>
#include <cmath>
#include <unordered_set>
#include <vector>

#include "freshet/base/chars.h"
#include "freshet/base/math.h"
#include "freshet/base/rng.h"
#include "freshet/format/generate/generator.h"

namespace freshet {
namespace {

constexpr uint32_t kWords = 47'236;
constexpr uint32_t kClasses = 10, kActions = 10;
constexpr uint32_t kRowStream = 0, kWordStream = 1;
constexpr std::string_view kLetters = "etaoinshrdlucmfwypvbgkjqxz";

enum class Shape : uint8_t { clicks, rcv, words, pairs, classes, decisions };
constexpr std::string_view kShapes[] = {"clicks", "rcv", "words", "pairs", "classes", "decisions"};

// Draws one of n by weight in constant time.  Source: Walker 1977; Vose 1991.
class Alias {
 public:
  explicit Alias(std::span<const double> weights)
      : keep_(weights.size(), 1), other_(weights.size()) {
    double sum = 0;
    for (const double weight : weights)
      sum += weight;
    std::vector<double> share(weights.begin(), weights.end());
    std::vector<uint32_t> small, large;
    for (uint32_t k = 0; k < share.size(); ++k) {
      share[k] *= static_cast<double>(share.size()) / sum;
      (share[k] < 1 ? small : large).push_back(k);
    }
    while (!small.empty() && !large.empty()) {
      const uint32_t low = small.back(), high = large.back();
      small.pop_back();
      keep_[low] = share[low];
      other_[low] = high;
      share[high] -= 1 - share[low];
      if (share[high] >= 1) continue;
      large.pop_back();
      small.push_back(high);
    }
  }
  uint32_t draw(Draws& draws) const noexcept {
    const double place = draws.uniform() * static_cast<double>(keep_.size());
    const auto k = static_cast<uint32_t>(place);
    return place - k < keep_[k] ? k : other_[k];
  }

 private:
  std::vector<double> keep_;
  std::vector<uint32_t> other_;
};

// What all rows share.
struct Vocabulary {
  std::vector<std::string> word;
  std::vector<double> frequency, idf, truth;  // shape [kWords]
  std::vector<double> truths;                 // shape [kClasses, kWords], for classes
};

std::string make_word(Draws& draws, const Alias& letters) {
  const auto size = static_cast<int>(7 + 2.3 * draws.normal());
  std::string word;
  for (int k = std::clamp(size, 2, 14); k > 0; --k)
    word += kLetters[letters.draw(draws)];
  return word;
}

Vocabulary make_vocabulary(uint32_t seed, Shape shape) {
  Vocabulary all;
  Draws draws(seed, kWordStream, 0);
  std::vector<double> weights(kLetters.size());
  for (std::size_t k = 0; k < weights.size(); ++k)
    weights[k] = 26.0 - static_cast<double>(k);
  const Alias letters(weights);
  std::unordered_set<std::string> seen;
  while (all.word.size() < kWords)
    if (std::string word = make_word(draws, letters); seen.insert(word).second)
      all.word.push_back(std::move(word));
  double sum = 0;
  for (uint32_t k = 0; k < kWords; ++k) {
    all.frequency.push_back(math_exp(2 * draws.normal()));
    sum += all.frequency.back();
  }
  for (const double frequency : all.frequency)
    all.idf.push_back(math_log(sum / frequency));
  for (uint32_t k = 0; k < kWords; ++k)
    all.truth.push_back(draws.normal());
  for (uint32_t k = 0; shape == Shape::classes && k < kClasses * kWords; ++k)
    all.truths.push_back(draws.normal());
  return all;
}

class Clicks final : public RowMaker {
 public:
  Clicks(uint32_t seed, Shape shape)
      : seed_(seed),
        shape_(shape),
        all_(make_vocabulary(seed, shape)),
        words_(all_.frequency),
        met_(kWords) {}

  void write(uint64_t row, std::string& out) noexcept override {
    Draws draws(seed_, kRowStream, row);
    switch (shape_) {
      case Shape::pairs:
        return pairs(draws, out);
      case Shape::decisions:
        return decisions(draws, out);
      default:
        return document(draws, out);
    }
  }

 private:
  // `count` draws, each word once, in the order of their first draw.
  void draw(Draws& draws, uint32_t count, std::vector<uint32_t>& found) noexcept {
    ++stamp_;
    found.clear();
    for (uint32_t k = 0; k < count; ++k) {
      const uint32_t word = words_.draw(draws);
      if (met_[word] == stamp_) continue;
      met_[word] = stamp_;
      found.push_back(word);
    }
  }
  double truth(std::span<const uint32_t> words) const noexcept {
    double sum = 0;
    for (const uint32_t word : words)
      sum += all_.truth[word];
    return sum;
  }
  void put_words(std::span<const uint32_t> words, std::string& out) const noexcept {
    for (const uint32_t word : words) {
      out += ' ';
      out += all_.word[word];
    }
  }

  void document(Draws& draws, std::string& out) noexcept {
    const double size = math_exp(math_log(78.0) - .18 + .6 * draws.normal());
    draw(draws, static_cast<uint32_t>(std::clamp(size, 5.0, 500.0)), found_);
    if (shape_ == Shape::rcv) std::sort(found_.begin(), found_.end());
    double squares = 0;
    value_.clear();
    for (const uint32_t word : found_) {
      value_.push_back((1 + math_log(1 + draws.exponential(2.5))) * all_.idf[word]);
      squares += value_.back() * value_.back();
    }
    for (double& value : value_)
      value /= std::sqrt(squares);
    out += shape_ == Shape::classes ? std::string_view(Digits(best_class()).text())
           : score(all_.truth) + .3 * draws.normal() > 0 ? std::string_view("1")
                                                         : std::string_view("-1");
    out += " |f";
    if (shape_ == Shape::words) {
      put_words(found_, out);
    } else {
      for (std::size_t k = 0; k < found_.size(); ++k)
        put_value(found_[k], value_[k], out);
    }
    out += '\n';
  }
  double score(std::span<const double> truth) const noexcept {
    double sum = 0;
    for (std::size_t k = 0; k < found_.size(); ++k)
      sum += truth[found_[k]] * value_[k];
    return sum;
  }
  uint32_t best_class() const noexcept {
    uint32_t best = 0;
    double highest = -1e300;
    for (uint32_t c = 0; c < kClasses; ++c) {
      const double here = score(std::span(all_.truths).subspan(std::size_t{c} * kWords, kWords));
      if (here <= highest) continue;
      highest = here;
      best = c;
    }
    return best + 1;
  }
  void put_value(uint32_t word, double value, std::string& out) const noexcept {
    out += ' ';
    if (shape_ == Shape::rcv) {
      out += Digits(word).text();
      out += ':';
      return put_scientific(value, out);
    }
    out += all_.word[word];
    auto units = static_cast<uint32_t>(value * 1e4 + .5);  // value <= 1
    char text[8] = {':', static_cast<char>('0' + units / 10'000), '.'};
    for (int k = 6; k > 2; --k, units /= 10)
      text[k] = static_cast<char>('0' + units % 10);
    out.append(text, 7);
  }
  // As printf's %.7e has it.  REQUIRES: 1e-30 < value < 10.
  static void put_scientific(double value, std::string& out) noexcept {
    uint32_t below = 0;
    for (; value < 1; ++below)
      value *= 10;
    auto digits = static_cast<uint64_t>(value * 1e7 + .5);
    if (digits >= 100'000'000) {
      digits /= 10;
      --below;  // 9.99999999e-02 is 1.0000000e-01
    }
    char text[13] = {'0', '.', '0', '0', '0', '0', '0', '0', '0', 'e', '-', '0', '0'};
    for (int k = 8; k >= 0; --k) {
      if (k == 1) continue;
      text[k] = static_cast<char>('0' + digits % 10);
      digits /= 10;
    }
    if (below == 0) text[10] = '+';
    text[11] = static_cast<char>('0' + below / 10);
    text[12] = static_cast<char>('0' + below % 10);
    out.append(text, 13);
  }

  void pairs(Draws& draws, std::string& out) noexcept {
    draw(draws, 12, found_);
    draw(draws, 25, second_);
    const auto both = static_cast<uint32_t>(uint64_t{found_[0]} * second_[0] % kWords);
    const double sum = truth(found_) + truth(second_) + 2 * all_.truth[both];
    out += sum + 3 * draws.normal() > 0 ? "1 |a" : "-1 |a";
    put_words(found_, out);
    out += " |b";
    put_words(second_, out);
    out += '\n';
  }

  void decisions(Draws& draws, std::string& out) noexcept {
    draw(draws, 8, found_);
    out += "shared |u";
    put_words(found_, out);
    const uint32_t chosen = draws.below(kActions);
    for (uint32_t action = 0; action < kActions; ++action) {
      draw(draws, 8, found_);
      out += '\n';
      if (action == chosen) {
        const double wins = 1 / (1 + math_exp(-truth(found_)));
        out += draws.uniform() < wins ? "0:-1:0.1 " : "0:0:0.1 ";
      }
      out += "|a act";
      out += Digits(action).text();
      put_words(found_, out);
    }
    out += "\n\n";
  }

  const uint32_t seed_;
  const Shape shape_;
  const Vocabulary all_;
  const Alias words_;
  std::vector<uint64_t> met_;  // the draw that has last met a word; shape [kWords]
  uint64_t stamp_ = 0;
  std::vector<uint32_t> found_, second_;
  std::vector<double> value_;
};

std::unique_ptr<RowMaker> make(uint32_t seed, uint32_t shape) noexcept {
  return std::make_unique<Clicks>(seed, static_cast<Shape>(shape));
}

}  // namespace

extern const Generator clicks_generator;
constinit const Generator clicks_generator{
    "clicks",
    "VW text like click logs: 47,236 words, skewed, about 75 in a row. --shape: clicks, rcv "
    "(numbers "
    "for names), words (no values), pairs (two groups that interact), classes (ten), decisions.",
    "The text that Freshet and Vowpal Wabbit are compared by (docs/performance.md)",
    {},
    500'000,
    nullptr,
    kShapes,
    &make};

}  // namespace freshet
