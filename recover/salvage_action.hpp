// Actions of diagnosis and salvage: values like all others of action.hpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "recover/bacula/console.hpp"
#include "recover/bacula/newest_backup.hpp"
#include "recover/facts.hpp"

namespace recover {

// Where the filesystem that may be broken lies, and where its files belong on the machine.
struct BrokenPlace {
  std::string uuid;                  // of the filesystem
  std::vector<std::string> devices;  // paths of the profile's targets that were found
  std::uint64_t expected = 1;        // devices that the profile gives it
  // Path from the top level, mount point: {"@", "/"}, {"@home", "/home"}.
  std::vector<std::pair<std::string, std::string>> subvolumes = {};
  std::string mount_point = {};  // where it is mounted for reading
  // The UUID that an earlier recovery gave it instead, or that this one is to give it; empty: none.
  std::string new_uuid = {};
};

// Collects the evidence, says what it recommends, and keeps both as an archive.
struct Diagnose {
  BrokenPlace place;
  std::string keep;                    // directory for the archive; empty: none is kept
  std::string storage;                 // mount point of the storage volume; empty: it is not there
  bool check = false;                  // btrfs check --readonly, too
  std::optional<EfiEntry> entry = {};  // that the firmware must have, as the profile says
  bacula::NewestRequest newest = {};   // where the newest backup can be seen
};

// The list of the files of the backup that would be restored, with its digests: from the catalog, else from
// the volumes. Nothing when it is there already. That there is none is told, and no failure: all is salvaged
// then.
struct ListBackup {
  std::string keep;  // backup.files
  // Files of SQLite catalogs, the best first; before them that of the Director in `environment`, whose
  // configuration says where it is. One in a server cannot be read without it.
  std::vector<std::string> catalogs;
  std::string environment, configuration, client, kind;  // kind: sqlite3, postgresql, mysql
  std::string bootstrap;                                 // that the backup job wrote
  std::string volumes;                                   // directory
  std::string backup_job, as_of;
};

// Copies what the backup does not have from the broken filesystem, which is never written to, by each rung of
// the ladder until nothing is left to be had.
struct SalvageFiles {
  BrokenPlace place;
  std::string keep;                   // the state directory: backup.files
  std::string directory;              // on the storage volume: the tree, and its manifest
  bool all = false;                   // not only what the backup does not have
  bool snapshots = false;             // the read-only subvolumes, too
  std::vector<std::string> left_out;  // paths on the machine; nothing at or below them is taken
  bool required = false;  // when nothing can be read the operator must say so in words before the run goes on
  // All targets are new disks: where no other one has the filesystem, or it cannot be read, there is nothing
  // to give up.
  bool new_disks = false;
};

// Another filesystem of the machine, which a backup may hold files of: the ESP, a separate /boot.
struct BesideBroken {
  std::string device, type, mount;
};

// Lets the environment's File Daemon, with the broken filesystem mounted read-only at its place as its root
// directory, run an incremental of the backup job into a fresh volume, by a Director and a Storage Daemon of
// this run with a copy of the environment's catalog. What it could not read is taken out of that copy again;
// then the volume is put to the others, the copy in the catalog's place, and the job behind the bootstrap
// file. Refused when the catalog has no good Full for it, or is a server's. Nothing is kept of a job that
// failed.
struct BackUpBroken {
  BrokenPlace place;
  std::vector<BesideBroken> beside;
  std::string environment;                                     // root of the recovery environment
  std::string configuration;                                   // directory of Bacula's, in it
  std::string client, fileset, backup_job, storage, director;  // names
  std::string catalog;                                         // kind: sqlite3, postgresql, mysql
  bacula::Console console;
  std::string volumes;    // directory of the volumes; none of them is written to, the fresh one is put there
  std::string bootstrap;  // file that the backup job writes; when it is there, the job is put behind it
  std::string scratch;    // directory on their filesystem, for volume and catalog until they are whole
  std::chrono::milliseconds patience{};  // how long the daemons may take to answer
  std::chrono::milliseconds stall{};     // no progress for that long is a failure
};

// Offers what was salvaged to the restored tree.
struct TakeSalvaged {
  std::string root;       // of the restored tree, with all that is mounted in it
  std::string directory;  // of the salvage
  std::string keep;       // the state directory: backup.files; the list of what was taken is left there
};

// The lines of as_typed().
std::vector<std::string> diagnose_lines(const Diagnose& action);
std::vector<std::string> list_backup_lines(const ListBackup& action);
std::vector<std::string> salvage_lines(const SalvageFiles& action);
std::vector<std::string> back_up_broken_lines(const BackUpBroken& action);
std::vector<std::string> take_salvaged_lines(const TakeSalvaged& action);

}  // namespace recover
