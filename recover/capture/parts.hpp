// The parts of a profile, each concluded in a file of its own: for capture.cpp alone.
#pragma once

#include <optional>

#include "recover/capture/capture.hpp"

namespace recover::capture {

// The device as the profile names it; its disk is added to the profile when it is not there yet. Nothing when
// it cannot be named; then the remark `key` says why.
std::optional<ProfileDevice> add_device(const BlockDevice& device, const std::string& key, const Sight& sight,
                                        const Profile* before, Captured& captured);

void conclude_filesystem(const Sight& sight, const Profile* before, Captured& captured);
void conclude_subvolumes(const Sight& sight, Captured& captured);
void conclude_boot_filesystems(const Sight& sight, const Profile* before, Captured& captured);
// After the ESP.
void conclude_boot_loader(const Sight& sight, const Profile* before, Captured& captured);
void conclude_storage(const Sight& sight, const Profile* before, Captured& captured);

}  // namespace recover::capture
