#include "checks/checks.hpp"
#include "recover/system/text.hpp"

namespace recover::checks {
namespace {

std::string content_of(const BlockDevice& device) {
  return device.fs_type + (device.fs_uuid.empty() ? "" : " " + device.fs_uuid);
}

// Kept: it is the filesystem of the profile. To be made: blkid knows nothing on it, and it is free.
Answer ask_one(const char* what, const ProfileBootFilesystem& wanted, const Target& target) {
  if (!target.device)
    return fails(
        "For " + std::string(what) + ": " + target.problem,
        "Attach the disk. Was its partition table lost or made anew, the table must come back first, "
        "or the profile must name the new partition");
  const auto& device = *target.device;
  const auto name = what + std::string(" ") + device.path;
  if (device.fs_type == wanted.type && system::same_uuid(device.fs_uuid, wanted.uuid))
    return holds(name + " is kept");
  if (!device.fs_type.empty())
    return fails(device.path + " holds " + content_of(device) + ", not " + what + " " + wanted.uuid +
                     ": it is not overwritten",
                 "Look at it. If it may go: wipefs --all " + device.path);
  if (target.partition.empty() && target.volume.empty() && !device.table_uuid.empty())
    return fails(device.path + " holds a partition table, not " + what + " " + wanted.uuid,
                 "Look at its partitions: lsblk " + device.path + ". If all of it may go: wipefs --all " +
                     device.path);
  if (!device.in_use.empty())
    return fails(device.path + " must be made " + what + " again, but it is in use: " + device.in_use,
                 "End what holds it, then start again");
  if (device.read_only)
    return fails(device.path + " must be made " + what + " again, but it is read-only",
                 "Look for a write-protect switch, or: blockdev --setrw " + device.path);
  return holds(name + (device.half_made ? " was begun and not finished" : " is empty") +
               " and will be made again");
}

Answer ask(const Profile& profile, const Facts& facts) {
  std::string evidence;
  if (profile.esp) {
    auto answer = ask_one("the ESP", *profile.esp, *find_esp(profile, facts));
    if (answer.verdict != Verdict::holds) return answer;
    evidence = answer.evidence;
  }
  if (profile.boot) {
    auto answer = ask_one("/boot", *profile.boot, *find_boot(profile, facts));
    if (answer.verdict != Verdict::holds) return answer;
    evidence += (evidence.empty() ? "" : "; ") + answer.evidence;
  }
  return holds(evidence.empty() ? "the profile has neither" : evidence);
}

}  // namespace

Check boot_partitions() {
  return {.name = "boot-partitions",
          .question = "Are the ESP and a separate /boot there, their own or empty?",
          .ask = ask,
          .before_destroying = true};
}

}  // namespace recover::checks
