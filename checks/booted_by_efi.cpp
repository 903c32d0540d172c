#include "checks/checks.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile& profile, const Facts& facts) {
  if (profile.without_efi_variables)
    return holds("not asked for: the fallback path on the ESP is to be used");
  if (facts.efi.booted) return holds("UEFI firmware has started this system");
  return fails(
      "This system was not started by UEFI firmware (there is no /sys/firmware/efi)",
      "Switch UEFI boot on in the firmware's setup (CSM or Legacy off), then start the rescue system "
      "by the entry of the firmware's boot menu that begins with UEFI");
}

}  // namespace

Check booted_by_efi() {
  return {.name = "booted-by-efi",
          .question = "Was the running system started by UEFI firmware?",
          .ask = ask,
          .only_after_a_step = true};
}

}  // namespace recover::checks
