#pragma once
/// Memory of large tables from the operating system.
///
/// Anonymous pages: zero, and without cost until they are stored to, so that a table of 2^30 rows may be made where a few
/// are ever used. From 2 MiB up to an eighth of the machine's memory huge pages are asked for (a hashed table is read all
/// over: small pages cost a page walk each); larger tables keep small ones, for there a single row would take 2 MiB.
/// A range larger than the machine's memory and swap is refused by the system: `exhausted`.

#include <cstddef>

namespace freshet {

struct TableMemory;

/// For `Registry::memory`; runtime/catalog.h puts it there. Any thread.
extern const TableMemory kSystemTables;

}  // namespace freshet
