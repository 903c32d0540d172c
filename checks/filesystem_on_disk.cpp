#include "checks/checks.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile& profile, const Facts& facts) {
  const auto& wanted = profile.filesystem.uuid_to_make();
  for (const auto& target : find_targets(profile, facts)) {
    if (!target.device) return unknown("the disk " + target.disk.name + " was not found");
    const auto& device = *target.device;
    if (device.fs_type != "btrfs" || device.fs_uuid != wanted)
      return fails("On " + device.path + " is " +
                       (device.fs_type.empty() ? "no filesystem" : device.fs_type) + " " + device.fs_uuid +
                       ", not the btrfs " + wanted,
                   "Run again with --restart");
  }
  return holds("btrfs " + wanted);
}

}  // namespace

Check filesystem_on_disk() {
  return {.name = "filesystem-on-disk",
          .question = "Do the target devices hold the filesystem with the UUID of the profile?",
          .ask = ask,
          .only_after_a_step = true};
}

}  // namespace recover::checks
