#pragma once
/// Examples for learners that nobody has looked at: the first diet that a learner takes.

#include <cstdint>
#include <string>
#include <vector>

#include "freshet/base/rng.h"
#include "freshet/core/example_block.h"
#include "freshet/core/learner.h"

namespace freshet {

/// What the examples of a conformance stream hold.
enum class Diet : uint8_t {
  dense,  // five numbers
  mixed,  // two dense numbers, three by index, each there half the time, one nominal pair most of the time
  pair,  // one nominal pair (learner `counting`)
};

struct StreamShape {
  Diet diet = Diet::dense;
  uint32_t classes = 2;  // 0: targets
  uint32_t seed = 1;
  float scale = 1;
  uint32_t index_offset = 0;  // added to indices of numeric features
};

/// Example k of the stream: a function of the shape and k alone. Labels depend on the features.
inline void fill(const StreamShape& shape, uint32_t k, ExampleBuffer& out) {
  Draws draws(shape.seed, 0, k);
  out.clear();
  double score = .3 * draws.normal();
  const auto number = [&] {
    const double x = draws.normal();
    score += x;
    return static_cast<float>(x) * shape.scale;
  };
  if (shape.diet == Diet::dense)
    for (int i = 0; i < 5; i++)
      out.dense.push_back(number());
  if (shape.diet == Diet::mixed) {
    out.dense.push_back(number());
    out.dense.push_back(number());
    for (uint32_t i = 2; i < 5; i++) {
      const float x = number();
      if (draws.uniform() < .5) continue;
      out.index.push_back(i + shape.index_offset);
      out.value.push_back(x);
    }
  }
  if (shape.diet == Diet::pair || (shape.diet == Diet::mixed && draws.uniform() < .8)) {
    const uint32_t category = draws.below(4);
    score += category == 0 ? 1 : 0;
    out.nominal.push_back(9);
    out.category.push_back(shape.diet == Diet::pair ? k : category);
  }
  if (shape.classes == 0) {
    out.label.push_back(static_cast<float>(3 + 2 * score));
  } else {
    const double place = (score + 3) / 6 * shape.classes;
    const double last = shape.classes - 1;
    out.label.push_back(static_cast<float>(static_cast<int>(place < 0      ? 0
                                                            : place > last ? last
                                                                           : place)));
  }
}

/// The first `n` examples.
inline std::vector<ExampleBuffer> examples(const StreamShape& shape, uint32_t n) {
  std::vector<ExampleBuffer> all(n);
  for (uint32_t k = 0; k < n; k++)
    fill(shape, k, all[k]);
  return all;
}

/// A shape the learner takes: its kind of label, and the richest diet it doesn't refuse.
inline StreamShape shape_for(const Learner& learner) {
  StreamShape shape;
  const bool classes = learner.label() == Label::one_class;
  shape.classes = !classes ? 0 : (learner.traits() & kBinary) != 0 ? 2 : 3;
  for (const Diet diet : {Diet::mixed, Diet::dense, Diet::pair}) {
    shape.diet = diet;
    ExampleBuffer x;
    bool takes = true;
    for (uint32_t k = 0; k < 20 && takes; k++) {
      fill(shape, k, x);
      takes = learner.check(x.view()).ok();
    }
    if (takes) break;
  }
  return shape;
}

}  // namespace freshet
