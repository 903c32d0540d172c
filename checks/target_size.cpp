#include "checks/checks.hpp"

namespace recover::checks {
namespace {

// Copies that a chunk profile of btrfs keeps of each block (mkfs.btrfs(8), "PROFILES").
std::int64_t copies(const std::string& profile) {
  if (profile == "raid1c4") return 4;
  if (profile == "raid1c3") return 3;
  return profile == "dup" || profile == "raid1" || profile == "raid10" ? 2 : 1;
}

Answer ask(const Profile& profile, const Facts& facts) {
  std::int64_t room = 0;
  bool replaced = false;
  for (const auto& target : find_targets(profile, facts)) {
    if (!target.device) return unknown("the disk " + target.disk.name + " was not found");
    room += target.device->size;
    replaced |= target.disk.replaces.has_value();
    for (const auto& device : facts.devices)
      if (device.path == target.device->disk && device.size != target.disk.size)
        return fails("The disk " + device.path + " has " + std::to_string(device.size) +
                         " bytes, but the profile says " + std::to_string(target.disk.size),
                     "It is not the disk of the profile, or it is failing; look at it before anything else");
  }
  if (!replaced) return holds("as the profile says");
  room /= copies(profile.filesystem.data);
  if (facts.backup && facts.backup->bytes > room)
    return fails("The backup holds " + std::to_string(facts.backup->bytes) +
                     " bytes, and what would be the root on the new disk has room for " +
                     std::to_string(room),
                 "Take a larger disk");
  return holds("the backup fits the new disk");
}

}  // namespace

Check target_size() {
  return {.name = "target-size",
          .question = "Is each disk as large as the profile says, and a new one large enough?",
          .ask = ask,
          .before_destroying = true};
}

}  // namespace recover::checks
