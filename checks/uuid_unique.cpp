#include "checks/checks.hpp"

#include <algorithm>

namespace recover::checks {
namespace {

// A snapshot's origin, a mirror's image, what a cache is before: LVM calls them VOLUME-real, VOLUME_rimage_0,
// VOLUME_corig, and they show the filesystem of the volume.
bool lies_beneath(const BlockDevice& device, const BlockDevice& target) {
  const auto& volume = target.volume;
  return !volume.empty() && device.volume.size() > volume.size() && device.volume.starts_with(volume) &&
         (device.volume[volume.size()] == '-' || device.volume[volume.size()] == '_');
}

Answer ask(const Profile& profile, const Facts& facts) {
  const auto targets = find_targets(profile, facts);
  for (const auto& device : facts.devices) {
    if (device.fs_uuid != profile.filesystem.uuid_to_make()) continue;
    const bool ours = std::any_of(targets.begin(), targets.end(), [&](const auto& target) {
      return target.device &&
             (target.device->path == device.path || target.device->path == device.disk ||
              (target.blank && target.blank->path == device.disk) || lies_beneath(device, *target.device));
    });
    if (!ours)
      return fails(
          device.path + " also holds a filesystem with the UUID " + device.fs_uuid +
              ": a clone, or the disk itself under another name",
          "Detach it; two filesystems with one UUID are mistaken for each other. When it must stay, give the "
          "new filesystem another: new-uuid in [filesystem] of the profile (uuidgen makes one)");
  }
  return holds("no other device has it");
}

}  // namespace

Check uuid_unique() {
  return {.name = "uuid-unique",
          .question = "Does no other device hold a filesystem with the UUID of the root?",
          .ask = ask,
          .before_destroying = true};
}

}  // namespace recover::checks
