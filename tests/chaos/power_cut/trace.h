#pragma once
#include <cstdint>

namespace freshet {

/// One system call of a traced process, as the preload library (preload.cc) writes it down and the disk (disk.h) reads it.
/// Followed by `bytes` bytes: data, or a path, or two paths with a zero between.
struct TraceRecord {
  enum class Call : uint32_t {
    opened = 1,    // path; file: which; offset: 1 if it was cut to nothing
    written,       // data at `offset`
    cut,           // to `offset` bytes
    synced,        // everything of the file recorded before `order`
    renamed,       // from, to
    removed,       // path
    folder_synced  // path; everything in it recorded before `order`
  };
  Call call;
  uint32_t bytes;
  uint64_t file;  // inode
  uint64_t offset;
  uint64_t order;  // of the call's beginning: how many records were there
};

}  // namespace freshet
