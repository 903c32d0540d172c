#include "checks/checks.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile& profile, const Facts& facts) {
  for (const auto& target : find_targets(profile, facts)) {
    if (!target.device) return unknown("the disk " + target.disk.name + " was not found");
    for (const auto& device : facts.devices) {
      if (device.fs_uuid != profile.storage.uuid) continue;
      const bool same = device.path == target.device->path;
      const bool on_whole_disk =
          target.device->path == target.device->disk && device.disk == target.device->disk;
      if (same || on_whole_disk)
        return fails(
            "The storage volume with the backups is on " + device.path + ", which the plan would destroy",
            "The profile names the wrong disk; correct it");
    }
  }
  return holds("the storage volume is elsewhere");
}

}  // namespace

Check target_not_storage() {
  return {.name = "target-not-storage",
          .question = "Is the target something else than the storage volume?",
          .ask = ask,
          .refuses = true,
          .before_destroying = true};
}

}  // namespace recover::checks
