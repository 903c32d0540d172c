#include "checks/checks.hpp"
#include "recover/system/text.hpp"

namespace recover::checks {
namespace {

constexpr std::int64_t room_for_an_entry = 1024;  // bytes; an entry with its device path takes some 150

Answer ask(const Profile& profile, const Facts& facts) {
  if (!profile.efi) return holds("the profile names no boot entry");
  if (profile.without_efi_variables)
    return holds("not asked for: the machine will boot by the fallback path on its ESP");
  if (profile.esp && profile.esp->device.partition.empty())
    return fails("The profile's ESP is no GPT partition, and a boot entry can point to none else",
                 "Put its partition GUID into [esp] (lsblk -o PARTUUID), or add --without-efi-variables");
  const auto& efi = facts.efi;
  if (efi.usable && efi.free_bytes && *efi.free_bytes < room_for_an_entry)
    return fails(
        "The firmware's store for variables is full: " + system::human_bytes(*efi.free_bytes) + " free",
        "Remove what fills it: crash dumps (/sys/firmware/efi/efivars/dump-type0-*), old entries "
        "(efibootmgr). Or have the machine boot by the fallback path on its ESP: add "
        "--without-efi-variables");
  if (efi.usable)
    return holds(std::to_string(efi.entries.size()) + " boot entries" +
                 (efi.free_bytes ? ", " + system::human_bytes(*efi.free_bytes) + " free" : ""));
  return fails("The firmware's variables cannot be written: " +
                   (efi.problem.empty() ? std::string("they were not looked at") : efi.problem),
               efi.booted
                   ? "Mount them: mount -t efivarfs efivarfs /sys/firmware/efi/efivars, or mount -o "
                     "remount,rw /sys/firmware/efi/efivars, then start again. Or have the machine boot by "
                     "the fallback path on its ESP: add --without-efi-variables"
                   : "Start the rescue system in UEFI mode: in the firmware's boot menu choose the entry of "
                     "its medium that begins with UEFI. Or have the machine boot by the fallback path on its "
                     "ESP: add --without-efi-variables");
}

}  // namespace

Check efi_variables() {
  return {.name = "efi-variables",
          .question = "Can the firmware take a boot entry?",
          .ask = ask,
          .refuses = true};
}

}  // namespace recover::checks
