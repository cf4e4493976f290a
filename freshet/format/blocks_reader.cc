#include "freshet/format/blocks_reader.h"

#include <algorithm>
#include <cstring>

#include "freshet/base/coding.h"
#include "freshet/base/crc32c.h"
#include "freshet/format/blocks.h"
#include "freshet/format/blocks_file.h"
#include "freshet/format/format.h"

namespace freshet {
namespace {

constexpr std::size_t kMostBlock = std::size_t{1} << 30;

std::string_view text_of(std::span<const char> window) noexcept {
  return {window.data(), window.size()};
}

std::string text_key(const Keys& keys, std::string_view key) {
  const auto* text = find_value<std::string>(keys, key);
  return text == nullptr ? std::string() : *text;
}

}  // namespace

bool BlocksReader::fail(Bad& bad, Reason reason, const char* why) noexcept {
  bad = {};
  bad.line = next_line_;
  bad.column = 1;
  bad.reason = reason;
  bad.why = {Code::corrupt, why};
  bad.is_fatal = true;
  is_ended_ = is_damaged_ = true;
  return false;
}

void BlocksReader::restart() noexcept {
  offset_ = examples_ = 0;
  next_line_ = 1;
  blocks_ = 0;
  is_ended_ = is_damaged_ = false;
}

Begin BlocksReader::begin(std::span<const char> window, bool last, Bad& bad) noexcept {
  const auto cut = [&] {
    if (!last) return Begin::more;
    fail(bad, Reason::truncated, "blocks: the file ends within its header");
    return Begin::failed;
  };
  const auto failed = [&](const char* why) {
    fail(bad, Reason::compressed, why);
    return Begin::failed;
  };
  const std::size_t known = std::min(window.size(), kBlocksMagic.size());
  if (text_of(window).substr(0, known) != kBlocksMagic.substr(0, known))
    return failed("blocks: this is no file of blocks");
  if (window.size() < kBlocksHeader) return cut();
  const auto bytes = std::as_bytes(window);
  if (get_u32(&bytes[8]) != kBlocksContainer)
    return failed("blocks: a file of a later version; read it with a newer freshet");
  const uint32_t size = get_u32(&bytes[12]);
  if (size > kBlocksMostKeys) return failed("blocks: a damaged header");
  if (window.size() < kBlocksHeader + size) return cut();
  Result<Keys> keys = decode_keys(bytes.subspan(kBlocksHeader, size));
  if (!keys.ok()) return failed("blocks: a damaged header");
  keys_ = std::move(*keys);
  made_from_ = text_key(keys_, "input.format");
  target_ = text_key(keys_, "input.target");
  if (const auto* zeros = find_value<uint64_t>(keys_, "input.zeros")) zeros_ += *zeros;
  header_pending_ = true;
  return labels_fit(bad) && hashing_fits(bad) ? Begin::ready : Begin::failed;
}

// Labels were read as the learner of that time wanted them.
bool BlocksReader::labels_fit(Bad& bad) noexcept {
  const std::string kind = text_key(keys_, "input.label");
  if (kind.empty() || options_.label == Target::none || kind == target_name(options_.label))
    return true;
  fail(bad, Reason::label,
       "blocks: they were made for another kind of label; make them again from the text");
  bad.found = target_name(options_.label);
  return false;
}

// Indices are final: they can't be made again with another seed.
bool BlocksReader::hashing_fits(Bad& bad) noexcept {
  const auto differs = [&](std::string_view key, const Value& wanted) {
    const auto found = keys_.find(key);
    return found != keys_.end() && found->second != wanted;
  };
  const bool is_vw = made_from_ == "vw", is_svmlight = made_from_ == "svmlight";
  if (is_vw &&
      differs("input.hash", std::string(options_.hash == NameHash::all ? "all" : "strings")))
    return fail(bad, Reason::namespace_, "blocks: they were made with another --hash");
  if (is_vw && differs("input.hash_seed", uint64_t{options_.hash_seed}))
    return fail(bad, Reason::namespace_, "blocks: they were made with another --hash-seed");
  if (is_svmlight && differs("input.zero_based", options_.zero_based))
    return fail(bad, Reason::index, "blocks: they were made with another --zero-based");
  if ((is_svmlight || made_from_ == "sparse") &&
      differs("input.features", uint64_t{options_.features}))
    return fail(bad, Reason::index, "blocks: they were made with another --features");
  return true;
}

Read BlocksReader::read(std::span<const char> window, bool last, ExampleBlock& out,
                        std::span<Bad> bad) noexcept {
  Read done;
  if (is_damaged_) return {window.size(), 0};
  const auto bytes = std::as_bytes(window);
  if (std::exchange(header_pending_, false)) {
    done.used = kBlocksHeader + get_u32(&bytes[12]);
    offset_ = done.used;
  }
  const auto failed = [&](Reason reason, const char* why) {
    fail(bad[0], reason, why);
    return Read{window.size(), 1};
  };
  while (!is_ended_ && out.empty()) {
    const auto padding =
        static_cast<std::size_t>((kBlocksAlign - offset_ % kBlocksAlign) % kBlocksAlign);
    const std::size_t left = window.size() - done.used;
    if (left < padding + kBlocksTrailer) {
      if (!last) return done;
      return failed(Reason::truncated, "blocks: the file is cut off");
    }
    const auto at = bytes.subspan(done.used + padding);
    if (text_of(window).substr(done.used + padding).starts_with(kBlocksEnd)) {
      if (!last && at.size() == kBlocksTrailer) return done;  // is there more behind it?
      if (!trailer(at, bad[0])) return {window.size(), 1};
      is_ended_ = true;
      return {window.size(), 0};
    }
    if (at.size() < BlockCodec::kHeaderBytes && !last) return done;
    const Result<std::size_t> size = BlockCodec::size(at);
    if (!size.ok()) return failed(Reason::compressed, size.status().text().data());
    if (*size > kMostBlock) return failed(Reason::long_, "blocks: a block of more than 1 GiB");
    if (*size > at.size()) {
      if (!last) return done;
      return failed(Reason::truncated, "blocks: the file is cut off");
    }
    if (const Result<std::size_t> used = BlockCodec::decode(at, out); !used.ok())
      return failed(Reason::compressed, used.status().text().data());
    done.used += padding + *size;
    offset_ += padding + *size;
    examples_ += out.size();
    ++blocks_;
    if (!out.empty()) next_line_ = out.line(out.size() - 1) + 1;
    if (const Status status = take(out); !status.ok()) {
      out.clear();
      return failed(Reason::label, status.text().data());
    }
  }
  if (is_ended_ && done.used < window.size())
    return failed(Reason::compressed, "blocks: bytes behind the end");
  return done;
}

Status BlocksReader::take(ExampleBlock& block) noexcept {
  if (!options_.learning) {
    BlockCodec::resolve_known(block, schema_);
    return {};
  }
  return BlockCodec::resolve(block, schema_, options_.binary);
}

bool BlocksReader::trailer(std::span<const std::byte> bytes, Bad& bad) noexcept {
  if (get_u32(&bytes[24]) != crc32c(bytes.first(24)) || get_u32(&bytes[4]) != blocks_ ||
      get_u64(&bytes[8]) != examples_) {
    return fail(bad, Reason::compressed,
                "blocks: the file's end is damaged, or blocks are missing");
  }
  if (bytes.size() != kBlocksTrailer)
    return fail(bad, Reason::compressed, "blocks: bytes behind the end");
  return true;
}

namespace {

constexpr std::string_view kBlocksEndings[] = {".frb"};

bool looks_like_blocks(std::string_view line) noexcept {
  return line.starts_with(kBlocksMagic.substr(0, 4));
}

Result<std::unique_ptr<LineReader>> make_blocks(const ReaderOptions& options,
                                                Schema& schema) noexcept {
  return std::unique_ptr<LineReader>(new BlocksReader(options, schema));
}

}  // namespace

extern const Format blocks_format;
constinit const Format blocks_format{"blocks",
                                     "What --cache keeps: examples as they were read, in binary.",
                                     "docs/blocks-format.md",
                                     kBlocksEndings,
                                     &looks_like_blocks,
                                     &make_blocks};

}  // namespace freshet
