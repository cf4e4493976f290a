#pragma once
/// Labels that are classes, as calls bring them.

#include <optional>
#include <string>
#include <string_view>

#include "freshet/base/status.h"
#include "freshet/core/schema.h"

namespace freshet {

/// The text a class is called by when its label came as a number: 1.0 is "1".
std::string class_text(double number);

/// The two classes of a binary model. Where it doesn't know both yet they may come with this very call: they are found
/// as the trainer will find them.
class ClassPair {
 public:
  explicit ClassPair(const Schema& schema) : known_(&schema) {}
  /// A third class: `invalid_argument`, beginning with `place`.
  Status check(const std::string& place, std::string_view text);

 private:
  Status add(std::string_view text);

  const Schema* known_;
  std::optional<Schema> own_;
};

}  // namespace freshet
