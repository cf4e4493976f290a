#include "freshet/ingest/block_cache.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "freshet/base/chars.h"
#include "freshet/base/coding.h"
#include "freshet/base/crc32c.h"
#include "freshet/base/failure.h"
#include "freshet/format/blocks.h"
#include "freshet/format/blocks_file.h"

namespace freshet {
namespace {

constexpr std::string_view kFormat = "input.format", kTarget = "input.target",
                           kSchema = "input.schema", kSchemaAfter = "input.schema_after",
                           kZeros = "input.zeros", kBad = "input.bad", kLearning = "input.learning";

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += name + '\0';
  return text;
}

std::string bytes_key(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

Result<Keys> cache_keys(std::span<const std::string> paths, const ReaderOptions& reading,
                        bool skips) noexcept {
  std::string source;
  for (const std::string& path : paths) {
    struct stat about{};
    if (stat(path.c_str(), &about) != 0 || !S_ISREG(about.st_mode)) {
      return failure(Code::invalid_argument, path +
                                                 ": --cache: only files are cached, whose size and "
                                                 "time say whether they are the same");
    }
    const int64_t time_ns = int64_t{about.st_mtim.tv_sec} * 1'000'000'000 + about.st_mtim.tv_nsec;
    source += std::to_string(about.st_size) + ":" + std::to_string(time_ns) + "\n";
  }
  Keys keys;
  keys["input.source"] = std::move(source);
  keys["input.label"] = bytes_key(target_name(reading.label));
  keys["input.binary"] = reading.binary;
  keys["input.hash"] = std::string(reading.hash == NameHash::all ? "all" : "strings");
  keys["input.hash_seed"] = uint64_t{reading.hash_seed};
  keys["input.initial"] = reading.wants_initial;
  keys["input.zero_based"] = reading.zero_based;
  keys["input.features"] = uint64_t{reading.features};
  keys["input.weight"] = reading.weight;
  keys["input.time"] = reading.time;
  keys["input.time_unit"] = static_cast<uint64_t>(reading.time_unit);
  keys["input.id"] = reading.id;
  keys["input.vector"] = reading.vector;
  keys["input.nominal"] = joined(reading.nominal);
  keys["input.numeric"] = joined(reading.numeric);
  keys["input.text"] = joined(reading.text);
  keys["input.ignore"] = joined(reading.ignore);
  keys["input.missing"] = joined(reading.missing);
  keys["input.delimiter"] = std::string(1, reading.delimiter);
  keys["input.header"] = reading.has_header;
  keys["input.strict_columns"] = reading.strict_columns;
  keys["input.skips"] = skips;
  keys[std::string(kLearning)] = reading.learning;
  return keys;
}

uint64_t schema_mark(const Schema& schema) noexcept {
  if (schema.feature_count() == 0) return 0;  // classes alone are named in every block
  std::vector<std::byte> bytes(schema.encoded_size());
  schema.encode(bytes);
  return uint64_t{crc32c(bytes)} << 32 | (bytes.size() & 0xffffffff) | 1;
}

bool is_cache_of(const std::string& path, const Keys& wanted, std::string_view format,
                 std::string_view target, const Schema& schema) noexcept {
  Result<File> file = File::open(path, O_RDONLY);
  if (!file.ok()) return false;
  std::vector<std::byte> bytes(kBlocksHeader);
  Result<std::size_t> got = file->read_at(0, bytes);
  const std::string_view magic(reinterpret_cast<const char*>(bytes.data()), kBlocksMagic.size());
  if (!got.ok() || *got != kBlocksHeader || magic != kBlocksMagic) return false;
  const uint32_t size = get_u32(&bytes[12]);
  if (get_u32(&bytes[8]) != kBlocksContainer || size > kBlocksMostKeys) return false;
  bytes.resize(size);
  got = file->read_at(kBlocksHeader, bytes);
  if (!got.ok() || *got != size) return false;
  const Result<Keys> keys = decode_keys(bytes);
  if (!keys.ok()) return false;
  const auto* wants_all = find_value<bool>(wanted, kLearning);
  for (const auto& [key, value] : wanted) {
    // What a prediction has read lacks names that its model doesn't know; the other way is good.
    if (key == kLearning && wants_all != nullptr && !*wants_all) continue;
    const auto found = keys->find(key);
    if (found == keys->end() || found->second != value) return false;
  }
  const auto* its_format = find_value<std::string>(*keys, kFormat);
  const auto* its_target = find_value<std::string>(*keys, kTarget);
  if (its_format == nullptr || (!format.empty() && *its_format != format)) return false;
  if (!target.empty() && (its_target == nullptr || *its_target != target)) return false;
  const uint64_t mark = schema_mark(schema);
  const auto* before = find_value<uint64_t>(*keys, kSchema);
  const auto* after = find_value<uint64_t>(*keys, kSchemaAfter);
  return before != nullptr && after != nullptr && (mark == *before || mark == *after);
}

CacheWriter::CacheWriter(std::string path, Keys keys, const Schema& schema) noexcept
    : path_(std::move(path)), keys_(std::move(keys)), schema_(schema) {}

CacheWriter::~CacheWriter() {
  if (is_finished_ || !file_.is_open()) return;
  file_.close();
  (void)remove_file(path_ + ".part").ok();
}

Result<std::unique_ptr<CacheWriter>> CacheWriter::open(const std::string& path, Keys keys,
                                                       const Schema& schema) noexcept {
  std::unique_ptr<CacheWriter> writer(new CacheWriter(path, std::move(keys), schema));
  FRESHET_TRY_ASSIGN(writer->file_, File::open(path + ".part", O_RDWR | O_CREAT | O_TRUNC));
  // Keys whose values come at the end have values of the same size until then.
  Keys& all = writer->keys_;
  all[std::string(kSchemaAfter)] = uint64_t{0};
  all[std::string(kZeros)] = uint64_t{0};
  all[std::string(kBad)] = std::vector<std::byte>(8 * kReasons);
  BlocksWriter::begin(all, writer->out_);
  writer->writer_.start_at(writer->out_.size());
  return writer;
}

Status CacheWriter::write() noexcept {
  if (out_.empty()) return {};
  FRESHET_TRY(file_.write_at(size_, out_));
  size_ += out_.size();
  out_.clear();
  return {};
}

Status CacheWriter::add(const ExampleBlock& block, bool classes) noexcept {
  ExampleBlock named = block;
  BlockCodec::name(named, schema_, classes);
  FRESHET_TRY(writer_.add(named, out_));
  return write();
}

Status CacheWriter::finish(uint64_t source_bytes, uint64_t zeros,
                           const BadLines& bad_lines) noexcept {
  if (size_ == 0) {  // no row: what the header says of columns must not be lost
    FRESHET_TRY(add(ExampleBlock{}, false));
  }
  writer_.end(source_bytes, out_);
  FRESHET_TRY(write());
  keys_[std::string(kSchemaAfter)] = schema_mark(schema_);
  keys_[std::string(kZeros)] = zeros;
  std::vector<std::byte> bad(8 * kReasons);
  for (std::size_t k = 0; k < kReasons; ++k)
    put_u64(&bad[8 * k], bad_lines.count(static_cast<Reason>(k)));
  keys_[std::string(kBad)] = std::move(bad);
  BlocksWriter::begin(keys_, out_);
  FRESHET_TRY(file_.write_at(0, out_));
  FRESHET_TRY(file_.sync());
  file_.close();
  FRESHET_TRY(rename_file(path_ + ".part", path_));
  is_finished_ = true;
  const std::size_t slash = path_.rfind('/');
  return sync_folder(slash == std::string::npos ? "." : slash == 0 ? "/" : path_.substr(0, slash));
}

void add_bad_lines(const Keys& keys, BadLines& bad_lines) noexcept {
  const auto* bad = find_value<std::vector<std::byte>>(keys, kBad);
  if (bad == nullptr || bad->size() != 8 * kReasons) return;
  for (std::size_t k = 0; k < kReasons; ++k)
    bad_lines.add(static_cast<Reason>(k), get_u64(&(*bad)[8 * k]));
}

}  // namespace freshet
