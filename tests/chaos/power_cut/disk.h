#pragma once
#include <cstdint>
#include <string>

namespace freshet {

/// What power loss may have left of a folder.
struct PowerCut {
  uint64_t files = 0, kept_writes = 0, torn_writes = 0, lost_writes = 0, undone_names = 0;
};

/// Builds in `to` the disk that a traced process may have left behind if the power failed at the trace's end.
///
/// before: the folder as it was when the process began, all of it on disk. root: the folder it worked in. What was synced
/// is there; of the rest a part chosen by `seed`: writes in 512-byte sectors, cuts, and creations, renames and removals of
/// each folder up to a point. Returns counts; a trace that can't be read aborts.
PowerCut build_disk(const std::string& before, const std::string& root, const std::string& trace,
                    uint64_t seed, const std::string& to);

}  // namespace freshet
