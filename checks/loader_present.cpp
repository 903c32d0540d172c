#include "checks/checks.hpp"

#include <algorithm>

#include "recover/system/text.hpp"

namespace recover::checks {
namespace {

// UEFI specification 2.10, 3.5.1.1: the name by which firmware starts a disk that has no entry.
struct Architecture {
  const char *target, *suffix;
};
constexpr Architecture architectures[] = {{"x86_64-efi", "x64"},      {"i386-efi", "ia32"},
                                          {"arm64-efi", "aa64"},      {"arm-efi", "arm"},
                                          {"riscv64-efi", "riscv64"}, {"loongarch64-efi", "loongarch64"}};

std::string suffix_of(const std::string& target) {
  for (const auto& known : architectures)
    if (target == known.target) return known.suffix;
  return "x64";
}

bool is_there(const std::string& loader, const std::vector<std::string>& loaders) {
  return std::any_of(loaders.begin(), loaders.end(),
                     [&](const auto& there) { return same_loader(there, loader); });
}

Answer ask(const Profile& profile, const Facts& facts) {
  if (!profile.boot_loader) return unknown("the profile has no boot loader");
  if (!facts.boot) return unknown("the restored root is not mounted");
  const auto& loaders = facts.boot->loaders;
  const auto suffix = suffix_of(profile.boot_loader->target);
  const auto directory = "\\EFI\\" + profile.boot_loader->id + "\\";
  std::string found, missing;
  const auto look = [&](const std::vector<std::string>& any_of_these) {
    for (const auto& loader : any_of_these)
      if (is_there(loader, loaders)) {
        found += (found.empty() ? "" : ", ") + loader;
        return;
      }
    missing += (missing.empty() ? "" : ", ") + any_of_these.front();
  };
  look(profile.efi ? std::vector{profile.efi->loader}
                   : std::vector{directory + "grub" + suffix + ".efi", directory + "shim" + suffix + ".efi"});
  if (profile.boot_loader->fallback_path || profile.without_efi_variables)
    look({"\\EFI\\BOOT\\BOOT" + suffix + ".EFI"});
  if (missing.empty()) return holds(found);
  return fails("Not on the ESP: " + missing + "; there is " +
                   (loaders.empty() ? "no loader at all" : system::joined(loaders)),
               "Look at what " + profile.boot_loader->install +
                   " said. A shim comes from its package or from the backup, not from grub-install; name in "
                   "efi.loader what is there, or copy it to the ESP. Then continue with --resume");
}

}  // namespace

Check loader_present() {
  return {.name = "loader-present",
          .question = "Is the boot loader that the firmware will start on the ESP?",
          .ask = ask,
          .needs = Needs::boot};
}

}  // namespace recover::checks
