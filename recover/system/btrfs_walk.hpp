// The subvolumes of a btrfs whose trees cannot be searched any more: found by walking its directories.
#pragma once

#include <string>
#include <vector>

#include "recover/facts.hpp"

namespace recover::system {

// Of what is mounted at `top`, its top level: path, read_only and snapshot of each that can be reached, in
// the order of their paths. Read-only ones are not walked through. Directories that cannot be read are passed
// over; never throws but Interrupted.
std::vector<Subvolume> walk_subvolumes(const std::string& top);

}  // namespace recover::system
