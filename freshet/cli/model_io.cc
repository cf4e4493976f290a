#include "freshet/cli/model_io.h"

#include <vector>

#include "freshet/base/failure.h"
#include "freshet/base/version.h"
#include "freshet/log/file.h"
#include "freshet/runtime/catalog.h"

namespace freshet {

namespace {

Status with_path(const std::string& path, const Status& status) {
  if (status.text().find(path) != std::string_view::npos)
    return failure(status.code(), status.text());
  return failure(status.code(), path + ": " + std::string(status.text()));
}

Result<StoredModel> read_model(std::span<const std::byte> bytes, bool only_predicts) noexcept {
  FRESHET_TRY_ASSIGN(ModelFileReader file, ModelFileReader::open(bytes));
  if (only_predicts) file.keep_bytes();
  StoredModel model;
  FRESHET_TRY_ASSIGN(model.learner, file.learner(catalog()));
  FRESHET_TRY_ASSIGN(Schema schema, file.schema());
  model.schema = std::make_unique<Schema>(std::move(schema));
  model.input_format = file.text("input.format");
  model.input_target = file.text("input.target");
  model.input_hash = file.text("input.hash");
  model.input_hash_seed = static_cast<uint32_t>(file.number("input.hash_seed"));
  model.input_zero_based = file.number("input.zero_based") != 0;
  model.input_features = static_cast<uint32_t>(file.number("input.features"));
  model.examples = file.number("model.examples");
  if (const ModelFileReader::ChunkView* names = file.chunk(kNamesChunk)) {
    FRESHET_TRY_ASSIGN(model.names, KeptNames::decode(names->payload));
  }
  return model;
}

}  // namespace

Result<StoredModel> load_model(const std::string& path) noexcept {
  Result<std::vector<std::byte>> bytes = read_file(path, kLargestModel);
  if (!bytes.ok()) return with_path(path, bytes.status());
  Result<StoredModel> model = read_model(*bytes, false);
  if (!model.ok()) return with_path(path, model.status());
  return model;
}

Result<StoredModel> open_model(const std::string& path) noexcept {
  Result<MappedFile> file = MappedFile::open(path);
  if (!file.ok()) return with_path(path, file.status());
  Result<StoredModel> model = read_model(file->bytes(), true);
  if (!model.ok()) return with_path(path, model.status());
  model->file = std::move(*file);
  return model;
}

Status save_model(const std::string& path, const StoredModel& model) noexcept {
  ModelFileWriter file;
  file.keys["freshet.version"] = std::string(kVersion);
  file.keys["model.examples"] = model.examples;
  if (!model.input_format.empty()) file.keys["input.format"] = model.input_format;
  if (!model.input_target.empty()) file.keys["input.target"] = model.input_target;
  if (model.input_format == "vw") {
    file.keys["input.hash"] = model.input_hash;
    file.keys["input.hash_seed"] = uint64_t{model.input_hash_seed};
  }
  if (model.input_format == "svmlight" && model.input_zero_based)
    file.keys["input.zero_based"] = uint64_t{1};
  if (model.input_features != 0) file.keys["input.features"] = uint64_t{model.input_features};
  file.set_schema(*model.schema);
  FRESHET_TRY(file.add_learner(*model.learner));
  if (!model.names.empty()) file.add_chunk(kNamesChunk, true, model.names.encode());
  const std::vector<std::byte> bytes = file.finish();
  if (Status status = write_file_atomically(path, bytes); !status.ok())
    return with_path(path, status);
  return {};
}

}  // namespace freshet
