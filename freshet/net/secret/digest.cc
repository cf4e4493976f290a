#include "freshet/net/secret/digest.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <openssl/evp.h>
#include <openssl/rand.h>

namespace freshet {

DedupId dedup_id(std::string_view client, std::string_view id) noexcept {
  std::string text(client);
  text.push_back('\0');
  text.append(id);
  std::array<unsigned char, 32> digest{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
  DedupId out{};
  std::memcpy(out.data(), digest.data(), out.size());
  return out;
}

// 48 bits of milliseconds | version 7 | 12 random bits | variant 2 | 62 random bits
std::string make_uuid7(int64_t unix_us) noexcept {
  std::array<unsigned char, 16> bytes{};
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  const auto ms = static_cast<uint64_t>(unix_us / 1000);
  for (std::size_t k = 0; k < 6; ++k)
    bytes[k] = static_cast<unsigned char>(ms >> (40 - 8 * k));
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0fu) | 0x70u);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3fu) | 0x80u);
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string text;
  for (std::size_t k = 0; k < bytes.size(); ++k) {
    if (k == 4 || k == 6 || k == 8 || k == 10) text.push_back('-');
    text.push_back(kHex[bytes[k] >> 4u]);
    text.push_back(kHex[bytes[k] & 0x0fu]);
  }
  return text;
}

}  // namespace freshet
