// The table of all kinds of steps.
#include "recover/steps/kinds.hpp"

namespace recover {

const std::vector<StepKind>& all_kinds() {
  static const std::vector<StepKind> kinds{
      steps::enter_environment(),   steps::choose_backup(),  steps::adopt_bootstrap(),
      steps::make_btrfs(),          steps::mount_tree(),     steps::restore_by_director(),
      steps::restore_by_bextract(), steps::stop_bacula(),    steps::recreate_directories(),
      steps::hand_over(),           steps::release_mounts(),
  };
  return kinds;
}

const StepKind* find_kind(std::string_view name) {
  for (const auto& kind : all_kinds())
    if (kind.name == name) return &kind;
  return nullptr;
}

}  // namespace recover
