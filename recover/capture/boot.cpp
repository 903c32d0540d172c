// What the machine boots by: the ESP, a separate /boot, GRUB, and the firmware's entry.
#include <algorithm>

#include "recover/capture/parts.hpp"
#include "recover/capture/places.hpp"
#include "recover/efi_entry.hpp"
#include "recover/system/text.hpp"

namespace recover::capture {
namespace {

using Kind = Remark::Kind;

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

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

struct Firmware {
  const char *architecture, *target, *suffix;
};
// grub-install(8), "--target"; UEFI specification 2.10, table 3.2.
constexpr Firmware firmwares[] = {{"x86_64", "x86_64-efi", "x64"},
                                  {"i386", "i386-efi", "ia32"},
                                  {"i686", "i386-efi", "ia32"},
                                  {"aarch64", "arm64-efi", "aa64"},
                                  {"armv7l", "arm-efi", "arm"},
                                  {"riscv64", "riscv64-efi", "riscv64"},
                                  {"loongarch64", "loongarch64-efi", "loongarch64"}};

const Firmware* firmware_of(const Sight& sight) {
  const auto architecture =
      sight.architecture == "x86_64" && sight.firmware_of_32_bits ? "i386" : sight.architecture;
  for (const auto& firmware : firmwares)
    if (architecture == firmware.architecture) return &firmware;
  return nullptr;
}

bool has(const std::vector<std::string>& some, const std::string& wanted) {
  return std::find(some.begin(), some.end(), wanted) != some.end();
}

bool is_on_esp(const std::string& loader, const Sight& sight) {
  return std::any_of(sight.loaders.begin(), sight.loaders.end(),
                     [&](const auto& there) { return same_loader(there, loader); });
}

// "debian" of "\EFI\debian\shimx64.efi".
std::string directory_of(const std::string& loader) {
  const auto last = loader.rfind('\\');
  if (last == std::string::npos || last == 0) return "";
  const auto before = loader.rfind('\\', last - 1);
  return loader.substr(before + 1, last - before - 1);
}

// Where firmware looks that knows no entry.
std::string fallback_loader(const Sight& sight) {
  const auto* firmware = firmware_of(sight);
  return firmware == nullptr ? "" : std::string("\\EFI\\BOOT\\BOOT") + firmware->suffix + ".EFI";
}

std::vector<EfiEntry> in_boot_order(const EfiFacts& efi) {
  auto entries = efi.entries;
  std::stable_sort(entries.begin(), entries.end(), [&](const auto& a, const auto& b) {
    return std::find(efi.order.begin(), efi.order.end(), a.number) <
           std::find(efi.order.begin(), efi.order.end(), b.number);
  });
  return entries;
}

void take(const EfiEntry& entry, Captured& captured) {
  captured.profile.efi = ProfileEfi{entry.label, entry.loader, entry.data, {}};
}

// The machine's own entry among the firmware's: the one it was booted by, else one whose file is there.
void find_entry(const Sight& sight, const std::string& esp, Captured& captured) {
  const auto entries = in_boot_order(sight.efi);
  std::vector<EfiEntry> possible;
  for (const auto& entry : entries) {
    if (esp.empty() || entry.partition != esp || entry.loader.empty() || entry.label.empty()) continue;
    if (sight.efi.current == entry.number) return take(entry, captured);
    if (is_on_esp(entry.loader, sight) && lower(directory_of(entry.loader)) != "boot")
      possible.push_back(entry);
  }
  if (possible.empty()) return;
  take(possible.front(), captured);
  std::vector<std::string> labels;
  for (const auto& entry : possible) labels.push_back(entry.label);
  captured.say(Kind::guess, "efi",
               possible.size() == 1
                   ? "the machine was not booted by it now, but it is the only entry whose file is on the ESP"
                   : "several entries start a file on the ESP: " + system::joined(labels));
}

// Without the firmware's variables: what grub-install left on the ESP.
void find_files(const Sight& sight, Captured& captured) {
  const auto* firmware = firmware_of(sight);
  if (firmware == nullptr) return;
  std::vector<std::string> possible;
  for (const auto* name : {"shim", "grub"})
    for (const auto& loader : sight.loaders) {
      const auto directory = lower(directory_of(loader));
      const auto file = lower(loader.substr(loader.rfind('\\') + 1));
      if (directory != "boot" && file == std::string(name) + firmware->suffix + ".efi")
        possible.push_back(loader);
    }
  if (possible.empty()) return;
  const auto id = directory_of(possible.front());
  captured.profile.efi = ProfileEfi{id, possible.front(), "", {}};
  const auto why = sight.efi.problem.empty() ? "no entry of the firmware names a file on the ESP"
                                             : "the firmware's entries cannot be read: " + sight.efi.problem;
  captured.say(Kind::guess, "efi", why + "; taken from the files on the ESP: " + system::joined(possible));
}

void conclude_efi(const Sight& sight, Captured& captured) {
  const auto esp = captured.profile.esp ? captured.profile.esp->device.partition : "";
  find_entry(sight, esp, captured);
  if (!captured.profile.efi) find_files(sight, captured);
  auto& efi = captured.profile.efi;
  if (!efi)
    return captured.say(
        Kind::missing, "efi",
        "the firmware has no entry that starts a file on the ESP, and there is no GRUB on it" +
            (sight.efi.problem.empty() ? "" : " (" + sight.efi.problem + ")"));
  if (!efi->loader.starts_with('\\')) efi->loader.insert(0, 1, '\\');
  for (const auto number : sight.efi.order)
    for (const auto& entry : sight.efi.entries)
      if (entry.number == number) efi->order.push_back(system::printable(entry.label));
  if (efi->order.empty()) captured.say(Kind::absent, "efi.order", "BootOrder cannot be read here");
}

// Of two families the one whose grub.cfg is there.
std::string one_of(const char* first, const char* second, const char* key, const Sight& sight,
                   Captured& captured) {
  const bool plain = has(sight.programs, first), two = has(sight.programs, second);
  if (plain && two) {
    const bool is_two =
        has(sight.grub_configs, "/boot/grub2/grub.cfg") && !has(sight.grub_configs, "/boot/grub/grub.cfg");
    captured.say(Kind::guess, key, std::string("both ") + first + " and " + second + " are installed");
    return is_two ? second : first;
  }
  return plain ? first : two ? second : "";
}

std::string config_of(const std::string& program, const Sight& sight, Captured& captured) {
  const std::string usual = program.starts_with("grub2") ? "/boot/grub2/grub.cfg" : "/boot/grub/grub.cfg";
  const auto& there = sight.grub_configs;
  if (there.empty() || (there.size() > 1 && !has(there, usual)))
    captured.say(Kind::guess, "boot-loader.config", "the usual place; no grub.cfg is there");
  if (there.empty() || has(there, usual)) return usual;
  captured.say(Kind::guess, "boot-loader.config",
               "the only grub.cfg there is, though not where " + program + " usually has it");
  return there.front();
}

std::string initramfs_of(const Sight& sight, const Profile* before, Captured& captured) {
  std::vector<std::string> tools;
  for (const auto& [program, tool] :
       {std::pair{"dracut", "dracut"}, std::pair{"update-initramfs", "initramfs-tools"},
        std::pair{"mkinitcpio", "mkinitcpio"}, std::pair{"genkernel", "genkernel"}})
    if (has(sight.programs, program)) tools.emplace_back(tool);
  if (tools.empty()) {
    captured.say(Kind::absent, "boot-loader.initramfs",
                 "there is no dracut, update-initramfs, mkinitcpio or genkernel");
    return "none";
  }
  if (tools.size() == 1) return tools.front();
  captured.say(Kind::guess, "boot-loader.initramfs", "several are installed: " + system::joined(tools));
  const auto said = before != nullptr && before->boot_loader ? before->boot_loader->initramfs : "";
  return has(tools, said) ? said : tools.front();
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
  if (esp == nullptr)
    captured.say(Kind::missing, "esp", "nothing is mounted at /boot/efi, /efi or /boot that is a vfat");
  else
    profile.esp = boot_filesystem(*esp, "esp", sight, before, captured);
  if (profile.esp && profile.esp->type != "vfat") {
    captured.say(Kind::missing, "esp",
                 esp->source + " on " + esp->target + " is a " + esp->type + ", no vfat");
    profile.esp.reset();
  }
  const auto* boot = mount_at("/boot", sight.mounts);
  if (boot == nullptr || boot == esp || boot->type == "btrfs" || boot->type == "autofs") return;
  const std::vector<std::string> known{"ext4", "ext3", "ext2", "xfs", "vfat"};
  if (has(known, boot->type))
    profile.boot = boot_filesystem(*boot, "boot", sight, before, captured);
  else
    captured.say(Kind::missing, "boot", "/boot is a " + boot->type + ", which recover cannot make again");
}

void conclude_boot_loader(const Sight& sight, const Profile* before, Captured& captured) {
  conclude_efi(sight, captured);
  ProfileBootLoader loader;
  loader.install = one_of("grub-install", "grub2-install", "boot-loader.install", sight, captured);
  loader.mkconfig = one_of("grub-mkconfig", "grub2-mkconfig", "boot-loader.mkconfig", sight, captured);
  const auto* firmware = firmware_of(sight);
  const auto miss = [&](const std::string& why) {
    captured.say(Kind::missing, "boot-loader", why);
  };
  if (loader.install.empty()) return miss("neither grub-install nor grub2-install is installed");
  if (loader.mkconfig.empty()) return miss("neither grub-mkconfig nor grub2-mkconfig is installed");
  if (firmware == nullptr) return miss("GRUB has no UEFI target for a machine of type " + sight.architecture);
  if (!captured.profile.efi) return miss("its id is the directory below \\EFI, and no boot entry was found");
  loader.target = firmware->target;
  loader.id = directory_of(captured.profile.efi->loader);
  loader.fallback_path = is_on_esp(fallback_loader(sight), sight);
  if (lower(loader.id) == "boot" || lower(loader.id) == "efi" || loader.id.empty()) {
    loader.id = before != nullptr && before->boot_loader ? before->boot_loader->id : "grub";
    captured.say(Kind::guess, "boot-loader.id",
                 "the boot entry starts " + captured.profile.efi->loader + ", which tells no id");
  }
  loader.config = config_of(loader.mkconfig, sight, captured);
  loader.initramfs = initramfs_of(sight, before, captured);
  captured.profile.boot_loader = loader;
}

}  // namespace recover::capture
