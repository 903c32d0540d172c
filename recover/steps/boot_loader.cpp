// What makes the restored root bootable, done by its own tools inside it: GRUB on the ESP, the initramfs,
// grub.cfg.
#include "recover/error.hpp"
#include "recover/steps/kinds.hpp"

namespace recover::steps {
namespace {

const ProfileBootLoader& boot_loader(const StepContext& context) {
  return required(context.profile.boot_loader, "boot-loader", context);
}

Command in_root(const StepContext& context, std::vector<std::string> argv) {
  argv.insert(argv.begin(), {"chroot", context.layout.target});
  return {std::move(argv)};
}

// /run is the rescue system's: LVM's tools wait for the udev database in it (lvm(8), chroot).
std::vector<Action> plan_enter(const StepContext& context) {
  const auto& root = context.layout.target;
  return {Mount{"proc", root + "/proc", "proc", ""}, Mount{"sysfs", root + "/sys", "sysfs", "ro"},
          Mount{"/dev", root + "/dev", "", "bind"}, Mount{"/run", root + "/run", "", "bind"},
          Mount{"tmpfs", root + "/tmp", "tmpfs", "mode=1777"}};
}

std::vector<Action> plan_rewrite(const StepContext& context) {
  const auto& filesystem = context.profile.filesystem;
  if (filesystem.new_uuid.empty()) return {};
  return {RewriteUuid{context.layout.target,
                      {"/etc/fstab", "/etc/default/grub", "/etc/kernel/cmdline"},
                      filesystem.uuid,
                      filesystem.new_uuid}};
}

// --no-nvram: the boot entry is written last, by recover itself, and only once.
std::vector<Action> plan_install(const StepContext& context) {
  const auto& loader = boot_loader(context);
  const auto& esp = required(context.profile.esp, "esp", context);
  std::vector<std::string> argv{loader.install,
                                "--target=" + loader.target,
                                "--efi-directory=" + esp.mount,
                                "--bootloader-id=" + loader.id,
                                "--recheck",
                                "--no-nvram"};
  const auto more = context.texts_or("arguments", {});
  argv.insert(argv.end(), more.begin(), more.end());
  std::vector<Action> actions{in_root(context, argv)};
  if (loader.fallback_path || context.profile.without_efi_variables) {
    argv.push_back("--removable");
    actions.emplace_back(in_root(context, argv));
  }
  return actions;
}

// dracut, mkinitcpio and initramfs-tools may have put the UUID of the root, or of the swap on it, into the
// image (dracut.cmdline(7), "host-only"; initramfs.conf(5), RESUME). genkernel takes it from the command line
// alone.
std::vector<Action> plan_initramfs(const StepContext& context) {
  if (context.profile.filesystem.new_uuid.empty()) return {};
  const auto& tool = boot_loader(context).initramfs;
  if (tool == "dracut") return {in_root(context, {"dracut", "--regenerate-all", "--force"})};
  if (tool == "initramfs-tools") return {in_root(context, {"update-initramfs", "-u", "-k", "all"})};
  if (tool == "mkinitcpio") return {in_root(context, {"mkinitcpio", "--allpresets"})};
  return {};
}

std::vector<Action> plan_config(const StepContext& context) {
  const auto& loader = boot_loader(context);
  return {in_root(context, {loader.mkconfig, "-o", loader.config})};
}

}  // namespace

StepKind enter_root() {
  return {"enter-root", "Make the restored root fit to run its own tools in it", false, {}, plan_enter};
}

StepKind rewrite_uuids() {
  return {"rewrite-uuids", "Rewrite fstab where the UUID could not be kept", false, {}, plan_rewrite};
}

StepKind install_grub() {
  return {"install-grub",
          "Install GRUB on the ESP",
          false,
          {{"arguments", ParameterType::texts, "more arguments for grub-install"}},
          plan_install};
}

StepKind make_initramfs() {
  return {"make-initramfs",
          "Make the initramfs again where the UUID could not be kept",
          false,
          {},
          plan_initramfs};
}

StepKind make_grub_config() {
  return {"make-grub-config", "Generate grub.cfg", false, {}, plan_config};
}

}  // namespace recover::steps
