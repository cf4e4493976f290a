#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/core/checkpoint.h"

namespace freshet {

/// Keeps what save() puts, and gives it to load(): a model file without the file.
class Memory final : public Writer, public Reader {
 public:
  struct Kept {
    DType type;
    std::vector<uint64_t> shape;
    std::vector<std::byte> data;
    bool operator==(const Kept&) const = default;
  };
  Status put(std::string_view name, const TensorRef& tensor) noexcept override {
    all[std::string(name)] = {tensor.type,
                              {tensor.shape.begin(), tensor.shape.end()},
                              {tensor.data.begin(), tensor.data.end()}};
    return {};
  }
  uint32_t format() const noexcept override { return 1; }
  Result<TensorRef> get(std::string_view name) noexcept override {
    const auto at = all.find(std::string(name));
    if (at == all.end()) return {Code::not_found, "no such tensor"};
    return TensorRef{at->second.type, at->second.shape, at->second.data};
  }
  bool stays() const noexcept override { return stay; }
  bool operator==(const Memory& other) const { return all == other.all; }

  std::map<std::string, Kept> all;
  bool stay = false;  // what get() gives stays, as that of a mapped file
};

}  // namespace freshet
