// Which of Bacula's resources are this machine's: concluded from its configuration files.
//
//     const auto names = find_names(read_configurations("/etc/bacula"), {.own_names = {"alder"}});
//     if (names.missing.contains("client")) ...
#pragma once

#include <map>
#include <string>
#include <vector>

#include "recover/bacula/configuration.hpp"

namespace recover::bacula {

struct Configurations {
  std::string directory;                             // empty: none was found
  Configuration director, storage, client, console;  // bacula-dir.conf, -sd.conf, -fd.conf, bconsole.conf
};

// `root`: of the tree that `directory` is in.
Configurations read_configurations(const std::string& directory, const std::string& root = "");

struct Names {
  std::string director, client, fileset, backup_job, restore_job, storage, device;
  std::string archive_device;  // a directory
  std::string catalog;         // sqlite3, postgresql, mysql
  std::string bootstrap;       // the file of Write Bootstrap, an absolute path
  std::string catalog_bootstrap =
      {};  // the same of the job that backs up a dump of the catalog; may be empty
  // By the profile's key ("backup-job"): why the value is a guess, or why there is none. Sentences without a
  // full stop.
  std::map<std::string, std::string> guesses, missing;
};

struct Hints {
  std::vector<std::string> own_names = {};  // of this machine, addresses too
  std::vector<std::string> catalogs = {};   // kinds that are installed
  Names before = {};  // an answer of an earlier capture, which decides where several are possible
};

Names find_names(const Configurations& configurations, const Hints& hints);

// What the recovery environment's own configuration says counts for what is asked there: the Director, its
// restore job, Storage, Device, archive directory and catalog. Where it says otherwise than the machine's,
// that is a guess.
void prefer_environment(Names& names, const Names& environment);

}  // namespace recover::bacula
