#include <algorithm>
#include <cstdio>
#include <limits>

#include "freshet/core/table.h"
#include "tests/conformance/allocations.h"
#include "tests/conformance/kit.h"

namespace freshet {

TEST_CASE("every learner has its documentation") {
  each_learner([](const std::string& name) {
    const Info& info = find_entry(learner_entries(), name)->info;
    CHECK(!info.summary.empty());
    CHECK(!info.paper.empty());
    CHECK(!info.cost.empty());
    CHECK(!info.memory.empty());
    CHECK(info.format >= 1);
    CHECK(info.oldest_format <= info.format);
    for (const OptionSpec& option : info.options) {
      CHECK(!option.doc.empty());
      CHECK(option.low <= option.high);
    }
    CHECK(&make(name)->info() == &info);
  });
}

TEST_CASE("first prediction: nothing, a half, or 0, as the label asks") {
  each_learner([](const std::string& name) {
    const auto learner = make(name);
    ExampleBuffer x;
    fill(shape_for(*learner), 0, x);
    const std::vector<float> out = predict(*learner, x.view());
    if (learner->label() == Label::one_class) {
      if ((learner->traits() & kBinary) != 0)
        CHECK(out == std::vector<float>{.5f});
      else
        CHECK(out.empty());
    } else {
      CHECK(out == std::vector<float>(out.size(), 0));
    }
  });
}

TEST_CASE("predict is pure, allocates nothing, and `before` is what it would have said") {
  each_learner([](const std::string& name) {
    auto learner = make(name);
    const auto rows = examples(shape_for(*learner), 300);
    std::vector<float> said(64), before(64);
    for (std::size_t k = 0; k < rows.size(); k++) {
      const Example x = rows[k].view();
      const std::size_t width = learner->outputs();
      said.assign(width, -1);
      before.assign(width, -2);
      if (width > 0) {
        const AllocationCount count;
        learner->predict(x, said);
        const uint64_t allocations = count.so_far();
        CHECK(allocations == 0);
        CHECK(predict(*learner, x) == said);
      }
      REQUIRE(learner->learn(x, before).ok());
      CHECK(before == said);
    }
    check_finite(*learner, predict(*learner, rows[0].view()));
  });
}

TEST_CASE("the same stream gives the same bits") {
  each_learner([](const std::string& name) {
    auto a = make(name), b = make(name);
    const auto rows = examples(shape_for(*a), 300);
    teach(*a, rows);
    teach(*b, rows);
    CHECK(bytes_of(*a) == bytes_of(*b));
  });
}

TEST_CASE("weight 0 changes nothing") {
  each_learner([](const std::string& name) {
    auto learner = make(name);
    auto rows = examples(shape_for(*learner), 200);
    teach(*learner, rows, 0, 100);
    const auto was = bytes_of(*learner);
    for (std::size_t k = 100; k < rows.size(); k++) {
      rows[k].weight = 0;
      REQUIRE(learner->learn(rows[k].view(), {}).ok());
    }
    CHECK(bytes_of(*learner) == was);
  });
}

TEST_CASE("bad values, weights and labels are refused without a trace") {
  each_learner([](const std::string& name) {
    auto learner = make(name);
    const StreamShape shape = shape_for(*learner);
    const auto rows = examples(shape, 100);
    teach(*learner, rows);
    const auto was = bytes_of(*learner);
    constexpr float kInf = std::numeric_limits<float>::infinity();
    const float nan = std::numeric_limits<float>::quiet_NaN();
    for (const float bad : {nan, kInf, -kInf}) {
      ExampleBuffer x = rows[0];
      x.weight = bad;
      CHECK(learner->learn(x.view(), {}).code() == Code::invalid_argument);
      x = rows[0];
      x.dense.push_back(bad);
      Status status = learner->learn(x.view(), {});
      CHECK(status.code() == Code::invalid_argument);
      CHECK(status.at() == x.dense.size() - 1);
      x = rows[0];
      x.index.push_back(12345);
      x.value.push_back(bad);
      status = learner->learn(x.view(), {});
      CHECK(status.code() == Code::invalid_argument);
      CHECK(status.at() == 12345);
      if (learner->label() == Label::none) continue;
      x = rows[0];
      x.label[0] = bad;
      CHECK(learner->learn(x.view(), {}).code() == Code::invalid_argument);
    }
    ExampleBuffer x = rows[0];
    x.weight = -1;
    CHECK(learner->learn(x.view(), {}).code() == Code::invalid_argument);
    if (learner->label() != Label::none) {
      x = rows[0];
      x.label.clear();
      const Status status = learner->learn(x.view(), {});
      CHECK(status.code() == Code::invalid_argument);
      CHECK(status.text().substr(0, name.size()) == name);
    }
    if (learner->label() == Label::one_class) {
      for (const float label : {.5f, -2.f, 1e9f}) {
        x = rows[0];
        x.label[0] = label;
        CHECK(!learner->learn(x.view(), {}).ok());
      }
    }
    CHECK(bytes_of(*learner) == was);
  });
}

TEST_CASE("saved, loaded and taught on it is as if it had never stopped") {
  each_learner([](const std::string& name) {
    auto learner = make(name);
    const auto rows = examples(shape_for(*learner), 400);
    teach(*learner, rows, 0, 200);
    const std::vector<std::byte> saved = bytes_of(*learner);
    auto file = ModelFileReader::open(saved);
    REQUIRE(file.ok());
    auto loaded = file->learner(catalogue());
    if (!loaded.ok()) FAIL(loaded.status().text());
    CHECK(bytes_of(**loaded) == saved);
    teach(*learner, rows, 200);
    teach(**loaded, rows, 200);
    CHECK(bytes_of(**loaded) == bytes_of(*learner));
    CHECK(predict(**loaded, rows[3].view()) == predict(*learner, rows[3].view()));
  });
}

TEST_CASE("a clone is its own; a copy into a spare is equal") {
  each_learner([](const std::string& name) {
    auto learner = make(name);
    const auto rows = examples(shape_for(*learner), 400);
    teach(*learner, rows, 0, 200);
    const auto was = bytes_of(*learner);
    auto clone = learner->clone();
    REQUIRE(clone.ok());
    CHECK(bytes_of(**clone) == was);
    teach(**clone, rows, 200);
    CHECK(bytes_of(*learner) == was);
    teach(*learner, rows, 200);
    CHECK(bytes_of(**clone) == bytes_of(*learner));
    auto snapshot = learner->snapshot();
    REQUIRE(snapshot.ok());
    CHECK(predict(**snapshot, rows[5].view()) == predict(*learner, rows[5].view()));
    auto spare = make(name);
    teach(*spare, rows, 100, 150);
    if (const Status copied = learner->copy_into(*spare); copied.code() != Code::unsupported) {
      REQUIRE(copied.ok());
      CHECK(bytes_of(*spare) == bytes_of(*learner));
    }
  });
}

TEST_CASE("learn_many and predict_many equal their loops") {
  each_learner([](const std::string& name) {
    auto one = make(name), many = make(name);
    const auto rows = examples(shape_for(*one), 200);
    teach(*one, rows, 0, 100);
    teach(*many, rows, 0, 100);
    std::vector<Example> views;
    for (std::size_t k = 100; k < rows.size(); k++)
      views.push_back(rows[k].view());
    const std::size_t width = one->outputs();
    std::vector<float> out(views.size() * width), before(views.size() * width), loop;
    many->predict_many(views, out);
    for (const Example& x : views)
      for (const float p : predict(*one, x))
        loop.push_back(p);
    CHECK(out == loop);
    loop.clear();
    REQUIRE(many->learn_many(views, views, before).ok());
    for (const Example& x : views) {
      std::vector<float> said(width);
      REQUIRE(one->learn(x, said).ok());
      loop.insert(loop.end(), said.begin(), said.end());
    }
    CHECK(before == loop);
    CHECK(bytes_of(*one) == bytes_of(*many));
  });
}

TEST_CASE("the order of features and of names matters to 1e-6 only") {
  each_learner([](const std::string& name) {
    auto a = make(name), b = make(name), c = make(name);
    StreamShape shape = shape_for(*a);
    if (shape.diet != Diet::mixed) return;
    auto rows = examples(shape, 300);
    // The same features, all by index, turned round; and with other numbers, as if names had come in another order.
    auto turned = rows, renamed = rows;
    for (std::size_t k = 0; k < rows.size(); k++) {
      ExampleBuffer& x = turned[k];
      for (std::size_t i = 0; i < x.dense.size(); i++) {
        x.index.push_back(static_cast<uint32_t>(i));
        x.value.push_back(x.dense[i]);
      }
      x.dense.clear();
      std::reverse(x.index.begin(), x.index.end());
      std::reverse(x.value.begin(), x.value.end());
      renamed[k] = x;
      for (uint32_t& index : renamed[k].index)
        index = 4 - index;
    }
    teach(*a, rows);
    teach(*b, turned);
    teach(*c, renamed);
    // A search takes another path where coordinates come in another order: it is judged by what it finds (learners.md, 4).
    const double most = a->evaluations() > 0 ? .5 : 1e-6;
    // Who draws numbers by a feature's index draws others for other indices.
    const Info& info = find_entry(learner_entries(), name)->info;
    const bool draws = find_option(info.options, "init") != nullptr;
    const bool numbers_fields = find_option(info.options, "fields") != nullptr;  // as they come
    for (std::size_t k = 0; k < 20; k++) {
      const auto said = predict(*a, rows[k].view());
      CHECK(largest_difference(said, predict(*b, turned[k].view())) <=
            (numbers_fields ? .01 : most));
      CHECK(largest_difference(said, predict(*c, renamed[k].view())) <= (draws ? .01 : most));
    }
  });
}

TEST_CASE("features may come and go; an example may have only a nominal pair, or nothing") {
  each_learner([](const std::string& name) {
    auto learner = make(name);
    const StreamShape shape = shape_for(*learner);
    if (shape.diet != Diet::mixed) return;
    teach(*learner, examples(shape, 200));
    const float label = 1;
    const uint32_t feature = 20, category = 3;
    const Example none{.label = {&label, 1}};
    const Example nominal{.nominal = {{&feature, 1}, {&category, 1}}, .label = {&label, 1}};
    for (int k = 0; k < 3; k++) {
      CHECK(learner->learn(none, {}).ok());
      CHECK(learner->learn(nominal, {}).ok());
      check_finite(*learner, predict(*learner, none));
      check_finite(*learner, predict(*learner, nominal));
    }
  });
}

TEST_CASE("a class that comes late widens the answer; earlier ids keep their meaning") {
  each_learner([](const std::string& name) {
    auto learner = make(name);
    if (learner->label() != Label::one_class || (learner->traits() & kBinary) != 0) return;
    StreamShape shape = shape_for(*learner);
    shape.classes = 2;
    const auto rows = examples(shape, 5000);
    teach(*learner, rows);
    const std::vector<float> was = predict(*learner, rows[7].view());
    CHECK(was.size() == 2);
    ExampleBuffer x = rows[7];
    x.label[0] = 3;
    REQUIRE(learner->learn(x.view(), {}).ok());
    const std::vector<float> out = predict(*learner, rows[8].view());
    REQUIRE(out.size() == 4);
    CHECK(out[2] == 0);  // never learned
    check_finite(*learner, out);
  });
}

TEST_CASE("extremes: huge, tiny, denormal, constant values leave finite answers") {
  each_learner([](const std::string& name) {
    for (const float scale : {1e30f, 1e-30f, 1e-40f, 0.0f}) {
      CAPTURE(scale);
      auto learner = make(name);
      StreamShape shape = shape_for(*learner);
      shape.scale = scale;
      const auto rows = examples(shape, 300);
      for (const ExampleBuffer& row : rows) {
        REQUIRE(learner->learn(row.view(), {}).ok());
        check_finite(*learner, predict(*learner, row.view()));
      }
      shape.scale = 1;
      check_finite(*learner, predict(*learner, examples(shape, 1)[0].view()));
    }
    auto learner = make(name);
    const auto rows = examples(shape_for(*learner), 1);
    for (int k = 0; k < 20'000; k++)
      REQUIRE(learner->learn(rows[0].view(), {}).ok());
    check_finite(*learner, predict(*learner, rows[0].view()));
  });
}

TEST_CASE("weights: a half is taken; 2 is twice where the trait says so") {
  each_learner([](const std::string& name) {
    auto heavy = make(name), twice = make(name);
    auto rows = examples(shape_for(*heavy), 200);
    for (ExampleBuffer& x : rows) {
      x.weight = .5f;
      REQUIRE(heavy->learn(x.view(), {}).ok());
    }
    check_finite(*heavy, predict(*heavy, rows[0].view()));
    if ((heavy->traits() & kWeightIsCount) == 0) return;
    heavy = make(name);
    for (ExampleBuffer& x : rows) {
      x.weight = 2;
      REQUIRE(heavy->learn(x.view(), {}).ok());
      x.weight = 1;
      REQUIRE(twice->learn(x.view(), {}).ok());
      REQUIRE(twice->learn(x.view(), {}).ok());
    }
    for (const ExampleBuffer& x :
         rows)  // predictions are floats: 1e-9 of the state shows as their last bit
      CHECK(largest_difference(predict(*heavy, x.view()), predict(*twice, x.view())) <= 1.2e-7);
  });
}

TEST_CASE("merging: halves make the whole where that is exact; refusals say why") {
  each_learner([](const std::string& name) {
    auto left = make(name), right = make(name), whole = make(name);
    const auto rows = examples(shape_for(*left), 400);
    teach(*left, rows, 0, 200);
    teach(*right, rows, 200);
    teach(*whole, rows);
    const auto was = bytes_of(*right);
    const Status merged = left->merge(*right);
    CHECK(bytes_of(*right) == was);
    if (!merged.ok()) {
      CHECK(merged.code() == Code::unsupported);
      CHECK(!merged.text().empty());
      return;
    }
    check_finite(*left, predict(*left, rows[0].view()));
    if ((left->traits() & kWeightIsCount) != 0)
      for (const ExampleBuffer& x : rows)
        CHECK(largest_difference(predict(*left, x.view()), predict(*whole, x.view())) <= 1.2e-7);
    auto file = bytes_of(*left);
    auto reader = ModelFileReader::open(file);
    REQUIRE(reader.ok());
    CHECK(reader->learner(catalogue()).ok());
    const std::string other = name == "linear" ? "mean" : "linear";
    CHECK(left->merge(*make(other)).code() == Code::invalid_argument);
  });
}

TEST_CASE("budget: memory=64KiB is never exceeded, and it still learns, or make says exhausted") {
  each_learner([](const std::string& name) {
    const Info& info = find_entry(learner_entries(), name)->info;
    if (find_option(info.options, "memory") == nullptr) return;
    const std::string bits = find_option(info.options, "bits") != nullptr ? ", bits=20" : "";
    if (!bits.empty()) {
      const auto made = make_learner(name + "(memory=65536" + bits + ")", catalogue());
      // A learner of many classes makes its tables as classes come.
      if (!made.ok()) CHECK(made.status().code() == Code::exhausted);
    }
    // Hashed by default: the table is all there is, made at once, and refuses no name.
    const bool fixed = !make_learner(name + "(memory=65536)", catalogue()).ok();
    auto learner = make(name + (fixed ? "(memory=65536, bits=6)" : "(memory=65536)"));
    const StreamShape shape = shape_for(*learner);
    uint32_t refused = 0;
    for (uint32_t k = 0; k < 5000; k++) {
      ExampleBuffer x;
      fill(shape, k, x);
      if (shape.diet == Diet::pair) {
        x.nominal[0] = k;
      } else {
        x.index.push_back(1000 + k);
        x.value.push_back(1);
      }
      const Status learned = learner->learn(x.view(), {});
      if (!learned.ok()) {
        CHECK(learned.code() == Code::exhausted);
        refused++;
        if (refused == 1) {
          const auto was = bytes_of(*learner);
          CHECK(learner->learn(x.view(), {}).code() == Code::exhausted);
          CHECK(bytes_of(*learner) == was);
        }
      }
      CHECK(learner->bytes() <= 65536);
    }
    CHECK((refused > 0 || fixed));
    ExampleBuffer known;
    fill(shape, 0, known);
    if (shape.diet == Diet::pair) known.nominal[0] = 0;
    CHECK(learner->learn(known.view(), {}).ok());
  });
}

TEST_CASE("every option works at low, high and default") {
  each_learner([](const std::string& name) {
    const Info& info = find_entry(learner_entries(), name)->info;
    std::vector<std::string> specs;
    for (const OptionSpec& option : info.options) {
      const std::string key(option_name(option));
      CAPTURE(key);
      if (option.type == Type::choice) {
        for (const std::string_view choice : option.choices)
          specs.push_back(name + "(" + key + "=" + std::string(choice) + ")");
      } else if (option.type == Type::boolean) {
        specs.push_back(name + "(" + key + "=true)");
        specs.push_back(name + "(" + key + "=false)");
      } else if (option.type == Type::text || option.type == Type::spec ||
                 option.type == Type::specs) {
        continue;  // its own test
      } else {
        const double most = key == "bits" ? 20 : option.high;
        for (const double value : {option.low, most}) {
          char text[64];
          const bool whole = option.type != Type::f32 && option.type != Type::f64;
          std::snprintf(text, sizeof(text), whole ? "%.0f" : "%.17g", value);
          specs.push_back(name + "(" + key + "=" + text + ")");
        }
      }
    }
    for (const std::string& spec : specs) {
      CAPTURE(spec);
      auto learner = make(spec);
      const auto rows = examples(shape_for(*learner), 300);
      for (const ExampleBuffer& row : rows) {
        const Status learned = learner->learn(row.view(), {});
        if (!learned.ok()) CHECK(learned.code() == Code::exhausted);
        check_finite(*learner, predict(*learner, row.view()));
      }
      auto bytes = bytes_of(*learner);
      auto file = ModelFileReader::open(bytes);
      REQUIRE(file.ok());
      auto loaded = file->learner(catalogue());
      if (!loaded.ok()) FAIL(loaded.status().text());
      CHECK(bytes_of(**loaded) == bytes);
    }
  });
}

TEST_CASE("live: predict_live equals predict; tables announce the first store of a generation") {
  each_learner([](const std::string& name) {
    const Info& info = find_entry(learner_entries(), name)->info;
    if ((info.traits & kLive) == 0) return;
    auto learner = make(name + "(bits=12)");
    CHECK((learner->traits() & kLive) != 0);
    if (find_option(info.options, "bits")->low == 0)  // a dictionary moves as it grows
      CHECK((make(name + "(bits=0)")->traits() & kLive) == 0);
    const auto rows = examples(shape_for(*learner), 300);
    teach(*learner, rows, 0, 200);
    for (const ExampleBuffer& row : rows) {
      std::vector<float> live(learner->outputs());
      learner->predict_live(row.view(), live);
      CHECK(live == predict(*learner, row.view()));
    }
    REQUIRE(!learner->live_tables().empty());
    std::vector<uint32_t> stored;
    for (Table* table : learner->live_tables())
      table->watch(
          [](void* self, uint32_t chunk) noexcept {
            static_cast<std::vector<uint32_t>*>(self)->push_back(chunk);
          },
          &stored);
    teach(*learner, rows, 200);
    // Once for each chunk stored to; 2^12 weights and the bias are one chunk, the rows of fm three.
    CHECK(stored.size() >= learner->live_tables().size());
    std::size_t chunks = 0;
    for (const Table* table : learner->live_tables())
      chunks += table->chunk_count();
    CHECK(stored.size() <= chunks);
  });
}

TEST_CASE("mergeable: parameters are a flat view that can be put back") {
  each_learner([](const std::string& name) {
    auto learner = make(name);
    if ((learner->traits() & kMergeable) == 0) return;
    const auto rows = examples(shape_for(*learner), 200);
    teach(*learner, rows);
    const auto was = bytes_of(*learner);
    const std::vector<float> parameters(learner->parameters().begin(), learner->parameters().end());
    CHECK(!parameters.empty());
    const auto said = predict(*learner, rows[0].view());
    REQUIRE(learner->replace(std::vector<float>(parameters.size(), 0)).ok());
    CHECK(predict(*learner, rows[0].view()) != said);
    REQUIRE(learner->replace(parameters).ok());
    CHECK(predict(*learner, rows[0].view()) == said);
    CHECK(bytes_of(*learner) == was);
    CHECK(learner->replace(std::vector<float>(parameters.size() + 1, 0)).code() ==
          Code::invalid_argument);
    auto bad = parameters;
    bad[0] = std::numeric_limits<float>::quiet_NaN();
    CHECK(learner->replace(bad).code() == Code::invalid_argument);
    CHECK(bytes_of(*learner) == was);
  });
}

TEST_CASE("a model inside a model may be a pipeline; it is saved step by step") {
  auto learner = make("one_vs_rest(model=(scale | logistic))");
  const auto rows = examples({.diet = Diet::dense, .classes = 3}, 300);
  teach(*learner, rows);
  const auto bytes = bytes_of(*learner);
  auto file = ModelFileReader::open(bytes);
  REQUIRE(file.ok());
  auto loaded = file->learner(catalogue());
  if (!loaded.ok()) FAIL(loaded.status().text());
  CHECK(predict(**loaded, rows[5].view()) == predict(*learner, rows[5].view()));
  CHECK(bytes_of(**loaded) == bytes);
}

TEST_CASE("a cut or flipped model file never becomes a model that crashes") {
  each_learner([](const std::string& name) {
    auto learner = make(name);
    teach(*learner, examples(shape_for(*learner), 100));
    const auto bytes = bytes_of(*learner);
    for (std::size_t cut = 0; cut < bytes.size(); cut += 1 + bytes.size() / 50) {
      const std::vector<std::byte> part(bytes.begin(),
                                        bytes.begin() + static_cast<std::ptrdiff_t>(cut));
      CHECK(!ModelFileReader::open(part).ok());
    }
    for (std::size_t at = 0; at < bytes.size(); at += 1 + bytes.size() / 50) {
      auto flipped = bytes;
      flipped[at] ^= std::byte{16};
      auto file = ModelFileReader::open(flipped);
      if (file.ok()) CHECK(!file->learner(catalogue()).ok());
    }
  });
}

}  // namespace freshet
