// What the running rescue system came from: a stick or disc that must not be erased while it runs, nor after.
#pragma once

#include <string>
#include <vector>

#include "recover/facts.hpp"

namespace recover::system {

// Sets BlockDevice::live of what is mounted where live systems mount their medium, or holds the image that
// their root comes from; and of what the kernel's command line names: a system that was copied to memory has
// its medium unmounted.
void mark_live_medium(std::vector<BlockDevice>& devices, const std::vector<MountPoint>& mounts,
                      const std::string& command_line);

}  // namespace recover::system
