// The configuration with which Bacula backs up a filesystem that is broken, made from a recovery
// environment's: all of that, and one backup job, into a pool, a directory of volumes and working directories
// of its own. Passwords stand in it.
//
//     const auto made = make_salvage_configuration({read}, {.directory = "/etc/bacula", ...});
//     system::write_file(run + "/bacula-dir.conf", made.director, 0600);
#pragma once

#include <string>

#include "recover/bacula/configuration_text.hpp"

namespace recover::bacula {

struct SalvageNeeds {
  std::string directory;  // of the environment's four files, as the environment sees it
  std::string client, fileset, backup_job, storage;  // names
  std::string pool;                                  // of the job: made
  std::string label;                                 // how its volumes' names begin
  std::string bootstrap, messages;  // files that the Director writes: the job's, and what is said of it
  std::string
      working;  // directory of Director and Storage Daemon, which have "/director" and "/storage" there
  std::string volumes;         // directory of the Storage Daemon's devices
  std::string client_working;  // directory of the File Daemon, as it sees it
  std::string programs;        // where the File Daemon sees the environment's root
};

struct SalvageConfiguration {
  std::string director, storage, client;  // a whole file each
};

// Throws Refused when the environment's holds what could write a backup itself, lacks what the job needs, or
// is not understood.
SalvageConfiguration make_salvage_configuration(const Sources& sources, const SalvageNeeds& needs);

}  // namespace recover::bacula
