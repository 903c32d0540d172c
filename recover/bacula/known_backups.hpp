// The good backups that a catalog knows, as its server prints them; the same text is kept in a file beside
// it, where it tells of the catalog while no server runs.
//
//     const auto sight = sight_of(parse_known_backups(text), "BackupAlder", newest);
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "recover/bacula/catalog_sight.hpp"
#include "recover/system/tree_root.hpp"

namespace recover::bacula {

struct KnownBackups {
  std::int64_t version = 0;  // of its tables
  std::int64_t jobs = 0;     // that it has, of any kind
  std::vector<KnownJob> backups;

  bool has(const KnownJob& job) const;
};

// Statements that both kinds of server understand; the last says that it is all.
std::string known_backups_query();
// Throws Failed when it is not all of it.
KnownBackups parse_known_backups(std::string_view text);

CatalogSight sight_of(const KnownBackups& known, const std::string& backup_job, const NewestBackup& newest);

// What lies beside the catalog of a server in that environment (ServerPlaces::known); empty: nothing, or
// there is no data that it could be of.
std::string text_of_known(const system::TreeRoot& environment);

// Of one that cannot be asked.
CatalogSight unreadable_catalog(const std::string& why, const NewestBackup& newest);

}  // namespace recover::bacula
