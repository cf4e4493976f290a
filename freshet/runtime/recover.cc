#include "freshet/runtime/recover.h"

#include <utility>

#include "freshet/base/failure.h"
#include "freshet/core/model_file.h"
#include "freshet/core/spec.h"
#include "freshet/log/file.h"

namespace freshet {

namespace {

constexpr ChunkTag kDuplicatesTag{{'D', 'U', 'P', 'L'}};

Status read_checkpoint(const CheckpointStore& store, Lsn lsn, const Registry& registry, Recovered& into) noexcept {
  FRESHET_TRY_ASSIGN(const std::vector<std::byte> bytes, store.read(lsn));
  FRESHET_TRY_ASSIGN(const ModelFileReader file, ModelFileReader::open(bytes));
  FRESHET_TRY(into.fold->load(file));
  if (into.fold->counts().lsn != lsn)
    return {Code::corrupt, "checkpoint: the LSN inside isn't that of its name; it was copied from elsewhere"};
  FRESHET_TRY_ASSIGN(into.learner, file.learner(registry));
  FRESHET_TRY_ASSIGN(Schema schema, file.schema());
  into.schema = std::make_unique<Schema>(std::move(schema));
  into.token = file.number("log.token");
  into.crc = state_crc(file);
  if (const auto* chunk = file.chunk(kDuplicatesTag))
    into.duplicates.assign(chunk->payload.begin(), chunk->payload.end());
  into.checkpoint = lsn;
  return {};
}

// The state before the first event.
Status begin(const FoldOptions& options, std::unique_ptr<Learner> fresh, const Registry& registry,
             Recovered& into) noexcept {
  FRESHET_TRY_ASSIGN(into.fold, Fold::make(options, fresh->label(), registry));
  if (options.base.empty()) {
    into.learner = std::move(fresh);
    into.schema = std::make_unique<Schema>();
    return {};
  }
  FRESHET_TRY_ASSIGN(const std::vector<std::byte> bytes, read_file(options.base, kLargestModel));
  FRESHET_TRY_ASSIGN(const ModelFileReader file, ModelFileReader::open(bytes));
  FRESHET_TRY_ASSIGN(into.learner, file.learner(registry));
  FRESHET_TRY_ASSIGN(Schema schema, file.schema());
  into.schema = std::make_unique<Schema>(std::move(schema));
  return {};
}

}  // namespace

Result<Recovered> recover(const CheckpointStore& store, const FoldOptions& options, const Registry& registry,
                          Lsn at_most) noexcept {
  auto fresh = make_learner(options.spec, registry, options.seed);
  if (!fresh.ok()) return std::move(fresh).status();
  FRESHET_TRY_ASSIGN(const std::vector<Lsn> lsns, store.list());
  Recovered recovered;
  if (!lsns.empty()) recovered.newest = lsns.back();
  for (auto lsn = lsns.rbegin(); lsn != lsns.rend(); ++lsn) {
    if (*lsn > at_most) continue;
    FRESHET_TRY_ASSIGN(recovered.fold, Fold::make(options, (*fresh)->label(), registry));
    Status read = read_checkpoint(store, *lsn, registry, recovered);
    if (read.ok()) break;
    if (read.code() == Code::unsupported) return read;  // of a later Freshet, not damaged: don't go back behind it
    recovered.remarks.push_back("checkpoint " + store.path(*lsn) + " can't be used: " + std::string(read.text()));
  }
  if (recovered.checkpoint != 0) {
    const std::string made = spec_of(*recovered.learner), asked = spec_of(**fresh);
    if (made == asked) return recovered;
    return failure(Code::conflict, "model: its folder holds `" + made + "`, not `" + asked +
                                       "`; give it another name, or the spec it was made with");
  }
  FRESHET_TRY(begin(options, *std::move(fresh), registry, recovered));
  return recovered;
}

}  // namespace freshet
