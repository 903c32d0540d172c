// The checks behind the table, one .cpp each. Only table.cpp and the checks themselves include this.
#pragma once

#include "recover/check.hpp"

namespace recover::checks {

Check backup_chosen();
Check directories_present();
Check environment_complete();
Check filesystem_made();
Check filesystem_on_disk();
Check fstab_resolves();
Check nothing_mounted();
Check restore_only();
Check root_user();
Check storage_mounted();
Check target_found();
Check target_free();
Check target_not_storage();
Check target_size();
Check tools();
Check tree_complete();
Check uuid_unique();
Check volumes_readable();

}  // namespace recover::checks
