#include "checks/checks.hpp"

#include <algorithm>

#include "recover/system/text.hpp"

namespace recover::checks {
namespace {

constexpr const char* mend =
    "Look at the entries: efibootmgr -v. Continue with --resume; when the firmware does not keep them, "
    "update "
    "it or add --without-efi-variables";

bool exists(const std::string& partition, const Facts& facts) {
  return std::any_of(facts.devices.begin(), facts.devices.end(),
                     [&](const auto& device) { return system::same_uuid(device.partition_uuid, partition); });
}

std::string name_of(const EfiEntry& entry) {
  static const char digits[] = "0123456789ABCDEF";
  std::string name = "Boot";
  for (int shift = 12; shift >= 0; shift -= 4) name += digits[entry.number >> shift & 15];
  return name;
}

// What is wrong with the entries; empty when nothing is, and then `found` is the machine's own.
std::string wrong_with(const EfiFacts& efi, const ProfileEfi& wanted, const std::string& partition,
                       const Facts& facts, const EfiEntry*& found) {
  std::vector<const EfiEntry*> stale;
  for (const auto& entry : efi.entries) {
    if (entry.label != wanted.label || entry.partition.empty()) continue;
    const bool ours = system::same_uuid(entry.partition, partition);
    if (ours && found == nullptr && same_loader(entry.loader, wanted.loader)) {
      found = &entry;
    } else if (ours || (same_loader(entry.loader, wanted.loader) && !exists(entry.partition, facts))) {
      stale.push_back(&entry);
    }
  }
  if (found == nullptr)
    return "The firmware has no entry \"" + wanted.label + "\" that starts " + wanted.loader +
           " on the ESP with the partition GUID " + partition;
  if (!found->active) return name_of(*found) + " \"" + found->label + "\" is not active";
  if (efi.order.empty() || efi.order.front() != found->number)
    return name_of(*found) + " \"" + found->label + "\" is not the first in BootOrder";
  if (!stale.empty())
    return name_of(*stale.front()) + " is a stale duplicate of " + name_of(*found) + " \"" + found->label +
           "\"";
  return {};
}

Answer ask(const Profile& profile, const Facts& facts) {
  if (!profile.efi || !profile.esp) return unknown("the profile names no boot entry on an ESP");
  const auto esp = find_esp(profile, facts);
  const auto partition = esp->device ? esp->device->partition_uuid : profile.esp->device.partition;
  const EfiEntry* found = nullptr;
  const auto wrong = wrong_with(facts.efi, *profile.efi, partition, facts, found);
  if (found != nullptr && wrong.empty())
    return holds(name_of(*found) + " \"" + found->label + "\", the first in BootOrder");
  if (profile.without_efi_variables)
    return holds("the machine boots by the fallback path on its ESP, as was asked for");
  if (!facts.efi.usable)
    return fails("The firmware's variables cannot be used" +
                     (facts.efi.problem.empty() ? "" : ": " + facts.efi.problem),
                 "Start the rescue system in UEFI mode, then continue with --resume");
  return fails(wrong, mend);
}

}  // namespace

Check efi_entry() {
  return {.name = "efi-entry",
          .question = "Is the machine's own boot entry in the firmware, active and first?",
          .ask = ask,
          .only_after_a_step = true};
}

}  // namespace recover::checks
