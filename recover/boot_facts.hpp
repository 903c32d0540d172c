// What a restored root would boot by: the ESP with its loaders, the menu of GRUB, and whether what the menu
// names is there. Read while the root is mounted, with /boot and the ESP in it. Paths in it cannot lead out
// of it.
#pragma once

#include <string>
#include <vector>

#include "recover/facts.hpp"
#include "recover/profile.hpp"

namespace recover {

// `root`: where the machine's "/" is mounted now. Of `facts` the mounts and the devices are used. Never
// throws for what is missing or cannot be read in it.
BootFacts read_boot(const std::string& root, const Profile& profile, const Facts& facts);

// Where a path of the boot loader may be in the machine's own tree. GRUB counts from the root of the
// filesystem that it has looked for: on a btrfs from the top level ("/@/boot/vmlinuz"), on openSUSE's from
// the default subvolume, on a separate /boot from there.
std::vector<std::string> paths_in_tree(const std::string& path, const std::string& filesystem,
                                       const Profile& profile);

}  // namespace recover
