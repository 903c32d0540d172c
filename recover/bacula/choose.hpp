// Chooses the backup before anything is destroyed: lets the Director choose for the moment asked and answers
// "no" to its last question, which leaves the bootstrap file behind; keeps that file, and the list of the
// files that the restore must bring back, in `keep`.
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "recover/bacula/backup.hpp"
#include "recover/bacula/console.hpp"
#include "recover/bacula/newest_backup.hpp"
#include "recover/bacula/volume.hpp"

namespace recover::bacula {

struct ChooseRequest {
  Console console;
  std::string root;  // the recovery environment: where the Director's file paths begin
  std::string client, fileset, storage, catalog_kind;  // catalog_kind: sqlite3, postgresql, mysql
  std::string as_of;                                   // YYYY-MM-DD HH:MM:SS, or empty: the newest
  std::string keep;  // directory: backup.bsr, backup.files and backup.toml are written there
  // The Restore job. With several defined the Director asks which, so give it; empty: there is only one.
  std::string restore_job = {};
  // When the newest is asked for, the Director's catalog must know it, or the choice has failed: it would be
  // an older one, and nobody would notice. Without a bootstrap file in it that is not asked.
  NewestRequest newest = {};
};

// The lines that are said, as data: what the plan prints is what is said.
std::vector<std::string> choose_lines(const ChooseRequest& request);

// Throws Failed: no such backup (with the Director's words), a job in the chain that did not end T, a name
// that the Director does not know.
Backup choose_backup(system::Processes& processes, const ChooseRequest& request);

// Without a Director: takes the bootstrap file that the backup job itself wrote (`Write Bootstrap`), and the
// names from the volumes. What is kept as backup.bsr is narrower: of each name only the newest version, and
// no file that an Accurate job has noted as deleted (bextract with the original brings those back). A job
// that is not Accurate notes no deletion: files deleted between the Full and it come back. Memory: 16 bytes a
// file, and as much again on the disk of the keep as the list.
struct AdoptRequest {
  std::string bootstrap;  // path
  std::string volumes;    // directory of the volumes
  std::string keep;
  // YYYY-MM-DD HH:MM:SS: jobs that were written later are left out. Failed when the file does not reach back
  // so far, or does not say when its jobs ran. Empty: the newest.
  std::string as_of = {};
  // Told of each damaged file. Its name is empty when it was lost: then it is in backup.bsr (bextract -p may
  // get it out), but neither in backup.files nor counted.
  std::function<void(const VolumeFile&)> on_damage = {};
};
Backup adopt_bootstrap(const AdoptRequest& request);

// backup.toml: reads back what choose or adopt have kept. Throws Failed.
Backup read_backup(const std::string& keep);

}  // namespace recover::bacula
