// Actions: values that say what will be done. What an action prints is what it does: as_typed() gives the
// lines that an operator would type for the same effect, and the runner consumes the same value.
//
//     Action action = Command{.argv = {"wipefs", "--all", "/dev/sdb"}};
//     as_typed(action);   // {"wipefs --all /dev/sdb"}
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "recover/bacula/choose.hpp"
#include "recover/bacula/restore.hpp"

namespace recover {

struct Command {
  std::vector<std::string> argv;
};

// Tells the kernel which devices belong together in one btrfs; udev would, where it runs.
struct ScanDevices {
  std::vector<std::string> devices;
};

// Waits until udev, where it runs, has seen what was made on these devices: /dev/disk/by-uuid, which others
// ask.
struct SettleDevices {
  std::vector<std::string> devices;
};

// Activates LVM volumes, and mounts the storage volume unless it is mounted already. It stays mounted as long
// as the run has its mount namespace: the journal is on it.
struct OpenStorage {
  std::vector<std::string> volumes;  // "group/volume"
  std::string uuid;                  // of the storage volume's filesystem
  std::string volume;                // that it lies on; empty: no LVM
  std::string mount_point;
};

// Makes a filesystem when nothing that blkid knows is on the device. Done already when it has that type and
// UUID; Refused when it is another: that is not lost.
struct MakeIfLost {
  std::string device, type, uuid;
  std::vector<std::string> argv;
};

struct MakeDirectory {
  std::string path;
  std::optional<mode_t> mode = {};  // set also when it is there already; none: as mkdir -p leaves it
  std::string root = "/";           // `path` lies in that tree: no link leads out of it
};

// Everything below the root of the restored tree, but subvolumes and mount points. Refused unless the
// filesystem that is mounted there is the one with that UUID: nothing is emptied, and so nothing restored,
// anywhere else.
struct EmptyTree {
  std::string path, uuid;
  std::vector<std::string> spared = {};  // other filesystems below it, with all that is in them
};

// Every mount point of a restored fstab that the backup did not bring.
struct MakeMountPoints {
  std::string root;
};

// Copies files that were restored into the directory that the ESP is mounted over, and that the ESP does not
// have, onto it; then that directory is emptied. What the ESP has stays as it is: it may be newer, or another
// system's. Refused when the directory is a mount point, or a link leads out of the tree.
struct FillEsp {
  std::string root, directory;  // `directory` in `root`
  std::string to;
};

// Replaces one UUID by another in those of the files that name it.
struct RewriteUuid {
  std::string root;
  std::vector<std::string> files;  // in `root`
  std::string from, to;
};

struct Mount {
  std::string source, target, type, options;
};

struct Unmount {
  std::string target;
};

// A daemon in the foreground, owned by the run. Nothing happens when the run has it already.
struct StartDaemon {
  std::string name;
  std::vector<std::string> argv;
};

// Those of the names that the run has started; all are told before any is waited for.
struct StopDaemons {
  std::vector<std::string> names;
};

// Waits until Director, Storage Daemon and File Daemon answer each other, and asks the Director for its jobs
// and schedules: Refused when it holds any that could write a backup (law 9). Once for each start of the
// daemons.
struct MeetBacula {
  bacula::Console console;
  std::string storage, client, director;  // names
  std::chrono::milliseconds patience{};
};

struct ChooseBackup {
  bacula::ChooseRequest request;
};

struct AdoptBootstrap {
  bacula::AdoptRequest request;
};

// Lets bextract bring back the first file of the backup that was adopted, into a scratch directory: the only
// way to know that program, configuration, device and volume work together before everything depends on it.
struct TryExtract {
  std::vector<std::string>
      argv;  // with the bootstrap file FIRST.bsr and the scratch directory, as the environment sees them
  std::string keep;  // FIRST.bsr is written there
};

struct RestoreByDirector {
  bacula::RestoreRequest request;  // the number of files expected is read from `keep` when it acts
  std::string keep;
};

struct ExtractVolumes {
  bacula::ExtractRequest request;
  std::string keep;
  std::string target;  // as the host sees it
};

// After the fallback: reads the volumes and lists, by name, what it could not bring back.
struct NameLosses {
  std::string volumes;  // directory
  std::string keep;
  std::string target;
};

// The journal, and what was kept about the backup, into the restored root.
struct HandOver {
  std::string from, root, directory;  // `directory` inside `root`
};

// Shows whether the firmware takes a variable. Refused when it does not, unless the machine may do without.
struct TryEfiVariables {
  bool may_do_without = false;
};

// The boot entry, first in BootOrder, and its stale duplicates gone.
struct RestoreEfiEntry {
  std::string label, loader, data;
  std::string disk, partition;       // where the ESP is now: path, GPT partition GUID
  int number = 0;                    // of the partition
  std::int64_t start = 0, size = 0;  // of the partition, logical sectors
  bool may_do_without = false;
};

// What only hands can do. The operator says when it is done; the step's proofs say whether it is so.
struct AskOperator {
  std::vector<std::string> text;
};

using Action =
    std::variant<Command, ScanDevices, SettleDevices, OpenStorage, MakeIfLost, FillEsp, RewriteUuid,
                 TryEfiVariables, RestoreEfiEntry, AskOperator, MakeDirectory, EmptyTree, MakeMountPoints,
                 Mount, Unmount, StartDaemon, StopDaemons, MeetBacula, ChooseBackup, AdoptBootstrap,
                 TryExtract, RestoreByDirector, ExtractVolumes, NameLosses, HandOver>;

// At least one line; a line that begins with "# " says what no command does.
std::vector<std::string> as_typed(const Action& action);

std::vector<std::string> scan_command(const std::vector<std::string>& devices);
std::vector<std::string> empty_tree_command(const EmptyTree& tree);
std::vector<std::string> activate_command(const std::string& volume);

// The effect ends with the process (mounts) or repeating it changes nothing (directories): a resumed run does
// these again even for steps that are done. Daemons are not among them: each step that needs them starts them
// itself.
bool is_held(const Action& action);

}  // namespace recover
