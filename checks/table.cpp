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
      checks::backup_chosen(),      checks::directories_present(), checks::environment_complete(),
      checks::filesystem_made(),    checks::filesystem_on_disk(),  checks::fstab_resolves(),
      checks::nothing_mounted(),    checks::restore_only(),        checks::root_user(),
      checks::storage_mounted(),    checks::target_found(),        checks::target_free(),
      checks::target_not_storage(), checks::target_size(),         checks::tools(),
      checks::tree_complete(),      checks::uuid_unique(),         checks::volumes_readable(),
  };
  return table;
}

const Check* find_check(std::string_view name) {
  for (const auto& check : all_checks())
    if (check.name == name) return &check;
  return nullptr;
}

}  // namespace recover
