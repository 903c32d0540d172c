// Block devices as they are now: identity from sysfs (serial, WWN, a loop device's backing file), content by
// libblkid's low-level probe (never its cache), use by mounts, swaps, sysfs holders and an exclusive open.
//
//     for (const auto& device : read_devices(read_mounts())) ...
#pragma once

#include <vector>

#include "recover/facts.hpp"

namespace recover::system {

// All block devices but empty loop devices, RAM disks and the like, in the order of their names; one without
// a node in /dev is left out. Each is also tried with O_EXCL (reading only), the only sight of a mount in
// another mount namespace, and what nothing else explains is asked three times more within 60 ms, since
// another look opens it so as well: held is what is held each time; a device that cannot be opened at all
// stands there without content. fs_type is "ambivalent", libblkid's own word, where the signatures of several
// filesystems lie over each other: not empty. Never throws for one odd device.
std::vector<BlockDevice> read_devices(const std::vector<MountPoint>& mounts);

}  // namespace recover::system
