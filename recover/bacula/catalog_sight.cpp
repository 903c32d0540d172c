#include "recover/bacula/catalog_sight.hpp"

#include <sys/stat.h>

#include "recover/bacula/sqlite_file.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"

namespace recover::bacula {
namespace {

std::int64_t number(const std::string& text) {
  return std::strtoll(text.c_str(), nullptr, 10);
}

std::int64_t one_number(SqliteFile& catalog, const std::string& statement) {
  const auto rows = catalog.rows(statement);
  return rows.empty() ? 0 : number(rows.front().front());
}

bool knows(SqliteFile& catalog, const KnownJob& job) {
  return !catalog
              .rows(
                  "SELECT JobId FROM Job WHERE VolSessionTime=CAST(? AS INTEGER) AND "
                  "VolSessionId=CAST(? AS INTEGER) AND Type='B' AND JobStatus IN ('T','W')",
                  {std::to_string(job.session_time), std::to_string(job.session_id)})
              .empty();
}

KnownJob newest_of(SqliteFile& catalog, const std::string& name) {
  const auto rows = catalog.rows(
      "SELECT VolSessionId,VolSessionTime,JobId,Name,Level,StartTime,JobFiles,JobBytes FROM Job WHERE "
      "Name=? AND Type='B' AND JobStatus IN ('T','W') ORDER BY VolSessionTime DESC,VolSessionId DESC LIMIT 1",
      {name});
  KnownJob job;
  if (rows.empty()) return job;
  const auto& row = rows.front();
  job.session_id = static_cast<std::uint32_t>(number(row[0]));
  job.session_time = static_cast<std::uint32_t>(number(row[1]));
  job.job.id = number(row[2]);
  job.job.name = row[3];
  job.job.level = level_name(row[4].empty() ? 0 : row[4].front());
  job.job.start = row[5].substr(0, 19);
  job.job.files = number(row[6]);
  job.job.bytes = number(row[7]);
  return job;
}

bool is_later(const KnownJob& job, const KnownJob& than) {
  return job.session_time != than.session_time ? job.session_time > than.session_time
                                               : job.session_id > than.session_id;
}

CatalogSight unreadable(const std::string& why, const NewestBackup& newest) {
  CatalogSight sight;
  sight.problem = why;
  sight.unknown = newest.jobs;
  sight.others_unknown = newest.others;
  return sight;
}

}  // namespace

CatalogSight look_at_catalog(const std::string& path, const std::string& backup_job,
                             const NewestBackup& newest) {
  CatalogSight sight;
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return unreadable("there is no catalog " + path, newest);
  }
  try {
    SqliteFile catalog(path, SqliteFile::Way::as_it_lies);
    catalog.distrust();
    sight.version = one_number(catalog, "SELECT VersionId FROM Version");
    sight.jobs = one_number(catalog, "SELECT count(*) FROM Job");
    sight.newest = newest_of(catalog, backup_job);
    for (const auto& job : newest.jobs)
      if (!knows(catalog, job)) sight.unknown.push_back(job);
    for (const auto& job : newest.others)
      if (!knows(catalog, job)) sight.others_unknown.push_back(job);
    if (!newest.jobs.empty())
      sight.knows_newest = knows(catalog, newest.jobs.back()) ||
                           (sight.newest.job.id > 0 && is_later(sight.newest, newest.jobs.back()));
  } catch (const Failed& error) {
    return unreadable(error.problem(), newest);
  }
  return sight;
}

bool catalog_knows(const std::string& path, const KnownJob& job) {
  SqliteFile catalog(path, SqliteFile::Way::as_it_lies);
  catalog.distrust();
  return knows(catalog, job);
}

std::string unfinished_change(const std::string& path) {
  for (const auto* part : {"-journal", "-wal"})
    if (struct stat status{}; ::stat((path + part).c_str(), &status) == 0 && status.st_size > 0)
      return path + part;
  return "";
}

void roll_back_unfinished(const std::string& path) {
  SqliteFile catalog(path, SqliteFile::Way::existing);
  catalog.rows("SELECT count(*) FROM sqlite_master");
}

}  // namespace recover::bacula
