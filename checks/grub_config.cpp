#include "checks/checks.hpp"

#include <algorithm>

#include "recover/system/text.hpp"

namespace recover::checks {
namespace {

// In names of the device mapper a dash of the group or volume is doubled (lvm(8), "VALID NAMES").
std::string mapper_name(const std::string& volume) {
  std::string name;
  for (const char c : volume) name += c == '-' ? "--" : c == '/' ? "-" : std::string(1, c);
  return "/dev/mapper/" + name;
}

// What root= may say so that the kernel finds the filesystem that was made.
bool is_our_root(const std::string& root, const ProfileFilesystem& filesystem) {
  const auto& uuid = filesystem.uuid_to_make();
  if (system::same_uuid(root, "UUID=" + uuid) || system::same_uuid(root, "/dev/disk/by-uuid/" + uuid))
    return true;
  if (!filesystem.label.empty() &&
      (root == "LABEL=" + filesystem.label || root == "/dev/disk/by-label/" + filesystem.label))
    return true;
  return std::any_of(filesystem.devices.begin(), filesystem.devices.end(), [&](const auto& device) {
    if (!device.partition.empty() && (system::same_uuid(root, "PARTUUID=" + device.partition) ||
                                      system::same_uuid(root, "/dev/disk/by-partuuid/" + device.partition)))
      return true;
    return !device.volume.empty() && (root == mapper_name(device.volume) || root == "/dev/" + device.volume);
  });
}

std::string wrong_root(const BootMenuEntry& entry, const ProfileFilesystem& filesystem) {
  return "The entry \"" + entry.title + "\" " +
         (entry.root.empty() ? "names no root=" : "has root=" + entry.root) +
         ", not UUID=" + filesystem.uuid_to_make();
}

// One that is named in vain: anywhere what was to be replaced; in the default entry what no device has. Other
// entries may be for a disk in a drawer.
std::string wrong_uuid(const Profile& profile, const Facts& facts, const BootMenuEntry& first) {
  for (const auto& uuid : facts.boot->uuids)
    if (!profile.filesystem.new_uuid.empty() && system::same_uuid(uuid, profile.filesystem.uuid))
      return "names the old UUID " + uuid + ", in place of which the filesystem got " +
             profile.filesystem.new_uuid;
  const auto& uuid = first.filesystem;
  if (!uuid.empty() && std::none_of(facts.devices.begin(), facts.devices.end(), [&](const auto& device) {
        return system::same_uuid(device.fs_uuid, uuid);
      }))
    return "names the UUID " + uuid + " in its default entry, which no device here has";
  return {};
}

Answer ask(const Profile& profile, const Facts& facts) {
  if (!profile.boot_loader) return unknown("the profile has no boot loader");
  if (!facts.boot) return unknown("the restored root is not mounted");
  const auto& config = profile.boot_loader->config;
  const auto chroot = in_restored_root(profile, facts);
  const auto mend =
      "Mount the restored root again (docs/handbook.md, 2.12), look at /etc/default/grub, /etc/grub.d and "
      "/etc/fstab in it, then: " +
      chroot + " " + profile.boot_loader->mkconfig + " -o " + config + "; then continue with --resume";
  if (!facts.boot->problem.empty()) return fails(facts.boot->problem, mend);
  const auto entries = own_entries(profile, facts);
  if (entries.empty())
    return fails(config + " has no entry that starts this machine's Linux",
                 "See whether a kernel is there: " + chroot + " ls -l /boot. " + mend);
  const auto& first = entries.front();  // the default; others may be an image's, or another system's
  if (!is_our_root(first.root, profile.filesystem))
    return fails(
        wrong_root(first, profile.filesystem),
        first.root.starts_with("/dev/")
            ? "grub-mkconfig writes a device's name when /dev/disk/by-uuid does not have it: udevadm "
              "trigger, udevadm settle; or when /etc/default/grub says GRUB_DISABLE_LINUX_UUID. " +
                  mend
            : mend);
  if (const auto wrong = wrong_uuid(profile, facts, first); !wrong.empty())
    return fails(config + " " + wrong, mend);
  return holds(std::to_string(entries.size()) + " entries, root=" + first.root);
}

}  // namespace

Check grub_config() {
  return {.name = "grub-config",
          .question = "Does grub.cfg start the restored root, and name only filesystems that are here?",
          .ask = ask,
          .needs = Needs::boot};
}

}  // namespace recover::checks
