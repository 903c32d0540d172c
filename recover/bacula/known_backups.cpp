#include "recover/bacula/known_backups.hpp"

#include <fcntl.h>

#include <algorithm>
#include <charconv>

#include "recover/bacula/catalog_server.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"

namespace recover::bacula {
namespace {

std::vector<std::string_view> columns_of(std::string_view line) {
  std::vector<std::string_view> columns;
  for (;;) {
    const auto tab = line.find('\t');
    columns.push_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return columns;
    line.remove_prefix(tab + 1);
  }
}

template <typename Number>
Number number(std::string_view text) {
  Number value{};
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

KnownJob job_of(const std::vector<std::string_view>& row) {
  KnownJob job;
  job.session_time = number<std::uint32_t>(row[1]);
  job.session_id = number<std::uint32_t>(row[2]);
  job.job.id = number<std::int64_t>(row[3]);
  job.job.name = row[4];
  job.job.level = level_name(row[5].empty() ? '\0' : row[5].front());
  job.job.start = row[6].substr(0, 19);
  job.job.files = number<std::int64_t>(row[7]);
  job.job.bytes = number<std::int64_t>(row[8]);
  return job;
}

bool is_later(const KnownJob& job, const KnownJob& than) {
  return job.session_time != than.session_time ? job.session_time > than.session_time
                                               : job.session_id > than.session_id;
}

}  // namespace

bool KnownBackups::has(const KnownJob& job) const {
  return std::any_of(backups.begin(), backups.end(), [&](const auto& one) {
    return one.session_time == job.session_time && one.session_id == job.session_id;
  });
}

std::string known_backups_query() {
  return "SELECT 'version',VersionId FROM Version;\n"
         "SELECT 'jobs',count(*) FROM Job;\n"
         "SELECT 'backup',VolSessionTime,VolSessionId,JobId,Name,Level,StartTime,JobFiles,JobBytes FROM Job "
         "WHERE Type='B' AND JobStatus IN ('T','W') ORDER BY JobId;\n"
         "SELECT 'end';\n";
}

KnownBackups parse_known_backups(std::string_view text) {
  KnownBackups known;
  bool whole = false;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto row = columns_of(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (row[0] == "version" && row.size() == 2) known.version = number<std::int64_t>(row[1]);
    if (row[0] == "jobs" && row.size() == 2) known.jobs = number<std::int64_t>(row[1]);
    if (row[0] == "backup" && row.size() == 9) known.backups.push_back(job_of(row));
    whole |= row[0] == "end" && row.size() == 1;
  }
  if (!whole)
    throw Failed("What the catalog knows was not told to its end", "See what its database server says");
  return known;
}

CatalogSight sight_of(const KnownBackups& known, const std::string& backup_job, const NewestBackup& newest) {
  CatalogSight sight;
  sight.version = known.version;
  sight.jobs = known.jobs;
  for (const auto& job : known.backups)
    if (job.job.name == backup_job && (sight.newest.job.id == 0 || is_later(job, sight.newest)))
      sight.newest = job;
  for (const auto& job : newest.jobs)
    if (!known.has(job)) sight.unknown.push_back(job);
  for (const auto& job : newest.others)
    if (!known.has(job)) sight.others_unknown.push_back(job);
  if (!newest.jobs.empty())
    sight.knows_newest = known.has(newest.jobs.back()) ||
                         (sight.newest.job.id > 0 && is_later(sight.newest, newest.jobs.back()));
  return sight;
}

std::string text_of_known(const system::TreeRoot& environment) {
  if (!environment.has(ServerPlaces::data)) return "";
  const auto file = environment.open(ServerPlaces::known, O_RDONLY | O_NONBLOCK);
  return file ? system::read_file("/proc/self/fd/" + std::to_string(file.get())) : "";
}

CatalogSight unreadable_catalog(const std::string& why, const NewestBackup& newest) {
  CatalogSight sight;
  sight.problem = why;
  sight.unknown = newest.jobs;
  sight.others_unknown = newest.others;
  return sight;
}

}  // namespace recover::bacula
