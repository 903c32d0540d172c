// How the real runner makes the partition table of a new disk (action.hpp, MakeTable).
#pragma once

#include "recover/action.hpp"

namespace recover::system {
class Processes;
}

namespace recover {

// Returns once the kernel has all partitions as they are wanted. Throws Refused when the disk is not what the
// plan was made for, Failed when sfdisk fails or the partitions do not appear.
void make_table(system::Processes& processes, const MakeTable& action, const LookAtDevices& look);

}  // namespace recover
