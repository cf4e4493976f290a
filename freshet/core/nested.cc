#include "freshet/core/nested.h"

#include <string>
#include <vector>

#include "freshet/base/chars.h"
#include "freshet/core/pipeline.h"
#include "freshet/core/transformer.h"

namespace freshet {
namespace {

template <class Part, class Whole>
std::vector<Part*> steps_of(Whole& learner) {
  std::vector<Part*> steps;
  auto* pipeline = learner.pipeline();
  if (pipeline == nullptr) return {&learner};
  for (const auto& transform : pipeline->transforms())
    steps.push_back(transform.get());
  steps.push_back(&pipeline->learner());
  return steps;
}

std::string place(uint32_t number) {
  return std::string(Digits(number).text()) + "/";
}

class NestedWriter final : public Writer {
 public:
  NestedWriter(Writer& writer, std::string prefix) : writer_(writer), prefix_(std::move(prefix)) {}
  Status put(std::string_view name, const TensorRef& tensor) noexcept override {
    return writer_.put(prefix_ + std::string(name), tensor);
  }

 private:
  Writer& writer_;
  std::string prefix_;
};

class NestedReader final : public Reader {
 public:
  NestedReader(Reader& reader, std::string prefix, uint32_t format)
      : reader_(reader), prefix_(std::move(prefix)), format_(format) {}
  uint32_t format() const noexcept override { return format_; }
  Result<TensorRef> get(std::string_view name) noexcept override {
    return reader_.get(prefix_ + std::string(name));
  }
  bool stays() const noexcept override { return reader_.stays(); }

 private:
  Reader& reader_;
  std::string prefix_;
  uint32_t format_;
};

}  // namespace

Status save_nested(Writer& writer, uint32_t member, const Learner& learner) noexcept {
  const auto steps = steps_of<const Component>(learner);
  std::vector<uint32_t> formats;
  for (const Component* step : steps)
    formats.push_back(step->info().format);
  FRESHET_TRY(put_array<uint32_t>(writer, place(member) + "formats", formats));
  for (uint32_t k = 0; k < steps.size(); k++) {
    NestedWriter inside(writer, place(member) + place(k));
    FRESHET_TRY(steps[k]->save(inside));
  }
  return {};
}

Status load_nested(Reader& reader, uint32_t member, Learner& learner) noexcept {
  const auto steps = steps_of<Component>(learner);
  std::vector<uint32_t> formats(steps.size());
  FRESHET_TRY(get_into<uint32_t>(reader, place(member) + "formats", formats));
  for (uint32_t k = 0; k < steps.size(); k++) {
    const Info& info = steps[k]->info();
    if (formats[k] < info.oldest_format || formats[k] > info.format)
      return {Code::unsupported,
              "model file: a nested model has a format that this version doesn't read; update it"};
    NestedReader inside(reader, place(member) + place(k), formats[k]);
    FRESHET_TRY(steps[k]->load(inside));
  }
  return {};
}

}  // namespace freshet
