// Reads what a profile is concluded from. Only reads.
#pragma once

#include <string>

#include "recover/capture/sight.hpp"

namespace recover::capture {

// Of the running machine. Throws Refused when its root is no btrfs, Failed when that cannot be read.
Sight look();

// The files among it: fstab, boot loader, ESP, Bacula. `root`: of the tree, empty for "/"; mounts are filled
// in already, their targets are paths in that tree.
void look_at_files(const std::string& root, Sight& sight);

}  // namespace recover::capture
