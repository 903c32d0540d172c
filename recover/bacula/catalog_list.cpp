#include "recover/bacula/catalog_list.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>

#include "recover/bacula/catalog.hpp"
#include "recover/bacula/catalog_sight.hpp"
#include "recover/bacula/sqlite_file.hpp"
#include "recover/error.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

[[noreturn]] void no_list(const std::string& problem) {
  throw Failed(problem, "The list can be had from the volumes, or everything be salvaged");
}

std::int64_t number(const std::string& text) {
  return std::strtoll(text.c_str(), nullptr, 10);
}

void require_newest(const CatalogListRequest& request) {
  const auto newest = find_newest_backup(request.newest);
  const auto sight = look_at_catalog(request.catalog, request.newest.backup_job, newest);
  if (!sight.readable()) no_list(sight.problem);
  if (!newest.jobs.empty() && !sight.knows_newest)
    no_list("The catalog " + system::printable(request.catalog) + " does not know the newest backup, " +
            system::printable(words_of(newest.jobs.back())));
}

struct FoundJob {
  BackupJob job;
  bool purged = false;
};

// Newest first. When a Full began is what the Director compares with a moment that is asked for: `before` of
// its restore command.
std::vector<FoundJob> good_jobs(SqliteFile& catalog, const NewestRequest& newest) {
  // Not "9999": SQLite would compare that as a number, and every text is more (datatype3.html, "Affinity").
  const std::string moment = newest.as_of.empty() ? "9999-12-31 23:59:59" : newest.as_of;
  std::vector<FoundJob> jobs;
  catalog.each_row(
      "SELECT JobId,Name,Level,StartTime,JobFiles,JobBytes,JobErrors,PurgedFiles FROM Job WHERE Name=? AND "
      "Type='B' AND Level IN ('F','D','I') AND JobStatus IN ('T','W') AND StartTime<=? "
      "ORDER BY StartTime DESC,JobId DESC",
      {newest.backup_job, moment}, [&](const SqliteFile::Row& row) {
        FoundJob found;
        found.job.id = number(row[0]);
        found.job.name = row[1];
        found.job.level = level_name(row[2].front());
        found.job.start = row[3].substr(0, 19);
        found.job.files = number(row[4]);
        found.job.bytes = number(row[5]);
        found.job.errors = number(row[6]);
        found.purged = number(row[7]) != 0;
        jobs.push_back(std::move(found));
      });
  return jobs;
}

// Of an Incremental what began it is behind it in the list: a Differential, or the Full.
std::vector<FoundJob> chain_of(const std::vector<FoundJob>& newest_first) {
  std::vector<FoundJob> chain;
  bool incrementals = true;
  for (const auto& found : newest_first) {
    const auto& level = found.job.level;
    if (level == "Incremental" && !incrementals) continue;
    if (level == "Differential" && !incrementals) continue;
    if (level == "Differential") incrementals = false;
    chain.push_back(found);
    if (level != "Full") continue;
    std::reverse(chain.begin(), chain.end());
    return chain;
  }
  return {};
}

}  // namespace

std::vector<BackupJob> list_from_catalog(const CatalogListRequest& request, FileListWriter& list) {
  require_newest(request);
  SqliteFile catalog(request.catalog, SqliteFile::Way::as_it_lies);
  catalog.distrust();
  const auto version = catalog.rows("SELECT MAX(VersionId) FROM Version");
  const auto chain = chain_of(good_jobs(catalog, request.newest));
  if (chain.empty())
    no_list("The catalog " + system::printable(request.catalog) + " knows no Full backup of the job " +
            system::printable(request.newest.backup_job));
  std::vector<BackupJob> jobs;
  std::vector<std::int64_t> ids;
  for (const auto& found : chain) {
    if (found.purged)
      no_list("The catalog " + system::printable(request.catalog) +
              " no longer has the names of the files of job " + std::to_string(found.job.id));
    ids.push_back(found.job.id);
    jobs.push_back(found.job);
  }
  std::int64_t files = 0;
  catalog.each_row(files_query("sqlite3", version.empty() ? 0 : number(version.front().front()), ids), {},
                   [&](const SqliteFile::Row& row) {
                     system::throw_if_interrupted();
                     const auto file = listed_file(row);
                     if (file.name.empty()) return;
                     list.add(file);
                     ++files;
                   });
  if (files == 0)
    no_list("The catalog " + system::printable(request.catalog) +
            " has no names of files of its newest backup");
  return jobs;
}

}  // namespace recover::bacula
