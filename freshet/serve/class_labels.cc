#include "freshet/serve/class_labels.h"

#include <cmath>

#include "freshet/base/chars.h"
#include "freshet/base/failure.h"
#include "freshet/core/label_map.h"

namespace freshet {

std::string class_text(double number) {
  return std::string(number == std::floor(number) && std::fabs(number) < 9e15
                         ? Digits(static_cast<int64_t>(number)).text()
                         : Digits(number).text());
}

Status ClassPair::check(const std::string& place, std::string_view text) {
  if (known_->class_count() < 2) FRESHET_TRY(add(text));
  if (known_->class_count() < 2 || find_class(*known_, text)) return {};
  return failure(Code::invalid_argument,
                 place + ": a third class, \"" + std::string(text) + "\"; the model tells \"" +
                     std::string(known_->class_name(0)) + "\" from \"" +
                     std::string(known_->class_name(1)) + "\" (use softmax for more)");
}

Status ClassPair::add(std::string_view text) {
  if (!own_) {
    own_.emplace();
    for (uint32_t k = 0; k < known_->class_count(); ++k)
      FRESHET_TRY(own_->label_class(known_->class_name(k)));
    known_ = &*own_;
  }
  FRESHET_TRY(add_class(*own_, text, true));
  return {};
}

}  // namespace freshet
