#include "checks/checks.hpp"
#include "recover/system/text.hpp"

namespace recover::checks {
namespace {

constexpr const char* boot_it = "Boot the restored system from its own disk, and run it there";

Answer ask(const Profile& profile, const Facts& facts) {
  if (facts.in_chroot) return fails("This is a chroot of another running system", boot_it);
  if (!profile.machine_id.empty() && facts.machine_id != profile.machine_id)
    return fails("/etc/machine-id is not that of " + profile.name + " in the profile",
                 "Run it on that machine; or capture the profile again: recover capture");
  const auto& wanted = profile.filesystem.uuid_to_make();
  // Of several mounts over each other the last one is seen.
  const MountPoint* root = nullptr;
  for (const auto& mount : facts.mounts)
    if (mount.target == "/") root = &mount;
  if (!root) return unknown("the mount table does not tell what is mounted on /");
  for (const auto& device : facts.devices) {
    if (device.path != root->source || device.fs_uuid.empty()) continue;
    if (system::same_uuid(device.fs_uuid, wanted)) return holds("/ is " + device.path + ", " + wanted);
    return fails("The running system's root, " + device.path + ", has the UUID " + device.fs_uuid + ", not " +
                     wanted + " as that of " + profile.name,
                 boot_it);
  }
  return fails("The running system's root (" + root->type + ", " + system::printable(root->source) +
                   ") is not the filesystem " + wanted + " of " + profile.name,
               boot_it);
}

}  // namespace

Check on_the_machine() {
  return {.name = "on-the-machine",
          .question = "Is this the restored machine itself, and no rescue system?",
          .ask = ask,
          .only_after_a_step = true};
}

}  // namespace recover::checks
