// A copy of the SQLite catalog into which Bacula has backed up a filesystem that is broken: what it must know
// before, and what is taken out of it afterwards, so that a restore takes the older version of what could not
// be read.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace recover::bacula {

struct SalvageBase {
  std::string client, fileset, backup_job;  // names
};

// Throws Refused unless the catalog has a good Full of that job, with its files: without one the Director
// would make the next job a Full, and one of a broken filesystem would be what restores begin with. Also when
// the newest job began later than `now` (seconds since 1970): what comes after it would be older.
void require_base(const std::string& catalog, const SalvageBase& base, std::int64_t now);

struct SalvagedFile {
  std::int64_t id = 0;     // FileId
  std::int64_t index = 0;  // FileIndex; 0: it was deleted
  std::int64_t link = 0;   // FileIndex of the file whose data a hard link has; 0: its own
  std::string path;        // any bytes; a directory's ends with a slash
};

// What the job has, in no order.
std::vector<SalvagedFile> files_of(const std::string& catalog, std::int64_t job);

// A file by what the catalog knows its name by: PathId, and FilenameId or the name.
using FileKey = std::pair<std::string, std::string>;
std::vector<FileKey> keys_of(const std::string& catalog, const std::vector<std::int64_t>& ids);
// The Director does not know these files until they are shown again: it then tells of none that it is
// deleted.
void hide_files(const std::string& catalog, const std::vector<FileKey>& keys);
void show_files(const std::string& catalog);

// Takes the files with these FileIds out, and sets the pool's volumes Read-Only; all or nothing.
void settle_salvage(const std::string& catalog, const std::vector<std::int64_t>& out,
                    const std::string& pool);

// Volumes of the job, in the order in which they were written.
std::vector<std::string> salvage_volumes(const std::string& catalog, std::int64_t job);

// Of a bootstrap file for that one session, the files without those indexes.
std::string without_files(const std::string& bootstrap, std::vector<std::int64_t> indexes);

}  // namespace recover::bacula
