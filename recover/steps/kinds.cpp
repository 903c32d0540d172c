// The table of all kinds of steps.
#include "recover/steps/kinds.hpp"

namespace recover {

const std::vector<StepKind>& all_kinds() {
  static const std::vector<StepKind> kinds{
      steps::open_storage(),
      steps::enter_environment(),
      steps::try_efi_variables(),
      steps::diagnose(),
      steps::provide_catalog(),
      steps::choose_backup(),
      steps::adopt_bootstrap(),
      steps::prove_backup(),
      steps::try_mkfs(),
      steps::make_btrfs(),
      steps::mount_tree(),
      steps::restore_by_director(),
      steps::restore_by_bextract(),
      steps::hold_volumes(),
      steps::stop_bacula(),
      steps::recreate_directories(),
      steps::hand_over_catalog(),
      steps::fill_esp(),
      steps::mount_esp(),
      steps::enter_root(),
      steps::rewrite_uuids(),
      steps::install_grub(),
      steps::make_initramfs(),
      steps::make_grub_config(),
      steps::leave_reminder(),
      steps::hand_over(),
      steps::set_read_only(),
      steps::release_mounts(),
      steps::restore_efi_entry(),
      steps::restore_lost_files(),
      steps::mend_files(),
      steps::mend_snapper(),
      steps::mend_docker(),
      steps::make_environment(),
      steps::configure_environment(),
      steps::isolate_network(),
      steps::prove_environment(),
      steps::swap_environment(),
      steps::list_backup(),
      steps::salvage_files(),
      steps::take_salvaged(),
      steps::salvage_by_bacula(),
      steps::manual(),
  };
  return kinds;
}

const StepKind* find_kind(std::string_view name) {
  for (const auto& kind : all_kinds())
    if (kind.name == name) return &kind;
  return nullptr;
}

}  // namespace recover
