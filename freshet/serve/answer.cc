#include "freshet/serve/answer.h"

#include <algorithm>

#include "freshet/base/chars.h"
#include "freshet/base/failure.h"
#include "freshet/serve/decisions.h"
#include "freshet/serve/hosted_model.h"

namespace freshet {

template <class T>
void AnswerTensors::add(std::string_view name, Datatype type, std::vector<int64_t> shape,
                        std::span<const T> values) {
  shapes_.push_back(std::move(shape));
  tensors_.push_back(Tensor::of<T>(name, type, shapes_.back(), values));
}

void AnswerTensors::set(const HostedModel& model, std::span<const float> predictions,
                        std::size_t rows, uint32_t outputs) {
  tensors_.clear();
  shapes_.clear();
  const auto n = static_cast<int64_t>(rows);
  if (model.label() == Label::one_class || model.label() == Label::classes) {
    classes(model, predictions, rows, outputs);
  } else if (outputs == 1) {
    add<float>("prediction", Datatype::f32, {n}, predictions);
  } else {
    add<float>("prediction", Datatype::f32, {n, outputs}, predictions);
  }
}

void AnswerTensors::set(const Served& served) {
  tensors_.clear();
  shapes_.clear();
  const auto n = static_cast<int64_t>(served.actions().size());
  add<int64_t>("action", Datatype::i64, {n}, served.actions());
  add<float>("probability", Datatype::f32, {n}, served.probability());
  add<float>("probabilities", Datatype::f32, {n, static_cast<int64_t>(served.widest())},
             served.probabilities());
}

/// P(positive) becomes two columns. Labels are INT64 where every class is a whole number, else BYTES.
void AnswerTensors::classes(const HostedModel& model, std::span<const float> predictions,
                            std::size_t rows, uint32_t outputs) {
  const std::size_t width = model.is_binary() ? 2 : outputs;
  probability_.resize(rows * width);
  for (std::size_t row = 0; row < rows; ++row) {
    if (model.is_binary()) {
      probability_[2 * row + 1] = predictions[row];
      probability_[2 * row] = 1 - predictions[row];
    } else {
      std::copy_n(predictions.begin() + static_cast<std::ptrdiff_t>(row * width), width,
                  probability_.begin() + static_cast<std::ptrdiff_t>(row * width));
    }
  }
  names_.resize(width);
  std::vector<int64_t> numbers(width);
  bool is_number = true;
  for (std::size_t k = 0; k < width; ++k) {
    names_[k] = model.class_text(static_cast<uint32_t>(k));
    is_number = is_number && parse_all(names_[k], &numbers[k]);
  }
  ids_.clear();
  texts_.clear();
  for (std::size_t row = 0; row < rows; ++row) {
    const auto begin = probability_.begin() + static_cast<std::ptrdiff_t>(row * width);
    // The first of equals wins: a binary learner says positive only above one half.
    const auto best = static_cast<std::size_t>(
        std::max_element(begin, begin + static_cast<std::ptrdiff_t>(width)) - begin);
    if (is_number && width > 0)
      ids_.push_back(numbers[best]);
    else
      texts_.push_back(width > 0 ? std::string_view(names_[best]) : std::string_view());
  }
  const auto n = static_cast<int64_t>(rows);
  if (is_number && width > 0) {
    add<int64_t>("label", Datatype::i64, {n}, ids_);
  } else {
    shapes_.push_back({n});
    tensors_.push_back(
        {.name = "label", .datatype = Datatype::bytes, .shape = shapes_.back(), .texts = texts_});
  }
  add<float>("probability", Datatype::f32, {n, static_cast<int64_t>(width)}, probability_);
}

void AnswerTensors::add_contributions(std::span<const float> parts, std::size_t rows,
                                      std::size_t columns) {
  contribution_.resize(rows * columns);
  bias_.resize(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    const auto from = parts.subspan(row * (columns + 1), columns + 1);
    std::copy_n(from.begin(), columns,
                contribution_.begin() + static_cast<std::ptrdiff_t>(row * columns));
    bias_[row] = from[columns];
  }
  const auto n = static_cast<int64_t>(rows);
  add<float>("contribution", Datatype::f32, {n, static_cast<int64_t>(columns)}, contribution_);
  add<float>("bias", Datatype::f32, {n}, bias_);
}

Status AnswerTensors::select(std::span<const RequestedOutput> wanted) {
  if (wanted.empty()) return {};
  std::vector<Tensor> chosen;
  for (const RequestedOutput& output : wanted) {
    const auto found = std::find_if(tensors_.begin(), tensors_.end(), [&](const Tensor& tensor) {
      return tensor.name == output.name;
    });
    if (found == tensors_.end()) {
      std::string names;
      for (const Tensor& tensor : tensors_)
        names += (names.empty() ? "" : ", ") + std::string(tensor.name);
      return failure(Code::invalid_argument, "outputs: no output \"" + std::string(output.name) +
                                                 "\"; the model has " + names);
    }
    chosen.push_back(*found);
  }
  tensors_ = std::move(chosen);
  return {};
}

}  // namespace freshet
