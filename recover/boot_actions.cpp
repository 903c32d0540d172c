#include "recover/boot_actions.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "recover/efi_entry.hpp"
#include "recover/error.hpp"
#include "recover/system/device_content.hpp"
#include "recover/system/devices.hpp"
#include "recover/system/efi.hpp"
#include "recover/system/files.hpp"
#include "recover/system/keyboard.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/process.hpp"
#include "recover/system/text.hpp"
#include "recover/system/tree_root.hpp"

namespace recover {
namespace {

namespace fs = std::filesystem;

constexpr const char* mend = "Mend what the system complains of, then continue with --resume";

bool mounted_on(const std::string& path) {
  const auto mounts = system::read_mounts();
  return std::any_of(mounts.begin(), mounts.end(), [&](const auto& mount) { return mount.target == path; });
}

std::string with_all_replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

// Reads and writes the descriptor's file itself: it was opened inside the tree.
std::string name_of(const system::Descriptor& file) {
  return "/proc/self/fd/" + std::to_string(file.get());
}

// Not every mkfs does it.
void write_out_device(const std::string& path) {
  const system::Descriptor device(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!device || ::fsync(device.get()) != 0)
    throw Failed("Could not write to the disk what was made on " + path + ": " + std::strerror(errno),
                 "The disk has errors: dmesg | tail, and smartctl -a " + path +
                     ". With another disk begin anew: --restart");
}

std::string without_variables(const std::string& why) {
  return why + ". The machine will boot by the fallback path on its ESP, as was asked for";
}

EfiChanges wanted_changes(const RestoreEfiEntry& action, const EfiFacts& efi) {
  EfiEntry wanted;
  wanted.label = action.label;
  wanted.loader = action.loader;
  wanted.data = action.data;
  wanted.partition = action.partition;
  std::vector<std::string> partitions;
  for (const auto& device : system::read_devices(system::read_mounts()))
    if (!device.partition_uuid.empty()) partitions.push_back(device.partition_uuid);
  return efi_changes(efi, wanted, partitions);
}

void write_changes(const EfiChanges& changes, const RestoreEfiEntry& action) {
  const system::EfiPartition partition{action.number, action.start, action.size, action.partition};
  try {
    system::write_efi_entry(changes.entry, partition);
  } catch (const Failed&) {
    // The firmware's store may be full of what is stale.
    if (changes.remove.empty()) throw;
    for (const auto number : changes.remove) system::remove_efi_entry(number);
    system::write_efi_entry(changes.entry, partition);
  }
  for (const auto number : changes.remove) system::remove_efi_entry(number);
  system::write_boot_order(changes.order);
}

}  // namespace

void write_out_devices(const SettleDevices& action) {
  for (const auto& device : action.devices) write_out_device(device);
}

void settle_devices(system::Processes& processes, const SettleDevices& action) {
  // sd_booted(3) has the like: what udevd listens on is there as long as it runs.
  if (!system::exists("/run/udev/control")) return;
  std::vector<std::string> argv{"udevadm", "trigger"};
  argv.insert(argv.end(), action.devices.begin(), action.devices.end());
  processes.run({.argv = argv});
  // A rule that hangs must not hang the recovery; what is missing then, the proofs will miss.
  processes.run({.argv = {"udevadm", "settle", "--timeout=60"}});
}

void open_storage(system::Processes& processes, const OpenStorage& action) {
  for (const auto& volume : action.volumes) {
    const auto result = processes.run({.argv = activate_command(volume), .merge_errors = true});
    if (result.status != 0)
      throw Refused("LVM could not activate " + volume + "; it said: " + result.out + result.err,
                    "See what LVM finds: pvs, vgs, lvs. A disk of the group may be missing");
  }
  const auto mounts = system::read_mounts();
  std::vector<BlockDevice> candidates;
  for (const auto& device : system::read_devices(mounts)) {
    if (device.fs_uuid != action.uuid) continue;
    const bool mounted = std::any_of(mounts.begin(), mounts.end(), [&](const auto& mount) {
      return mount.source == device.path && mount.root == "/";
    });
    if (mounted) return;
    // What lies beneath an LVM volume may show the same filesystem; only the volume is it.
    if (action.volume.empty() || device.volume == action.volume) candidates.push_back(device);
  }
  if (candidates.empty())
    throw Refused("The storage volume with the UUID " + action.uuid + " is not attached",
                  "Attach its disk; see what there is: lsblk -f");
  if (candidates.size() > 1)
    throw Refused("The filesystem with the UUID " + action.uuid + " is on " + candidates[0].path +
                      " and on " + candidates[1].path + ": one is a clone, and nothing tells which",
                  "Detach the clone, or mount the right one by hand before recover starts");
  system::make_directories(action.mount_point, 0755);
  system::mount(candidates[0].path, action.mount_point, candidates[0].fs_type, "rw,noatime");
}

bool is_lost(const MakeIfLost& action) {
  const system::Descriptor device(::open(action.device.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!device)
    throw Refused("The device " + action.device + " cannot be opened", "Attach it, then start again");
  const auto content = system::read_content(device.get());
  if (action.half_made && system::same_uuid(content.fs_uuid, action.uuid)) return true;
  if (content.fs_type == action.type && content.fs_uuid == action.uuid) return false;
  if (content.fs_type.empty() && content.table_uuid.empty()) return true;
  throw Refused(action.device + " holds a " + content.fs_type + " " + content.fs_uuid + ", not the " +
                    action.type + " " + action.uuid +
                    " of the profile: it is not lost, and is not overwritten",
                "Look at it. If it may go: wipefs --all " + action.device);
}

void fill_esp(const FillEsp& action) try {
  const auto from = fs::canonical(action.root).string() + action.directory;
  if (system::TreeRoot(action.root).real_path(action.directory) != from)
    throw Refused(action.directory + " of the restored root is a link, or lies behind one",
                  "Correct it in the restored root, or esp.mount in the profile");
  if (mounted_on(from))
    throw Refused("A filesystem is mounted on " + from + " already, so nothing is emptied there",
                  "Unmount it: umount " + from);
  for (const auto& entry : fs::recursive_directory_iterator(from)) {
    const auto there = action.to + entry.path().string().substr(from.size());
    if (entry.is_directory()) fs::create_directories(there);
    // A FAT has one mode for all that may be executed; see chmod in fs/fat/file.c.
    if (entry.is_regular_file() && !fs::exists(there)) system::copy_file(entry.path(), there, 0755);
  }
  for (const auto& entry : fs::directory_iterator(from)) fs::remove_all(entry.path());
} catch (const fs::filesystem_error& error) {
  throw Failed(std::string("Could not put the files of the backup onto the ESP: ") + error.what(), mend);
}

void rewrite_uuid(const RewriteUuid& action) try {
  const system::TreeRoot root(action.root);
  for (const auto& file : action.files) {
    const auto there = root.open(file, O_RDONLY);
    if (!there) continue;
    const auto text = system::read_file(name_of(there));
    const auto wanted = with_all_replaced(text, action.from, action.to);
    if (wanted == text) continue;
    struct stat status {};
    if (::fstat(there.get(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    const auto path = fs::read_symlink(name_of(there)).string();
    system::write_file(path, wanted, status.st_mode & 07777, system::Owner{status.st_uid, status.st_gid});
  }
} catch (const fs::filesystem_error& error) {
  throw Failed(std::string("Could not rewrite the UUID: ") + error.what(), mend);
}

void try_firmware(const TryEfiVariables& action, Observer& observer) {
  const auto efi = system::read_efi();
  std::string problem = efi.usable ? "" : efi.problem;
  std::string remedy = "Boot the rescue system in UEFI mode";
  if (problem.empty()) {
    try {
      return system::try_efi_variable();
    } catch (const Failed& error) {
      problem = error.problem();
      remedy = error.remedy();
    }
  }
  if (!action.may_do_without)
    throw Refused(
        "The firmware takes no boot entry: " + problem,
        remedy + ". Or have the machine boot by the fallback path on its ESP: add --without-efi-variables");
  observer.observe(Event("without-efi-variables").with("text", without_variables(problem)));
}

void restore_entry(const RestoreEfiEntry& action, Observer& observer) {
  const auto efi = system::read_efi();
  std::string problem = efi.usable ? "" : efi.problem;
  std::string remedy = "Boot the rescue system in UEFI mode";
  if (problem.empty()) {
    const auto changes = wanted_changes(action, efi);
    try {
      write_changes(changes, action);
      std::vector<std::string> removed;
      for (const auto number : changes.remove) removed.push_back(std::to_string(number));
      observer.observe(Event("efi-entry-written")
                           .with("label", action.label)
                           .with("loader", action.loader)
                           .with("number", static_cast<std::int64_t>(changes.entry.number))
                           .with("removed", removed));
      return;
    } catch (const Failed& error) {
      problem = error.problem();
    }
  }
  if (!action.may_do_without)
    throw Failed(
        "The boot entry \"" + action.label + "\" could not be written: " + problem,
        "All else is done. " + remedy +
            ", then continue with --resume; or have the machine boot by the fallback path on its ESP: "
            "recover --playbook efi --without-efi-variables");
  observer.observe(Event("without-efi-variables").with("text", without_variables(problem)));
}

void ask_operator(system::Keyboard& keyboard, const AskOperator& action) {
  if (!keyboard.is_there())
    throw Refused("This step wants the operator's hands, and there is no terminal to ask on: " +
                      system::joined(action.text, " "),
                  "Run recover on a terminal, without --json");
  std::string prompt = "\n";
  for (const auto& line : action.text) prompt += "   " + system::printable(line) + "\n";
  if (!keyboard.ask(prompt + "Press Enter when this is done, ^C to stop. "))
    throw Refused("Nobody answered", "Run recover on a terminal");
}

}  // namespace recover
