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
#include <utility>
#include <variant>
#include <vector>

#include "recover/bacula/catalog_choice.hpp"
#include "recover/bacula/choose.hpp"
#include "recover/bacula/prove.hpp"
#include "recover/bacula/restore.hpp"
#include "recover/identity.hpp"
#include "recover/salvage_action.hpp"

namespace recover {

struct Command {
  std::vector<std::string> argv;
};

// A command that destroys what is on devices. Each is looked at right before it: Refused unless it is what
// the plan was made for, and nothing uses it.
struct Erase {
  std::vector<std::string> argv;
  std::vector<DeviceIdentity> devices;  // that `argv` names, as they must be found
};

// Gives a new disk the partition table of the profile; done when the kernel has the partitions. Refused like
// Erase.
struct MakeTable {
  std::vector<std::string> argv;           // sfdisk(8)
  std::vector<std::string> script;         // its input
  DeviceIdentity disk;                     // as it must be found
  std::vector<DeviceIdentity> partitions;  // as they must be then
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

// Makes a filesystem when nothing that blkid knows is on the device, or what an interrupted run had begun to
// make. Done already when it has that type and UUID; Refused when it is another: that is not lost; and like
// Erase.
struct MakeIfLost {
  std::string device, type, uuid;
  std::vector<std::string> argv;
  DeviceIdentity identity = {};  // without what is on it
  bool half_made = false;        // what has that UUID there is not whole, and goes first
};

// Makes a filesystem on sparse files as large as the devices, and takes them away again: what mkfs will not
// do is known before anything is erased. Refused with its words.
struct TryMkfs {
  std::string directory;                                    // in memory; made, and removed
  std::vector<std::pair<std::string, std::int64_t>> files;  // name in it, size in bytes
  std::string type;                                         // that blkid must find on the first one then
  std::vector<std::string> argv;                            // names them by their whole paths
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

// The server of the environment's catalog, in the foreground and owned by the run, once it answers. Nothing
// happens when the run has it already, or the environment's Director has its catalog elsewhere: an
// environment that was made by hand.
struct StartCatalog {
  std::string environment;
  std::string configuration, client;  // Bacula's, in it
  std::string kind;                   // postgresql, mysql
  std::chrono::milliseconds patience{};
};

// Those of the names that the run has started; all are told before any is waited for, but the catalog's
// server, which is told when nobody uses it any more.
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

// Gives the environment's Director a catalog that knows the newest backup: its own when it does, else the
// newest dump, else one that bscan makes from the volumes. Made beside, and put in its place when whole; the
// former is kept. When none can be had, that is told and no failure: then the backup is chosen without the
// Director.
struct ProvideCatalog {
  bacula::CatalogRequest request;
  std::vector<std::string> bextract;  // that takes the dump from the volumes; empty: nothing names one there
  std::vector<std::string> bscan;
  std::chrono::milliseconds stall{};  // neither said nor read anything for that long: it hangs
};

struct ChooseBackup {
  bacula::ChooseRequest request;
};

struct AdoptBootstrap {
  bacula::AdoptRequest request;
};

// Shows from the volumes that the chosen backup can be restored, and keeps what it found. Refused when it
// cannot, with what would be missing. A proof that is there and still of these volumes is not made again.
// What adopting has found damaged is always read in full.
struct ProveBackup {
  bacula::ProveRequest request;
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

// Sets the volumes that were used read-only in the catalog: nothing prunes, recycles or appends to what the
// recovery came from. Without a Director of this run, or when it will not, that is told and no failure: the
// restored machine says it to its own Director. One that did the restore before a crash is started again.
struct HoldVolumes {
  bacula::Console console;
  std::string keep;  // which volumes, and the journals
  std::optional<StartCatalog> catalog = {};
  std::vector<StartDaemon> daemons = {};
  MeetBacula meet = {};
};

// The environment's catalog into the restored root: it has just been asked for the newest backup, and no
// backup can hold the catalog that it is written into. SQLite's file; of a server's a dump, which is to be
// loaded there by hand. What cannot be handed over is told, and no failure.
struct HandOverCatalog {
  std::string environment, root;
  std::string configuration;  // directory of Bacula's configuration, in the environment
  std::string client;
  std::string kind;  // sqlite3, postgresql, mysql
  std::string keep;
};

// What makes the restored machine verify its backups after the reboot, and what reminds of it (reminder.hpp).
struct LeaveReminder {
  std::string root;
  std::string program, profile;        // of this run
  std::vector<std::string> playbooks;  // files
  std::vector<std::string> libraries;  // of a bundle: files too
};

// On the restored machine: asks its Director to bring back, to a scratch directory, the files that the
// journal of the recovery lists as degraded, in the very versions that the recovery wanted. Nothing when none
// is listed. Those that a damaged block of today touches are left out.
struct RestoreLost {
  std::string storage;             // mount point: the journals are there, and in the own root
  std::string volumes;             // directory
  bacula::RestoreRequest request;  // `bootstrap` is written, `files` counted, when it acts
};

// Mends each of them from there, over nothing that was changed since the recovery, and takes it off the list.
struct MendFiles {
  std::string storage;
  std::string restored;  // root of what was brought back
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

// The tree of a recovery environment: the packages of the running system that have the programs which a
// recovery calls, and all that they need, with owners, modes, ACLs and capabilities; or the same packages
// from a mirror, by mmdebstrap or debootstrap, Bacula's at the machine's version; or a stage3 with the
// machine's laid over it. What an earlier run has left at `path` goes first. Refused when something is
// mounted there, or there is no room for it.
struct MakeEnvironment {
  std::string path, storage;
  std::vector<std::string> packages;  // besides
  std::string configuration;          // Bacula's: made by ConfigureEnvironment
  std::string catalog;                // sqlite3, postgresql, mysql: which server it is to have
  // As in the profile: "packages", "mmdebstrap", "debootstrap", "stage3".
  std::string from = "packages", suite = {}, mirror = {}, stage3 = {};
  std::chrono::milliseconds stall{};  // of a program that makes it
  std::string replaces = {};          // whose place it will take
};

// Bacula's configuration in it, made from the machine's: it can restore and nothing else. What was taken out
// is told as a difference. And the directories that it names, as the machine has them.
struct ConfigureEnvironment {
  std::string root, configuration;
  std::string client, storage, fileset, restore_job;  // names
  std::string catalog;                                // sqlite3, postgresql, mysql
};

// The SQLite catalog as it is now.
struct CopyCatalog {
  std::string root, configuration, client;
};

// A dump of the catalog that the machine's server has, as it is now. That server is only asked.
struct DumpCatalog {
  std::string root, configuration, client, kind;
};

// A catalog from that dump, by the environment's own server and on data of its own, in the place of what it
// had.
struct LoadCatalog {
  std::string root, configuration, client, kind;
};

// The program, the profile and the playbooks.
struct EquipEnvironment {
  std::string root, program, profile;
  std::vector<std::string> playbooks, libraries;
};

// From here on the run's daemons have a network of their own: the machine's Bacula runs on, at the same
// ports.
struct IsolateNetwork {};

// Restores one small file of the newest backup by the environment's Director, compares it with the digest in
// the catalog, and writes the stamp.
struct ProveEnvironment {
  bacula::RestoreRequest request;  // bootstrap and number of files: made when it acts
  std::string root, keep;          // scratch is in `keep`, which the environment sees at Layout::inside_state
  std::string volumes;
  std::string backup_job, catalog;  // name, kind
  EnvironmentStamp stamp;           // as far as it is known
};

// The new environment in the old one's place, in one moment, and the old one removed. Refused unless it is
// the one that this run has proven, and nothing is mounted in either.
struct SwapEnvironment {
  std::string made, path, storage, keep;
};

// What only hands can do. The operator says when it is done; the step's proofs say whether it is so.
struct AskOperator {
  std::vector<std::string> text;
};

// A mend that nobody has asked for: shown, and done when the operator says yes. Else it is left, and told.
struct Propose {
  std::string what;  // is mended: "snapper's subvolume /.snapshots"
  std::string why;   // a sentence without a full stop
  std::vector<std::vector<std::string>> commands;
};

using Action =
    std::variant<Command, Erase, MakeTable, ScanDevices, SettleDevices, OpenStorage, TryMkfs, MakeIfLost,
                 FillEsp, RewriteUuid, TryEfiVariables, RestoreEfiEntry, AskOperator, MakeDirectory,
                 EmptyTree, MakeMountPoints, Mount, Unmount, StartDaemon, StartCatalog, StopDaemons,
                 MeetBacula, ProvideCatalog, ChooseBackup, AdoptBootstrap, ProveBackup, TryExtract,
                 RestoreByDirector, ExtractVolumes, NameLosses, HoldVolumes, HandOverCatalog, LeaveReminder,
                 HandOver, RestoreLost, MendFiles, MakeEnvironment, ConfigureEnvironment, CopyCatalog,
                 DumpCatalog, LoadCatalog, EquipEnvironment, IsolateNetwork, ProveEnvironment,
                 SwapEnvironment, Propose, Diagnose, ListBackup, SalvageFiles, BackUpBroken, TakeSalvaged>;

// At least one line; a line that begins with "# " says what no command does.
std::vector<std::string> as_typed(const Action& action);

std::vector<std::string> scan_command(const std::vector<std::string>& devices);
std::vector<std::string> empty_tree_command(const EmptyTree& tree);
std::vector<std::string> activate_command(const std::string& volume);
std::vector<std::string> make_environment_lines(const MakeEnvironment& make);
std::vector<std::string> wipe_command(const std::string& device);

// The effect ends with the process (mounts) or repeating it changes nothing (directories): a resumed run does
// these again even for steps that are done. Daemons are not among them: each step that needs them starts them
// itself.
bool is_held(const Action& action);

}  // namespace recover
