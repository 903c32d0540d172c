// The table of all checks, sorted by name.
#include "checks/checks.hpp"

namespace recover {

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::holds:
      return "holds";
    case Verdict::fails:
      return "fails";
    case Verdict::unknown:
      break;
  }
  return "unknown";
}

const std::vector<Check>& all_checks() {
  static const std::vector<Check> table{
      checks::aftercare_done(),      checks::backup_chosen(),
      checks::backup_fits(),         checks::backup_proven(),
      checks::boot_partitions(),     checks::booted_by_efi(),
      checks::directories_present(), checks::efi_entry(),
      checks::efi_variables(),       checks::environment_complete(),
      checks::environment_proven(),  checks::esp_mounted(),
      checks::filesystem_made(),     checks::filesystem_on_disk(),
      checks::fstab_resolves(),      checks::gate_closed(),
      checks::grub_config(),         checks::kernel_present(),
      checks::loader_present(),      checks::losses_repaired(),
      checks::nothing_mounted(),     checks::on_the_machine(),
      checks::restore_only(),        checks::root_user(),
      checks::storage_mounted(),     checks::target_found(),
      checks::target_free(),         checks::target_not_live_medium(),
      checks::target_not_member(),   checks::target_not_storage(),
      checks::target_size(),         checks::tools(),
      checks::tree_complete(),       checks::uuid_unique(),
      checks::virtualisation_on(),   checks::volumes_readable(),
  };
  return table;
}

const Check* find_check(std::string_view name) {
  for (const auto& check : all_checks())
    if (check.name == name) return &check;
  return nullptr;
}

}  // namespace recover
