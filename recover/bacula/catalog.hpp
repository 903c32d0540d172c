// What the catalog tells of jobs and their files, asked through the Director so that no password of the
// database is needed.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "recover/bacula/backup.hpp"
#include "recover/bacula/console.hpp"
#include "recover/bacula/file_list.hpp"

namespace recover::bacula {

// A job as the catalog has it, with what it says against it.
struct CatalogJob {
  BackupJob job;
  std::string status;  // one letter: T is good
};

// In the order of `ids`. Throws Failed when the catalog does not know one of them.
std::vector<CatalogJob> catalog_jobs(system::Processes& processes, const Console& console,
                                     const std::vector<std::int64_t>& ids);

// The query behind catalog_files: hexadecimal path, hexadecimal name, LStat, digest of each file that a
// restore of the jobs `ids` brings back, its newest version. `version` is the catalog's VersionId. Throws
// UsageError for a kind of catalog that is not sqlite3, postgresql or mysql.
std::string files_query(const std::string& catalog_kind, std::int64_t version,
                        const std::vector<std::int64_t>& ids);

// Of one row of its answer: a directory's name without the slash. Throws Failed.
ListedFile listed_file(const std::vector<std::string>& row);

// Streams them.
void catalog_files(system::Processes& processes, const Console& console, const std::string& catalog_kind,
                   const std::vector<std::int64_t>& ids, const std::function<void(const ListedFile&)>& each);

// A file as one job's backup left it in the catalog.
struct CatalogEntry {
  std::int64_t index = 0;  // FileIndex; 0 or negative in the record that says that a file was deleted
  std::string name;        // as the volumes have it: a directory's with a slash at its end
  std::string lstat;
  std::string digest;  // base64 without padding; "0" or empty when there is none
};

// The query behind job_files: FileIndex, hexadecimal path, hexadecimal name, LStat, digest. `indexes`: of
// these files only; empty: of all.
std::string job_files_query(const std::string& catalog_kind, std::int64_t version, std::int64_t job,
                            const std::vector<std::int64_t>& indexes = {});

// Streams them.
void job_files(system::Processes& processes, const Console& console, const std::string& catalog_kind,
               std::int64_t job, const std::vector<std::int64_t>& indexes,
               const std::function<void(const CatalogEntry&)>& each);

// Objects that plugins keep beside the files: a restore counts them, the list of files does not hold them.
std::int64_t catalog_objects(system::Processes& processes, const Console& console,
                             const std::vector<std::int64_t>& ids);

// A whole number as the catalog or the Director writes it, thousands parted by commas or not. Throws Failed.
std::int64_t whole_number(std::string_view text);

}  // namespace recover::bacula
