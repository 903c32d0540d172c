// GRUB, and the firmware's entry that starts it.
#include <algorithm>

#include "recover/capture/parts.hpp"
#include "recover/efi_entry.hpp"
#include "recover/system/text.hpp"

namespace recover::capture {
namespace {

using Kind = Remark::Kind;

using system::lower;

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

// What grub-install leaves on the ESP, shim first; not its copy for the fallback path.
std::vector<std::string> grub_files(const Sight& sight) {
  std::vector<std::string> found;
  const auto* firmware = firmware_of(sight);
  if (firmware == nullptr) return found;
  for (const auto* name : {"shim", "grub"})
    for (const auto& loader : sight.loaders) {
      const auto file = lower(loader.substr(loader.rfind('\\') + 1));
      if (lower(directory_of(loader)) != "boot" && file == std::string(name) + firmware->suffix + ".efi")
        found.push_back(loader);
    }
  return found;
}

// The machine's own entry among the firmware's: the one it was booted by, else one whose file is there. One
// for the fallback path is mostly the firmware's own idea.
void find_entry(const Sight& sight, const std::string& esp, Captured& captured) {
  const EfiEntry* current = nullptr;
  std::vector<EfiEntry> possible;
  const auto entries = in_boot_order(sight.efi);
  for (const auto& entry : entries) {
    if (esp.empty() || entry.partition != esp || entry.loader.empty() || entry.label.empty()) continue;
    const bool fallback = lower(directory_of(entry.loader)) == "boot";
    if (sight.efi.current == entry.number) current = &entry;
    if (current == &entry && !fallback) return take(entry, captured);
    if (!fallback && is_on_esp(entry.loader, sight)) possible.push_back(entry);
  }
  if (possible.empty()) {
    if (current != nullptr) take(*current, captured);
    return;
  }
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
  const auto possible = grub_files(sight);
  if (possible.empty()) return;
  captured.profile.efi = ProfileEfi{directory_of(possible.front()), possible.front(), "", {}};
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
            (sight.efi.problem.empty() ? "" : ". Of its entries: " + sight.efi.problem));
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
  std::string usual = program.starts_with("grub2") ? "/boot/grub2/grub.cfg" : "/boot/grub/grub.cfg";
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
  // On an ESP that nobody has looked at it may still be.
  const bool was_in_use = before != nullptr && before->boot_loader && before->boot_loader->fallback_path;
  loader.fallback_path =
      sight.loaders.empty() ? was_in_use : sight.own_fallback || lower(loader.id) == "boot";
  if (!sight.own_fallback && lower(loader.id) != "boot" && is_on_esp(fallback_loader(sight), sight))
    captured.say(Kind::guess, "boot-loader.fallback-path",
                 "there is a " + fallback_loader(sight) +
                     ", but it is no copy of a loader of this machine: it is left alone");
  if (lower(loader.id) == "boot" || lower(loader.id) == "efi" || loader.id.empty()) {
    const auto files = grub_files(sight);
    loader.id = before != nullptr && before->boot_loader ? before->boot_loader->id
                : files.empty()                          ? "grub"
                                                         : directory_of(files.front());
    captured.say(Kind::guess, "boot-loader.id",
                 "the boot entry starts " + captured.profile.efi->loader + ", which tells no id");
  }
  loader.config = config_of(loader.mkconfig, sight, captured);
  loader.initramfs = initramfs_of(sight, before, captured);
  captured.profile.boot_loader = loader;
}

}  // namespace recover::capture
