// Where things are in a run: one truth for every path that steps, probes and commands share.
#pragma once

#include <string>
#include <vector>

#include "recover/facts.hpp"
#include "recover/profile.hpp"

namespace recover {

struct Layout {
  std::string storage;  // mount point of the storage volume
  std::string state;    // journal and what is kept about the backup; on the storage volume unless --state
  std::string lock;     // one run at a time on a storage volume, wherever its journal is
  std::string volumes;  // the Bacula volumes
  std::string
      environment;  // root of the recovery environment; of the one that is made, in a run that makes it
  std::string environment_in_use;      // that of the profile: until the new one takes its place, the old one
  std::string target;                  // where the machine's root is mounted: inside the environment
  std::string bootstrap;               // the file that the backup job wrote
  std::string catalog_dump;            // a dump or copy of the catalog; empty: the profile names none
  std::string catalog_bootstrap;       // that the job which backs it up wrote; empty: the same
  std::string program;                 // this one
  std::vector<std::string> playbooks;  // all files that are known
  std::vector<std::string> libraries;  // files that lie beside the program for it alone: a bundle's

  // Beside the program: the directory of the libraries that it needs, in a bundle. The name stands in its
  // RPATH (CMakeLists.txt), and is no lib/, which the root directory of a storage volume may have for other
  // reasons.
  static constexpr const char* libraries_beside = "/recover-lib";
  // The same seen from inside the environment.
  static constexpr const char* inside_target = "/mnt/recover";
  static constexpr const char* inside_state = "/run/recover";
  // Top level of the broken filesystem while it is read, read-only.
  static constexpr const char* broken_point = "/run/recover-broken";
  // Top level of the new filesystem while its subvolumes are made.
  static constexpr const char* top_level = "/run/recover-top-level";
  // Sparse files that a filesystem is made on before one is made on the disks.
  static constexpr const char* mkfs_scratch = "/run/recover-mkfs";
  // The ESP while files of the backup are put on it.
  static constexpr const char* esp_scratch = "/run/recover-esp";
  // The tree, writable, while a read-only view of it is at `target`.
  static constexpr const char* hidden_tree = "/run/recover-tree";
  // Where the storage volume is mounted when nobody has mounted it yet.
  static constexpr const char* storage_point = "/run/recover-storage";
  // Where the journal is, from the root of the storage volume.
  static constexpr const char* state_on_storage = "/recover-state";
  // What is salvaged from a broken filesystem, from there.
  static constexpr const char* salvage_on_storage = "/recover-salvage";
  // Where the evidence of diagnoses is kept, from there too.
  static constexpr const char* diagnoses_on_storage = "/recover-diagnosis";
  // The stamp of a recovery environment, from its root.
  static constexpr const char* stamp = "/environment.toml";
  // Copies of journals in memory: of the storage volume with that UUID of its filesystem.
  static std::string journal_copy(const std::string& uuid) { return "/run/recover-journal/" + uuid; }
  // Where another catalog is made, inside the environment: what bscan fills there, which volumes it reads;
  // the bootstrap file of the dump that is taken from the volumes, and where it comes to.
  static constexpr const char* catalog_scratch = "/var/lib/recover/catalog";
  static constexpr const char* scanned_catalog = "/bacula.db";
  static constexpr const char* scanned_volumes = "/volumes.bsr";
  static constexpr const char* dump_bootstrap = "/dump.bsr";
  static constexpr const char* extracted_dump = "/dump";
  // A broken filesystem with all its subvolumes at their places, while Bacula reads it.
  static constexpr const char* broken_tree = "/run/recover-broken-tree";
  // What Director and Storage Daemon have then, inside the environment.
  static constexpr const char* inside_salvage = "/run/recover-salvage";
  // Where Bacula's volume and catalog are until they are whole, from the root of the storage volume.
  static constexpr const char* bacula_scratch = "/recover-salvage/by-bacula";
  // Where the journal travels in the restored root.
  static constexpr const char* handed_over = "/var/lib/recover";
  // In it: a dump of the catalog that a server had.
  static constexpr const char* handed_over_dump = "/catalog.sql";
  // On the restored machine, while it is repaired: what the Director brings back once more, and the bootstrap
  // file for it. That the Director reads, which has no right to look into the other.
  static constexpr const char* repair_scratch = "/var/lib/recover/repair";
  static constexpr const char* repair_bootstraps = "/run/recover-repair";
};

// `storage`: the mount point; `state`: empty for the place on the storage volume.
Layout make_layout(const Profile& profile, const std::string& storage, const std::string& state);

// The mount point of the storage volume of the profile by the UUID of its filesystem, never by its name.
// Empty when it is not mounted.
std::string find_storage(const Profile& profile, const Facts& facts);

}  // namespace recover
