// The checks behind the table, one .cpp each. Only table.cpp and the checks themselves include this.
#pragma once

#include <string>
#include <vector>

#include "recover/check.hpp"

namespace recover::checks {

Check aftercare_done();
Check backup_chosen();
Check backup_fits();
Check backup_proven();
Check boot_partitions();
Check booted_by_efi();
Check directories_present();
Check efi_entry();
Check efi_variables();
Check environment_complete();
Check environment_proven();
Check esp_mounted();
Check filesystem_made();
Check filesystem_on_disk();
Check fstab_resolves();
Check gate_closed();
Check grub_config();
Check kernel_present();
Check loader_present();
Check losses_repaired();
Check nothing_mounted();
Check on_the_machine();
Check restore_only();
Check root_user();
Check storage_mounted();
Check target_found();
Check target_free();
Check target_not_live_medium();
Check target_not_member();
Check target_not_storage();
Check target_size();
Check tools();
Check tree_complete();
Check uuid_unique();
Check virtualisation_on();
Check volumes_readable();

// Shared by those that look at the boot menu. The entries that start this machine; not those of another
// system on a filesystem of its own (os-prober). `facts.boot` is there.
std::vector<BootMenuEntry> own_entries(const Profile& profile, const Facts& facts);
// "chroot /mnt/storage/environment/mnt/recover", for a remedy.
std::string in_restored_root(const Profile& profile, const Facts& facts);

}  // namespace recover::checks
