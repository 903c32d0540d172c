// What a resumed run must have in common with the one that it goes on with: the moment, and the machine as
// far as disks, filesystems and Bacula go; and each step that was begun, as the playbook has it. What comes
// after may be mended: a boot entry's loader, grub-install's arguments.
#pragma once

#include <string>

#include "recover/playbook.hpp"
#include "recover/profile.hpp"

namespace recover {

// SHA-256, hexadecimal. Names of devices and mount points are no part of it: after a reboot of the rescue
// system they may differ, and the identities that the profile holds are what counts.
std::string plan_hash(const Profile& profile, const std::string& as_of);
std::string step_hash(const PlaybookStep& step);

}  // namespace recover
