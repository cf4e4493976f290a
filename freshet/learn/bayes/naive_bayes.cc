#include "freshet/learn/bayes/naive_bayes.h"

#include "freshet/base/math.h"
#include "freshet/core/make_entry.h"

namespace freshet {
namespace {

constexpr char kName[] = "naive_bayes";
using Says = Complaints<kName>;
constexpr double kFloor = 1e-9;  // added to every density

/// ln of a product of many factors, with a logarithm only when the product leaves the comfortable range.
class LogProduct {
 public:
  explicit LogProduct(double log) noexcept : log_(log) {}
  void multiply(double factor) noexcept {
    product_ *= factor;
    if (product_ < 1e-200 || product_ > 1e200) [[unlikely]]
      settle();
  }
  double log() noexcept {
    settle();
    return log_;
  }

 private:
  void settle() noexcept {
    log_ += math_log(product_);
    product_ = 1;
  }
  double log_, product_ = 1;
};

}  // namespace

extern const Entry<Learner> naive_bayes_entry;
constinit const Entry<Learner> naive_bayes_entry{
    .info = {.name = kName,
             .summary = "Naive Bayes: Gaussian numbers, counted categories.",
             .paper = "John, Langley, UAI 1995",
             .cost = "O(features x classes)",
             .memory = "40 bytes for each numeric feature and class, 8 for each category and class",
             .format = 1,
             .oldest_format = 1,
             .traits = kCheap | kWeightIsCount,
             .options = kNaiveBayesOptions,
             .options_size = sizeof(NaiveBayesOptions),
             .defaults = default_options<NaiveBayesOptions>},
    .make = make_entry<NaiveBayes>};

NaiveBayes::NaiveBayes(const NaiveBayesOptions& options) noexcept
    : options_(options),
      pool_(pool_limit(options.memory)),
      numeric_(pool_),
      nominal_(pool_),
      pairs_(pool_),
      pair_feature_(pool_),
      categories_(pool_) {}

NaiveBayes::~NaiveBayes() {
  for (Class* c : classes_)
    pool_.drop(c);
}

const Info& NaiveBayes::info() const noexcept {
  return naive_bayes_entry.info;
}

Status NaiveBayes::check(const Example& x) const noexcept {
  return check_class<kName>(x, false);
}

void NaiveBayes::Gaussian::update(double x, double w) noexcept {
  weight += w;
  const double delta = x - mean;
  mean += delta * (w / weight);
  deviations += w * delta * (x - mean);
  refresh();
}

void NaiveBayes::Gaussian::refresh() noexcept {
  const double v = weight >= 2 ? deviations / (weight - 1) : 0;
  const double r = 1 / (2 * v), h = 1 / math_sqrt(2 * kPi * v);
  const bool good = v > 0 && is_finite(r) && is_finite(h);
  rate = good ? r : 0;
  height = good ? h : 0;
}

double NaiveBayes::score(const Class& c, const Example& x) const noexcept {
  LogProduct product(math_log(c.weight / weight_));
  const Gaussian* numeric = c.numeric.data();
  const std::size_t known = c.numeric.size();
  const auto number = [&](std::size_t row, float value) {
    const double d = row < known ? static_cast<double>(value) - numeric[row].mean : 0;
    product.multiply(row < known && numeric[row].height > 0
                         ? kFloor + numeric[row].height * math_exp(-d * d * numeric[row].rate)
                         : kFloor);
  };
  const std::size_t run =
      x.dense.size() < numeric_.identity() ? x.dense.size() : numeric_.identity();
  for (std::size_t k = 0; k < run; k++)
    number(k, x.dense[k]);
  // A feature that no class has met says nothing about them.
  for (std::size_t k = run; k < x.dense.size(); k++)
    if (const uint32_t row = numeric_.find(static_cast<uint32_t>(k)); row != kNone)
      number(row, x.dense[k]);
  for (std::size_t k = 0; k < x.numeric.index.size(); k++)
    if (const uint32_t row = numeric_.find(x.numeric.index[k]); row != kNone)
      number(row, x.numeric.value[k]);
  for (std::size_t k = 0; k < x.nominal.index.size(); k++) {
    const uint32_t feature = nominal_.find(x.nominal.index[k]);
    if (feature == kNone) continue;
    const uint32_t pair = pairs_.find(mix(x.nominal.index[k], x.nominal.category[k]));
    const double count = pair != kNone && pair < c.counts.size() ? c.counts[pair] : 0;
    const double total = feature < c.totals.size() ? c.totals[feature] : 0;
    product.multiply((count + 1) / (total + categories_[feature] + 1));
  }
  return product.log();
}

/// Scores become probabilities in one pass: `out` holds e^(score - best so far), brought down when a better one comes.
void NaiveBayes::predict(const Example& x, std::span<float> out) const noexcept {
  double best = 0;
  bool any = false;
  for (std::size_t k = 0; k < out.size(); k++) {
    out[k] = 0;
    if (k >= classes_.size() || !(classes_[k]->weight > 0)) continue;
    const double now = score(*classes_[k], x);
    if (!any || now > best) {
      const float down = any ? static_cast<float>(math_exp(best - now)) : 0;
      for (std::size_t i = 0; i < k; i++)
        out[i] *= down;
      best = now;
      any = true;
    }
    out[k] = static_cast<float>(math_exp(now - best));
  }
  double sum = 0;
  for (const float p : out)
    sum += static_cast<double>(p);
  if (!(sum > 0)) return;
  for (float& p : out)
    p = static_cast<float>(static_cast<double>(p) / sum);
}

bool NaiveBayes::add_class() noexcept {
  Class* made = pool_.make<Class>(pool_);
  if (made == nullptr) return false;
  classes_.push_back(made);
  return true;
}

bool NaiveBayes::add_pair(uint32_t feature, uint32_t category) noexcept {
  const uint32_t row = nominal_.add(feature);
  if (row == kNone || !categories_.resize(nominal_.size())) return false;
  const uint32_t pairs = pairs_.size();
  const uint32_t pair = pairs_.add(mix(feature, category));
  if (pair == kNone || !pair_feature_.resize(pairs_.size())) return false;
  if (pair < pairs) return true;
  pair_feature_[pair] = row;
  categories_[row]++;
  return true;
}

bool NaiveBayes::fit(Class& c) noexcept {
  return c.numeric.resize(numeric_.size()) && c.counts.resize(pairs_.size()) &&
         c.totals.resize(nominal_.size());
}

/// Room for everything x brings, and for its class. Without: everything as it was.
bool NaiveBayes::admit(const Example& x, std::size_t label) noexcept {
  if (label < classes_.size() && x.numeric.index.empty() && x.nominal.index.empty() &&
      x.dense.size() <= numeric_.identity() && classes_[label]->numeric.size() >= x.dense.size())
    return true;
  const uint32_t numbers = numeric_.size(), features = nominal_.size(), pairs = pairs_.size();
  const std::size_t classes = classes_.size();
  bool room = numeric_.add_all({.dense = x.dense, .numeric = x.numeric});
  for (std::size_t k = 0; k < x.nominal.index.size(); k++)
    room = room && add_pair(x.nominal.index[k], x.nominal.category[k]);
  while (room && classes_.size() <= label)
    room = add_class();
  if (room && fit(*classes_[label])) return true;
  for (uint32_t pair = pairs; pair < pair_feature_.size() && pair < pairs_.size(); pair++)
    categories_[pair_feature_[pair]]--;
  while (classes_.size() > classes) {
    pool_.drop(classes_.back());
    classes_.pop_back();
  }
  numeric_.shrink(numbers);
  nominal_.shrink(features);
  pairs_.shrink(pairs);
  (void)pair_feature_.resize(pairs);
  (void)categories_.resize(features);
  if (label < classes_.size()) {
    Class& c = *classes_[label];
    if (c.numeric.size() > numbers) (void)c.numeric.resize(numbers);
    if (c.counts.size() > pairs) (void)c.counts.resize(pairs);
    if (c.totals.size() > features) (void)c.totals.resize(features);
  }
  return false;
}

Status NaiveBayes::learn(const Example& x, std::span<float> before) noexcept {
  FRESHET_TRY(check(x));
  if (!before.empty()) predict(x, before);
  if (x.weight == 0) return {};
  const auto label = static_cast<std::size_t>(x.label[0]);
  if (!admit(x, label)) return {Code::exhausted, Says::kFull};
  const double w = static_cast<double>(x.weight);
  Class& c = *classes_[label];
  weight_ += w;
  c.weight += w;
  const std::size_t run =
      x.dense.size() < numeric_.identity() ? x.dense.size() : numeric_.identity();
  for (std::size_t k = 0; k < run; k++)
    c.numeric[k].update(static_cast<double>(x.dense[k]), w);
  for (std::size_t k = run; k < x.dense.size(); k++)
    c.numeric[numeric_.find(static_cast<uint32_t>(k))].update(static_cast<double>(x.dense[k]), w);
  for (std::size_t k = 0; k < x.numeric.index.size(); k++)
    c.numeric[numeric_.find(x.numeric.index[k])].update(static_cast<double>(x.numeric.value[k]), w);
  for (std::size_t k = 0; k < x.nominal.index.size(); k++) {
    c.counts[pairs_.find(mix(x.nominal.index[k], x.nominal.category[k]))] += w;
    c.totals[nominal_.find(x.nominal.index[k])] += w;
  }
  return {};
}

void NaiveBayes::draw(Sink& sink) const noexcept {
  for (const Class* c : classes_)
    sink.number("class", c->weight);
}

bool NaiveBayes::assign(const NaiveBayes& from) noexcept {
  if (!numeric_.assign(from.numeric_.keys()) || !nominal_.assign(from.nominal_.keys()) ||
      !pairs_.assign(from.pairs_.keys()) || !pair_feature_.assign(from.pair_feature_.span()) ||
      !categories_.assign(from.categories_.span()))
    return false;
  while (classes_.size() < from.classes_.size())
    if (!add_class()) return false;
  for (std::size_t k = 0; k < from.classes_.size(); k++) {
    classes_[k]->weight = from.classes_[k]->weight;
    if (!classes_[k]->numeric.assign(from.classes_[k]->numeric.span()) ||
        !classes_[k]->counts.assign(from.classes_[k]->counts.span()) ||
        !classes_[k]->totals.assign(from.classes_[k]->totals.span()))
      return false;
  }
  weight_ = from.weight_;
  return true;
}

Result<std::unique_ptr<Learner>> NaiveBayes::clone() const noexcept {
  std::unique_ptr<NaiveBayes> copy(new NaiveBayes(options_));
  if (!copy->assign(*this)) return {Code::exhausted, Says::kFull};
  return std::unique_ptr<Learner>(std::move(copy));
}

Status NaiveBayes::copy_into(Learner& spare) const noexcept {
  if (!is_same_learner(*this, spare)) return {Code::invalid_argument, Says::kOtherKind};
  auto& to = static_cast<NaiveBayes&>(spare);
  if (to.classes_.size() > classes_.size()) return {Code::invalid_argument, Says::kOtherKind};
  if (!to.assign(*this)) return {Code::exhausted, Says::kFull};
  return {};
}

Status NaiveBayes::merge(const Learner& same_kind) noexcept {
  if (!is_same_learner(*this, same_kind)) return {Code::invalid_argument, Says::kOtherKind};
  const auto& other = static_cast<const NaiveBayes&>(same_kind);
  for (const uint32_t key : other.numeric_.keys())
    if (numeric_.add(key) == kNone) return {Code::exhausted, Says::kFull};
  // A pair's category isn't kept, so pairs are joined by their mixed key.
  for (uint32_t pair = 0; pair < other.pairs_.size(); pair++) {
    const uint32_t feature = nominal_.add(other.nominal_.keys()[other.pair_feature_[pair]]);
    const uint32_t known = pairs_.size(), row = pairs_.add(other.pairs_.keys()[pair]);
    if (feature == kNone || row == kNone || !categories_.resize(nominal_.size()) ||
        !pair_feature_.resize(pairs_.size()))
      return {Code::exhausted, Says::kFull};
    if (row < known) continue;
    pair_feature_[row] = feature;
    categories_[feature]++;
  }
  for (std::size_t k = 0; k < other.classes_.size(); k++) {
    while (classes_.size() <= k)
      if (!add_class()) return {Code::exhausted, Says::kFull};
    Class& mine = *classes_[k];
    const Class& theirs = *other.classes_[k];
    if (!fit(mine)) return {Code::exhausted, Says::kFull};
    mine.weight += theirs.weight;
    for (std::size_t row = 0; row < theirs.numeric.size(); row++) {
      Gaussian& a = mine.numeric[numeric_.find(other.numeric_.keys()[row])];
      const Gaussian& b = theirs.numeric[row];
      if (!(b.weight > 0)) continue;
      const double weight = a.weight + b.weight, delta = b.mean - a.mean;
      a.mean += delta * (b.weight / weight);
      a.deviations += b.deviations + delta * delta * (a.weight * (b.weight / weight));
      a.weight = weight;
      a.refresh();
    }
    for (std::size_t row = 0; row < theirs.counts.size(); row++)
      mine.counts[pairs_.find(other.pairs_.keys()[row])] += theirs.counts[row];
    for (std::size_t row = 0; row < theirs.totals.size(); row++)
      mine.totals[nominal_.find(other.nominal_.keys()[row])] += theirs.totals[row];
  }
  weight_ += other.weight_;
  return {};
}

// By class, then by row: "moments" has weight, mean, deviations of every numeric feature; rows a class hasn't met are 0.
Status NaiveBayes::save(Writer& writer) const noexcept {
  std::vector<double> weights, moments, counts, totals;
  for (const Class* c : classes_) {
    weights.push_back(c->weight);
    for (std::size_t row = 0; row < numeric_.size(); row++) {
      const Gaussian g = row < c->numeric.size() ? c->numeric[row] : Gaussian{};
      moments.insert(moments.end(), {g.weight, g.mean, g.deviations});
    }
    for (std::size_t row = 0; row < pairs_.size(); row++)
      counts.push_back(row < c->counts.size() ? c->counts[row] : 0);
    for (std::size_t row = 0; row < nominal_.size(); row++)
      totals.push_back(row < c->totals.size() ? c->totals[row] : 0);
  }
  FRESHET_TRY(put_array<uint32_t>(writer, "keys", numeric_.keys()));
  FRESHET_TRY(put_array<uint32_t>(writer, "nominal", nominal_.keys()));
  FRESHET_TRY(put_array<uint32_t>(writer, "pairs", pairs_.keys()));
  FRESHET_TRY(put_array<uint32_t>(writer, "pair_feature", pair_feature_.span()));
  FRESHET_TRY(put_array<double>(writer, "weights", weights));
  FRESHET_TRY(put_array<double>(writer, "moments", moments));
  FRESHET_TRY(put_array<double>(writer, "counts", counts));
  FRESHET_TRY(put_array<double>(writer, "totals", totals));
  return put_value<double>(writer, "weight", weight_);
}

Status NaiveBayes::load(Reader& reader) noexcept {
  FRESHET_TRY_ASSIGN(const auto keys, get_array<uint32_t>(reader, "keys"));
  FRESHET_TRY_ASSIGN(const auto nominal, get_array<uint32_t>(reader, "nominal"));
  FRESHET_TRY_ASSIGN(const auto pairs, get_array<uint32_t>(reader, "pairs"));
  FRESHET_TRY_ASSIGN(const auto pair_feature, get_array<uint32_t>(reader, "pair_feature"));
  FRESHET_TRY_ASSIGN(const auto weights, get_array<double>(reader, "weights"));
  FRESHET_TRY_ASSIGN(const auto moments, get_array<double>(reader, "moments"));
  FRESHET_TRY_ASSIGN(const auto counts, get_array<double>(reader, "counts"));
  FRESHET_TRY_ASSIGN(const auto totals, get_array<double>(reader, "totals"));
  FRESHET_TRY(get_value<double>(reader, "weight", weight_));
  const std::size_t k = weights.size();
  if (k > kMaxClasses || moments.size() != 3 * k * keys.size() ||
      counts.size() != k * pairs.size() || totals.size() != k * nominal.size() ||
      pair_feature.size() != pairs.size() || !numeric_.assign(keys) || !nominal_.assign(nominal) ||
      !pairs_.assign(pairs))
    return {Code::corrupt, Says::kState};
  if (!pair_feature_.assign(pair_feature) || !categories_.resize(nominal.size()))
    return {Code::exhausted, Says::kFull};
  for (const uint32_t feature : pair_feature) {
    if (feature >= nominal.size()) return {Code::corrupt, Says::kState};
    categories_[feature]++;
  }
  for (std::size_t id = 0; id < k; id++) {
    if (!add_class() || !fit(*classes_[id])) return {Code::exhausted, Says::kFull};
    Class& c = *classes_[id];
    c.weight = weights[id];
    for (std::size_t row = 0; row < keys.size(); row++) {
      const double* at = &moments[3 * (id * keys.size() + row)];
      c.numeric[row] = {at[0], at[1], at[2], 0, 0};
      c.numeric[row].refresh();
    }
    for (std::size_t row = 0; row < pairs.size(); row++)
      c.counts[row] = counts[id * pairs.size() + row];
    for (std::size_t row = 0; row < nominal.size(); row++)
      c.totals[row] = totals[id * nominal.size() + row];
  }
  return {};
}

}  // namespace freshet
