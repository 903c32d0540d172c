#include <algorithm>

#include "checks/checks.hpp"

namespace recover::checks {
namespace {

// The profile's own table may be there; another one says that something else lies on this disk. On a disk
// that took another's place the operator names what lies on it.
bool holds_other_table(const Target& target, const std::vector<BlockDevice>& lost) {
  if (!target.partition.empty() || !target.volume.empty() || target.disk.replaces) return false;
  const auto& device = *target.device;
  if (!device.table_uuid.empty()) return device.table_uuid != target.disk.table_uuid;
  return !device.table_type.empty() ||
         std::any_of(lost.begin(), lost.end(), [&](const auto& part) { return part.number != 0; });
}

Answer ask(const Profile& profile, const Facts& facts) {
  for (const auto& target : find_erased(profile, facts)) {
    if (!target.device) return unknown("the disk " + target.disk.name + " was not found");
    const auto& device = *target.device;
    const auto lost = lost_with(target, facts);
    for (const auto& part : lost)
      if (!part.in_use.empty())
        return fails(part.path + " is in use: " + part.in_use,
                     "Unmount it, or end what holds it, then start again: umount " + part.path);
    if (holds_other_table(target, lost))
      return fails("The whole disk " + device.path +
                       " would be made a filesystem, but it holds the partition table " +
                       (device.table_uuid.empty() ? device.table_type : device.table_uuid),
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
