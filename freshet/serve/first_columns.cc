#include "freshet/serve/first_columns.h"

#include <string>

#include "freshet/base/failure.h"

namespace freshet {

Result<bool> FirstColumns::ask(const Call& call) noexcept {
  if (call.inputs.empty() || call.inputs[0].name != "x") return false;
  const Tensor& x = call.inputs[0];
  if (x.shape.size() != 2 || x.shape[1] <= 0 || x.shape[1] > 65'536)
    return Status(Code::invalid_argument,
                  "x: expected shape [rows, columns] with 1 to 65,536 columns");
  const auto wanted = static_cast<uint32_t>(x.shape[1]);
  const std::lock_guard lock(mutex_);
  const uint32_t known = count();
  if (known != 0 && known != wanted)
    return failure(Code::invalid_argument, "x: expected " + std::to_string(known) +
                                               " columns, as the first call had, found " +
                                               std::to_string(wanted));
  count_.store(wanted, std::memory_order_relaxed);
  ++open_calls_;
  return true;
}

void FirstColumns::answered(bool accepted) noexcept {
  const std::lock_guard lock(mutex_);
  --open_calls_;
  is_accepted_ = is_accepted_ || accepted;
  if (open_calls_ == 0 && !is_accepted_) count_.store(0, std::memory_order_relaxed);
}

}  // namespace freshet
