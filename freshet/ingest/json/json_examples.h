#pragma once
/// Makes examples of JSON rows. Only a row without a fault gets here, so only such rows touch the schema.
///
/// Rows with every number there are dense, as those of CSV.

#include <vector>

#include "freshet/core/example_block.h"
#include "freshet/core/schema.h"
#include "freshet/format/reader_options.h"
#include "freshet/ingest/json/json_members.h"
#include "freshet/ingest/json/json_row.h"

namespace freshet {

class JsonExamples {
 public:
  /// All are borrowed.
  JsonExamples(const ReaderOptions& options, Schema& schema, JsonMembers& members) noexcept
      : options_(options), schema_(schema), members_(members) {}

  /// Fills the example begun. False: row.bad says why, and the caller drops the example.
  bool fill(JsonRow& row, ExampleBlock& out) noexcept;

 private:
  using Held = JsonRow::Held;

  bool role(const Held& held, ExampleBlock& out) noexcept;
  bool label(const Held& held, ExampleBlock& out) noexcept;
  bool weight(const Held& held, ExampleBlock& out) noexcept;
  bool time(const Held& held, ExampleBlock& out) noexcept;
  bool sort_features() noexcept;
  bool add_ids(Schema::Kind kind) noexcept;
  void numbers(ExampleBlock& out) noexcept;
  bool words(ExampleBlock& out) noexcept;

  const ReaderOptions& options_;
  Schema& schema_;
  JsonMembers& members_;
  JsonRow* row_ = nullptr;
  std::vector<const Held*> numbers_, words_;  // features of the row
};

}  // namespace freshet
