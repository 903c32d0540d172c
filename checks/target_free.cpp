#include "checks/checks.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile& profile, const Facts& facts) {
  for (const auto& target : find_targets(profile, facts)) {
    if (!target.device) return unknown("the disk " + target.disk.name + " was not found");
    const auto& device = *target.device;
    if (!device.in_use.empty())
      return fails(device.path + " is in use: " + device.in_use,
                   "Unmount it, or end what holds it, then start again: umount " + device.path);
    // The profile's own table may be there; another one says that something else lies on this disk.
    if (target.partition.empty() && target.volume.empty() && !device.table_uuid.empty() &&
        device.table_uuid != target.disk.table_uuid)
      return fails("The whole disk " + device.path +
                       " would be made a btrfs, but it holds the partition table " + device.table_uuid,
                   "Look at its partitions: lsblk " + device.path + ". If all of it may go: wipefs --all " +
                       device.path);
    if (device.read_only)
      return fails(device.path + " is read-only",
                   "Look for a write-protect switch, or: blockdev --setrw " + device.path);
  }
  return holds("nothing uses it");
}

}  // namespace

Check target_free() {
  return {.name = "target-free",
          .question = "Is no device of the target mounted, busy or read-only?",
          .ask = ask,
          .before_destroying = true};
}

}  // namespace recover::checks
