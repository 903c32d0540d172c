// The recovery environment's configuration of Bacula, made from the machine's: it can restore and nothing
// else, and what it keeps has the bytes of the machine's files. Nothing is written here. Passwords stand in
// `files` alone. What is taken out, and why: docs/environment.md.
//
//     const auto made = make_environment_configuration("/etc/bacula", {read, run}, {.client = "alder-fd"});
//     if (made.refusals.empty()) for (const auto& [path, file] : made.files) ...
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "recover/bacula/configuration_text.hpp"

namespace recover::bacula {

// What is known of the machine; empty: not known.
struct EnvironmentNeeds {
  std::string client = {};                  // the Client that is this machine
  std::string storage = {};                 // the Director's Storage that this machine serves
  std::string restore_job = {};             // must be among the Jobs that stay
  std::string fileset = {}, pool = {};      // of a Restore job, where one has to be made
  std::vector<std::string> own_names = {};  // of this machine, addresses too
  std::vector<std::string> catalogs = {};   // kinds that are installed: sqlite3, postgresql, mysql
  std::map<std::string, std::string> archive_devices = {};  // another Archive Device, by the Device's name
};

struct EnvironmentFile {
  std::string text;
  unsigned mode = 0600;  // they hold passwords
};

// A directive or resource that was taken out, changed or added.
struct EnvironmentChange {
  std::string file;
  std::size_t line = 0;  // of the machine's file
  std::string what, why;
};

// Sentences without a full stop, as in error.hpp.
struct EnvironmentRefusal {
  std::string problem, remedy;
};

// How the Director reaches its catalog. `needs` says what has to be there.
struct CatalogAccess {
  std::string name, driver, dbname, user, socket, address, port;
  std::vector<std::string> needs;
};

struct ArchiveDevice {
  std::string device, path, media_type;
};

struct EnvironmentPaths {
  std::vector<std::string> working_directories, pid_directories, plugin_directories, script_directories;
  std::vector<std::string> query_files;
  std::vector<ArchiveDevice> archive_devices;
  std::vector<std::string> credentials;  // certificates and keys; files or directories, root's alone
  std::vector<std::string> programs;     // what a Device has its changer or mounts done by
  std::vector<std::string> logs;         // files that messages are written to
};

struct EnvironmentFiles {
  std::map<std::string, EnvironmentFile> files;  // by path, the same as on the machine
  std::vector<EnvironmentChange> changes;
  std::string difference;                    // as of diff, without secrets
  std::vector<EnvironmentRefusal> refusals;  // while there is one the files are of no use
  std::vector<CatalogAccess> catalogs;
  EnvironmentPaths paths;
  std::vector<std::string> hosts;  // names that must mean 127.0.0.1 in the environment
  std::vector<std::string> remarks;
  std::string director, client;
  std::vector<std::string> restore_jobs, storages;  // the storages that this machine serves
};

// Reads bacula-dir.conf, bacula-sd.conf, bacula-fd.conf and bconsole.conf of `directory`, and what they
// include.
EnvironmentFiles make_environment_configuration(const std::string& directory, const Sources& sources,
                                                const EnvironmentNeeds& needs);

}  // namespace recover::bacula
