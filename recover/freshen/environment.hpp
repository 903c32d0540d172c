// The recovery environment on the storage volume: whether it is still what the machine would make today.
// After a backup mostly its catalog alone is old, and that is copied anew in seconds. All else wants the
// environment to be made anew, and proven: recover --playbook environment.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "recover/action.hpp"
#include "recover/facts.hpp"
#include "recover/freshen/backup.hpp"
#include "recover/freshen/piece.hpp"
#include "recover/profile.hpp"

namespace recover::system {
class Processes;
}

namespace recover::freshen {

struct EnvironmentSight {
  std::string path;
  std::string catalog;                // kind
  bool by_hand = false;               // [environment] by-hand
  std::string from;                   // [environment] from
  std::vector<Missing> sources = {};  // what it is made from and is not there
  std::string incomplete;             // what it lacks as a whole; empty: nothing
  std::optional<EnvironmentStamp> stamp;
  std::string bacula, recover;  // versions of the machine's Director and of this program; empty: not known
  std::vector<std::string> changed;  // files of Bacula's configuration that it would be given otherwise now
  std::vector<Missing> refusals;     // why it could be given none
  std::string catalog_problem;       // why its catalog cannot be asked; empty: it can
  std::string newest;                // "job 3 of 2026-11-22 23:06:01"; empty: not known
  bool knows_newest = true;          // its catalog
  bool same_profile = true;          // the profile in it is that of the storage volume
};

enum class Renewal { none, catalog, all };

struct EnvironmentWanted {
  Piece piece;
  Renewal renewal = Renewal::none;
  bool profile = false;  // copy program and profile into it
};

// What is so decides alone. The piece's `done` says what is to be done, and why.
EnvironmentWanted renew_environment(const EnvironmentSight& sight);

std::vector<Missing> missing_sources(const ProfileEnvironment& environment);

// `profile`: that of the storage volume.
EnvironmentSight look_at_environment(system::Processes& processes, const Profile& profile,
                                     const StorageFacts& storage, const Backups& backups);

// What a renewal that was killed has left is removed. Throws Refused when somebody is in the environment, or
// there is no room for another catalog.
void prepare_renewal(const std::string& environment, const Profile& profile);
// What puts a new copy of the machine's catalog in the old one's place; nothing else of the environment
// changes. Of a server's the copy is a dump, which a server in the environment loads: that wants the kernel's
// filesystems there, for as long as it lasts.
std::vector<Action> renewal_of_catalog(const std::string& environment, const Profile& profile);

// Throws Failed when the environment's catalog does not know that job.
void require_knows(const std::string& environment, const Profile& profile, const bacula::JobRecord& newest);
// Whether the environment's catalog knows that job. Throws Failed when it cannot be asked.
bool knows(const std::string& environment, const Profile& profile, const bacula::JobRecord& job);

}  // namespace recover::freshen
