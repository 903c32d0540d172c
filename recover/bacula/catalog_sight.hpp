// What a SQLite catalog knows, read from its file without a Director, and with nothing written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recover/bacula/newest_backup.hpp"

namespace recover::bacula {

struct CatalogSight {
  std::string problem;            // why it cannot be read; empty: it can
  std::int64_t version = 0;       // of its tables
  std::int64_t jobs = 0;          // that it has, of any kind
  std::vector<KnownJob> unknown;  // of those that it was asked for
  std::vector<KnownJob> others_unknown;
  KnownJob newest;            // good backup of the job that it knows; its id is 0: it knows none
  bool knows_newest = false;  // the last one asked for, or a later one of that name

  bool readable() const { return problem.empty(); }
};

// As the file lies there: see unfinished_change().
CatalogSight look_at_catalog(const std::string& path, const std::string& backup_job,
                             const NewestBackup& newest);

// Whether the catalog, as it lies there, knows the job, and that it ended well. Throws Failed with SQLite's
// words.
bool catalog_knows(const std::string& path, const KnownJob& job);

// The file beside it ("-journal", "-wal") that has a change which a Director had begun, and which is rolled
// back when the catalog is next opened to be written; empty: there is none.
std::string unfinished_change(const std::string& path);
// Does so. Throws Failed with SQLite's words.
void roll_back_unfinished(const std::string& path);

}  // namespace recover::bacula
