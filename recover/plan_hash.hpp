// Hashes of what a plan is made of. A resumed run must have in common with the one that it goes on with: the
// moment, and the machine as far as disks, filesystems and Bacula go (machine_hash); and each step that was
// begun, as the playbook has it (step_hash). What comes after may be mended: a boot entry's loader,
// grub-install's arguments. The plan's own hash is over all of it, and over the facts that it was made for.
#pragma once

#include <string>
#include <vector>

#include "recover/circumstances.hpp"
#include "recover/playbook.hpp"
#include "recover/profile.hpp"

namespace recover {

// SHA-256, hexadecimal. Names of devices and mount points are no part of it: after a reboot of the rescue
// system they may differ, and the identities that the profile holds are what counts.
std::string machine_hash(const Profile& profile, const std::string& as_of);
std::string step_hash(const PlaybookStep& step);
std::string plan_hash(const std::string& machine_hash, const std::vector<std::string>& step_hashes,
                      const Circumstances& circumstances);

}  // namespace recover
