// The filesystems besides the btrfs that the machine boots by: the ESP, and a separate /boot.
#include <algorithm>

#include "recover/capture/parts.hpp"
#include "recover/capture/places.hpp"

namespace recover::capture {
namespace {

using Kind = Remark::Kind;

std::optional<ProfileBootFilesystem> boot_filesystem(const MountPoint& mount, const std::string& key,
                                                     const Sight& sight, const Profile* before,
                                                     Captured& captured) {
  const auto* device = find_device(mount.source, sight.devices);
  if (device == nullptr) {
    captured.say(Kind::missing, key, mount.source + ", mounted on " + mount.target + ", has no node in /dev");
    return std::nullopt;
  }
  const auto named = add_device(*device, key, sight, before, captured);
  if (!named) return std::nullopt;
  const auto* entry = fstab_entry(mount.target, sight.fstab);
  return ProfileBootFilesystem{*named,          mount.type,
                               device->fs_uuid, device->fs_label,
                               mount.target,    mount_options(entry ? entry->options : mount.options)};
}

// Where it is mounted only when it is needed ("noauto").
std::optional<MountPoint> esp_of_fstab(const Sight& sight) {
  for (const auto* target : {"/boot/efi", "/efi", "/boot"}) {
    const auto* entry = fstab_entry(target, sight.fstab);
    if (entry == nullptr || entry->type != "vfat") continue;
    if (const auto* device = named_device(entry->source, sight.devices))
      return MountPoint{device->path, target, "vfat", entry->options, "/"};
  }
  return std::nullopt;
}

}  // namespace

void conclude_boot_filesystems(const Sight& sight, const Profile* before, Captured& captured) {
  auto& profile = captured.profile;
  const auto* esp = esp_mount(sight.mounts, sight.devices);
  const auto by_fstab = esp == nullptr ? esp_of_fstab(sight) : std::nullopt;
  if (by_fstab) {
    esp = &*by_fstab;
    captured.say(Kind::guess, "esp",
                 "fstab says so; it is not mounted now, so nobody has looked at its files");
  }
  if (esp == nullptr) {
    captured.say(Kind::missing, "esp", "nothing is mounted at /boot/efi, /efi or /boot that is a vfat");
  } else {
    profile.esp = boot_filesystem(*esp, "esp", sight, before, captured);
    if (profile.esp && profile.esp->type != "vfat") {
      captured.say(Kind::missing, "esp",
                   esp->source + " on " + esp->target + " is a " + esp->type + ", no vfat");
      profile.esp.reset();
    }
  }
  const auto* boot = mount_at("/boot", sight.mounts);
  if (boot == nullptr || boot == esp || boot->type == "btrfs" || boot->type == "autofs") return;
  const std::vector<std::string> known{"ext4", "ext3", "ext2", "xfs", "vfat"};
  if (std::find(known.begin(), known.end(), boot->type) != known.end())
    profile.boot = boot_filesystem(*boot, "boot", sight, before, captured);
  else
    captured.say(Kind::missing, "boot", "/boot is a " + boot->type + ", which recover cannot make again");
}

}  // namespace recover::capture
