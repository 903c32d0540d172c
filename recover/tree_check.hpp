// Compares the restored tree with the list of files that was kept when the backup was chosen: existence,
// type, mode, owner, size of regular files, device numbers, modification time to the second. Streamed: memory
// does not grow with the number of files.
#pragma once

#include <functional>
#include <string>

#include "recover/facts.hpp"

namespace recover {

// `list`: path of backup.files; `root`: where the tree is. Directories' times are left out (later steps add
// entries), and sockets, which Bacula does not bring back (they belong to programs that run). Where a
// salvaged file took its place, as the list beside says (taken_list.hpp), that one is right as well. Throws
// Failed when the list cannot be read. `on_difference` is told of each: its path as it is listed, any bytes,
// and "is missing" or how it differs.
TreeFacts compare_tree(
    const std::string& list, const std::string& root,
    const std::function<void(const std::string& path, const std::string& words)>& on_difference = {});

}  // namespace recover
