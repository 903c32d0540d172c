// Takes a whole tree away, and nothing but that tree: no link is followed, and what is mounted in it is left
// alone, also a bind mount of a directory of the same filesystem, which a device number does not tell apart.
#pragma once

#include <string>
#include <vector>

#include "recover/facts.hpp"

namespace recover::system {

// The mount points at `path` and below it.
std::vector<std::string> mounted_below(const std::string& path, const std::vector<MountPoint>& mounts);

// Nothing happens when there is none. Throws Refused, before anything is removed, when something is mounted
// in it; Failed, with what is left of it left, when a name in it cannot be removed.
void remove_tree(const std::string& path);

}  // namespace recover::system
