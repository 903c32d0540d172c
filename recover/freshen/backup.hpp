// What Bacula itself must leave on the storage volume after each backup: the job's bootstrap file, and a copy
// of the catalog where the profile names one. Neither can be made here; what is old is complained of.
#pragma once

#include <optional>
#include <string>

#include "recover/bacula/job_facts.hpp"
#include "recover/facts.hpp"
#include "recover/freshen/piece.hpp"
#include "recover/profile.hpp"

namespace recover::freshen {

// What the machine's Director says of its backups; nothing when it does not answer.
struct Backups {
  std::optional<bacula::JobRecord> newest;        // good, of the profile's backup job
  std::optional<bacula::JobRecord> in_bootstrap;  // the newest for which a bootstrap file is written
  std::string bacula;                             // the Director's version
};

// That the catalog knows a good backup at all, and which is the newest.
Piece look_at_backups(const Profile& profile, const Backups& backups);

Piece look_at_bootstrap(const Profile& profile, const StorageFacts& storage, const Backups& backups);

// Of [verify] catalog-dump, and of a server's catalog where the environment is made by hand. Else the
// environment's catalog is the copy.
bool wants_dump(const Profile& profile);
Piece look_at_dump(const Profile& profile, const StorageFacts& storage, const Backups& backups);

}  // namespace recover::freshen
