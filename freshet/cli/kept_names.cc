#include "freshet/cli/kept_names.h"

#include <array>
#include <cstring>

#include "freshet/base/coding.h"
#include "freshet/learn/linear/feature_blocks.h"

namespace freshet {
namespace {

constexpr std::size_t kMostNames = 1'000'000, kLongestName = 65'535;

Status corrupt() noexcept {
  return {Code::corrupt, "model file: chunk NAME is damaged"};
}

}  // namespace

void KeptNames::add(uint32_t index, std::string_view name) {
  if (names_.size() >= kMostNames || !known_.insert(index).second) return;
  names_.emplace_back(index, name.substr(0, kLongestName));
}

std::vector<std::byte> KeptNames::encode() const {
  std::vector<std::byte> bytes(4);
  put_u32(bytes.data(), static_cast<uint32_t>(names_.size()));
  for (const auto& [index, name] : names_) {
    const std::size_t at = bytes.size();
    bytes.resize(at + 6 + name.size());
    put_u32(&bytes[at], index);
    put_u16(&bytes[at + 4], static_cast<uint16_t>(name.size()));
    if (!name.empty()) std::memcpy(&bytes[at + 6], name.data(), name.size());
  }
  return bytes;
}

Result<KeptNames> KeptNames::decode(std::span<const std::byte> bytes) noexcept {
  if (bytes.size() < 4) return corrupt();
  uint32_t count = get_u32(bytes.data());
  bytes = bytes.subspan(4);
  KeptNames names;
  for (; count > 0; count--) {
    if (bytes.size() < 6) return corrupt();
    const std::size_t size = get_u16(&bytes[4]);
    if (bytes.size() < 6 + size) return corrupt();
    names.add(get_u32(bytes.data()), {reinterpret_cast<const char*>(bytes.data()) + 6, size});
    bytes = bytes.subspan(6 + size);
  }
  if (!bytes.empty()) return corrupt();
  return names;
}

std::map<uint32_t, std::string> KeptNames::by_row(uint32_t bits) const {
  const auto mask = static_cast<uint32_t>((uint64_t{1} << bits) - 1);
  std::map<uint32_t, std::string> rows;
  for (const auto& [index, name] : names_)
    rows.try_emplace(index & mask, name);
  rows.try_emplace(kConstantFeature & mask, "Constant");
  return rows;
}

}  // namespace freshet
