// The plan functions behind the table, one .cpp each. Only kinds.cpp and the steps themselves include this.
#pragma once

#include "recover/error.hpp"
#include "recover/step.hpp"

namespace recover::steps {

StepKind open_storage();
StepKind enter_environment();
StepKind try_efi_variables();
StepKind diagnose();
StepKind provide_catalog();
StepKind choose_backup();
StepKind adopt_bootstrap();
StepKind prove_backup();
StepKind try_mkfs();
StepKind make_btrfs();
StepKind mount_tree();
StepKind restore_by_director();
StepKind restore_by_bextract();
StepKind hold_volumes();
StepKind stop_bacula();
StepKind recreate_directories();
StepKind fill_esp();
StepKind mount_esp();
StepKind enter_root();
StepKind rewrite_uuids();
StepKind install_grub();
StepKind make_initramfs();
StepKind make_grub_config();
StepKind hand_over_catalog();
StepKind leave_reminder();
StepKind hand_over();
StepKind set_read_only();
StepKind release_mounts();
StepKind restore_efi_entry();
StepKind restore_lost_files();
StepKind mend_files();
StepKind mend_snapper();
StepKind mend_docker();
StepKind make_environment();
StepKind configure_environment();
StepKind isolate_network();
StepKind prove_environment();
StepKind swap_environment();
StepKind list_backup();
StepKind salvage_files();
StepKind take_salvaged();
StepKind salvage_by_bacula();
StepKind manual();

// A part of the profile that the step cannot do without. Throws UsageError when it is not there.
template <typename Part>
const Part& required(const std::optional<Part>& part, const char* name, const StepContext& context) {
  if (part) return *part;
  throw UsageError(context.profile.file + ": the profile has no [" + name + "], and this playbook needs it",
                   "Add it (docs/formats.md), or bring back the tree alone: recover --playbook tree");
}

// Mount options of the machine without its "ro": what is restored must be written.
std::string written_to(const std::string& options);

// The commands that make filesystems. `size` of the device, bytes; 0: not known.
std::vector<std::string> mkfs_btrfs(const ProfileFilesystem& filesystem,
                                    const std::vector<std::string>& devices);
std::vector<std::string> mkfs_boot(const ProfileBootFilesystem& filesystem, const std::string& device,
                                   std::int64_t size);

// Nothing was found where the profile has this filesystem.
bool is_made_again(const std::optional<ProfileBootFilesystem>& filesystem,
                   const std::optional<Target>& target);

// sfdisk for each disk that took another's place, unless it has its table already.
void make_partition_tables(const StepContext& context, std::vector<Action>& actions);

// mkfs for ESP and /boot, if they are lost.
void make_lost_boot_filesystems(const StepContext& context, std::vector<Action>& actions);

// Without udev nobody has told the kernel which devices of a btrfs belong together. Nothing for a single
// device.
void announce_devices(const StepContext& context, std::vector<Action>& actions);

// Shared by those that talk to Bacula in the environment.
bacula::Console console(const StepContext& context);
std::vector<Action> start_bacula(const StepContext& context);
Action stop_daemons(const StepContext& context);
// How the newest backup is known without asking a catalog.
bacula::NewestRequest newest_request(const StepContext& context);
// bextract in the environment, with a bootstrap file that was kept. `target` as the environment sees it.
std::vector<std::string> bextract(const StepContext& context, const std::string& bootstrap,
                                  const std::string& target);
std::string configuration(const StepContext& context, std::string_view file);
// Where the broken filesystem is, or may be, for the steps that salvage.
BrokenPlace broken_place(const StepContext& context);
// A parameter of type duration.
std::chrono::milliseconds duration(const StepContext& context, std::string_view parameter,
                                   const std::string& otherwise);

}  // namespace recover::steps
