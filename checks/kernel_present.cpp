#include "checks/checks.hpp"

#include "recover/system/text.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile& profile, const Facts& facts) {
  if (!profile.boot_loader) return unknown("the profile has no boot loader");
  if (!facts.boot) return unknown("the restored root is not mounted");
  const auto chroot = in_restored_root(profile, facts);
  const auto entries = own_entries(profile, facts);
  if (entries.empty())
    return fails("The boot menu has no entry with a kernel of this machine",
                 "See whether a kernel is there: " + chroot +
                     " ls -l /boot. Was /boot lost and in no backup, install a kernel again in the restored "
                     "root, then continue with --resume");
  // The default must start. Others are there to fall back to, or are an image's, or another system's.
  const auto& first = entries.front();
  if (!first.kernel_there)
    return fails(
        "The kernel of the default entry \"" + first.title + "\" is missing: " + first.kernel,
        "Install it again in the restored root (" + chroot +
            "), or make grub.cfg again when it is an entry of the past; then continue with --resume");
  if (!first.initramfs_there)
    return fails("The initramfs of the default entry \"" + first.title +
                     "\" is missing: " + system::joined(first.initramfs),
                 "Make it again in the restored root (" + chroot +
                     " and update-initramfs, dracut, mkinitcpio or genkernel), then continue with --resume");
  if (!first.modules_there)
    return fails("The default entry \"" + first.title + "\" starts " + first.kernel +
                     ", whose modules are not in /lib/modules",
                 "A kernel in /boot that is newer than the backup: install its modules (the kernel's "
                 "package) in the restored root (" +
                     chroot +
                     "), or move that kernel and its initramfs out of /boot; make grub.cfg again and "
                     "continue with --resume");
  return holds(first.kernel + (first.initramfs.empty() ? "" : " with " + system::joined(first.initramfs)));
}

}  // namespace

Check kernel_present() {
  return {.name = "kernel-present",
          .question = "Are kernel, initramfs and modules there that the boot menu names?",
          .ask = ask,
          .needs = Needs::boot};
}

}  // namespace recover::checks
