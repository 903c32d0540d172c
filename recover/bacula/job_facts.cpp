#include "recover/bacula/job_facts.hpp"

#include <algorithm>

#include "recover/bacula/catalog.hpp"
#include "recover/error.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 120s;

std::string quoted(const std::string& text) {
  for (const char c : text)
    if (c == '\'' || c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20)
      throw Refused("The path " + system::printable(text) + " cannot be asked of the catalog",
                    "Choose mount points without quotes and backslashes");
  return "'" + text + "'";
}

// From this version on (Bacula 11) the table Filename is gone, and File has a column Filename.
constexpr std::int64_t names_in_file = 1021;

std::int64_t number_of(system::Processes& processes, const Console& console, const std::string& sql) {
  const auto found = query(processes, console, sql, 1, patience);
  return found.empty() || found[0][0].empty() ? 0 : whole_number(found[0][0]);
}

std::string list_of(const std::vector<std::int64_t>& ids) {
  std::string list;
  for (const auto id : ids) list += (list.empty() ? "" : ",") + std::to_string(id);
  return list;
}

JobRecord record_of(const std::vector<std::string>& fields) {
  const auto number = [&](std::size_t at) {
    return fields[at].empty() ? 0 : whole_number(fields[at]);
  };
  return {.id = number(0),
          .name = fields[1],
          .client = fields[2],
          .fileset = fields[3],
          .level = fields[4],
          .status = fields[5],
          .start = fields[6].substr(0, 19),
          .end = fields[7].substr(0, 19),
          .ended = number(8),
          .errors = number(9),
          .missing_files = number(10),
          .files = number(11),
          .bytes = number(12),
          .session_id = static_cast<std::uint32_t>(number(13)),
          .session_time = static_cast<std::uint32_t>(number(14))};
}

struct Naming {
  std::string column, join;
};
Naming naming(system::Processes& processes, const Console& console) {
  if (number_of(processes, console, "SELECT MAX(VersionId) FROM Version") >= names_in_file)
    return {"F.Filename", ""};
  return {"N.Name", " JOIN Filename AS N ON N.FilenameId=F.FilenameId"};
}

std::string from_files(const Naming& names) {
  return " FROM File AS F JOIN Path AS P ON P.PathId=F.PathId" + names.join;
}

}  // namespace

std::vector<JobRecord> job_records(system::Processes& processes, const Console& console,
                                   const std::vector<std::int64_t>& ids) {
  const auto found = query(
      processes, console,
      "SELECT J.JobId,J.Name,C.Name,F.FileSet,J.Level,J.JobStatus,J.StartTime,J.EndTime,J.JobTDate,"
      "J.JobErrors,J.JobMissingFiles,J.JobFiles,J.JobBytes,J.VolSessionId,J.VolSessionTime FROM Job AS J"
      " LEFT JOIN Client AS C ON C.ClientId=J.ClientId LEFT JOIN FileSet AS F ON F.FileSetId=J.FileSetId"
      " WHERE J.JobId IN (" +
          list_of(ids) + ")",
      15, patience);
  std::vector<JobRecord> records;
  for (const auto id : ids) {
    const auto row = std::find_if(found.begin(), found.end(),
                                  [&](const auto& fields) { return fields[0] == std::to_string(id); });
    if (row == found.end())
      throw Failed("The catalog knows no job " + std::to_string(id),
                   "See that Director and catalog belong together (`list jobs` in bconsole)");
    records.push_back(record_of(*row));
  }
  return records;
}

JobRecord job_record(system::Processes& processes, const Console& console, std::int64_t id) {
  return job_records(processes, console, {id}).front();
}

std::vector<JobVolume> volumes_of(system::Processes& processes, const Console& console,
                                  const std::vector<std::int64_t>& jobs) {
  std::vector<JobVolume> volumes;
  for (auto& row : query(processes, console,
                         "SELECT M.VolumeName,MIN(J.JobId),M.VolBytes FROM JobMedia AS J JOIN Media AS M ON "
                         "M.MediaId=J.MediaId WHERE J.JobId IN (" +
                             list_of(jobs) + ") GROUP BY M.VolumeName,M.VolBytes",
                         3, patience))
    volumes.push_back({std::move(row[0]), whole_number(row[1]), whole_number(row[2])});
  return volumes;
}

std::vector<std::int64_t> job_chain(system::Processes& processes, const Console& console, std::int64_t id) {
  const auto line = ".bvfs_get_jobids jobid=" + std::to_string(id);
  const auto answer = converse(processes, console, {line}, patience);
  const auto ids = answer.substr(0, std::min(answer.find('\n'), answer.size()));
  std::vector<std::int64_t> chain;
  for (std::size_t begin = 0; begin < ids.size();) {
    const auto end = std::min(ids.find(',', begin), ids.size());
    if (ids.find_first_not_of("0123456789", begin) < end) {
      chain.clear();
      break;
    }
    chain.push_back(whole_number(ids.substr(begin, end - begin)));
    begin = end + 1;
  }
  if (chain.empty() || chain.back() != id)
    throw Failed("The Director does not say which jobs a restore of job " + std::to_string(id) +
                     " needs; it said \"" + system::printable(answer.substr(0, 300)) + "\"",
                 "Say the same in bconsole: " + line);
  return chain;
}

std::int64_t newest_backup(system::Processes& processes, const Console& console) {
  return number_of(processes, console,
                   "SELECT MAX(JobTDate) FROM Job WHERE Type='B' AND JobStatus IN ('T','W')");
}

std::optional<JobRecord> newest_good_backup(system::Processes& processes, const Console& console,
                                            const std::string& name, bool in_bootstrap) {
  const auto id = number_of(
      processes, console,
      "SELECT MAX(JobId) FROM Job WHERE Name=" + quoted(name) + " AND Type='B' AND " +
          (in_bootstrap ? "JobStatus='T' AND JobBytes>0" : "JobStatus IN ('T','W') AND JobFiles>0"));
  if (id == 0) return std::nullopt;
  return job_record(processes, console, id);
}

bool knows_job(system::Processes& processes, const Console& console, const EndedJob& job) {
  return number_of(processes, console,
                   "SELECT COUNT(*) FROM Job WHERE JobId=" + std::to_string(job.id) +
                       " AND VolSessionId=" + std::to_string(job.session_id) +
                       " AND VolSessionTime=" + std::to_string(job.session_time)) > 0;
}

std::int64_t last_job(system::Processes& processes, const Console& console) {
  return number_of(processes, console, "SELECT MAX(JobId) FROM Job");
}

std::vector<CatalogVolume> catalog_volumes(system::Processes& processes, const Console& console) {
  std::vector<CatalogVolume> volumes;
  for (const auto& row : query(processes, console,
                               "SELECT M.VolumeName,P.Name,M.VolStatus,M.VolBytes FROM Media AS M JOIN Pool "
                               "AS P ON P.PoolId=M.PoolId",
                               4, patience))
    volumes.push_back({row[0], row[1], row[2], whole_number(row[3])});
  return volumes;
}

std::vector<std::string> files_in(system::Processes& processes, const Console& console, std::int64_t job,
                                  const std::vector<std::string>& directories) {
  std::string paths;
  for (const auto& directory : directories) paths += (paths.empty() ? "" : ",") + quoted(directory + "/");
  const auto names = naming(processes, console);
  std::vector<std::string> files;
  for (const auto& row :
       query(processes, console,
             "SELECT P.Path," + names.column + from_files(names) + " WHERE F.JobId=" + std::to_string(job) +
                 " AND F.FileIndex>0 AND P.Path IN (" + paths + ") AND " + names.column + "<>''",
             2, patience))
    files.push_back(row[0] + row[1]);
  return files;
}

std::int64_t count_below(system::Processes& processes, const Console& console,
                         const std::vector<std::int64_t>& jobs, const std::string& directory,
                         const std::vector<std::string>& without) {
  // Not LIKE: _ and % may stand in names.
  const auto below = [](const std::string& place, const char* is) {
    const auto path = quoted(place == "/" ? "/" : place + "/");
    return " AND SUBSTR(P.Path,1," + std::to_string(path.size() - 2) + ")" + is + path;
  };
  const auto names = naming(processes, console);
  auto sql = "SELECT COUNT(*)" + from_files(names) + " WHERE F.JobId IN (" + list_of(jobs) +
             ") AND F.FileIndex>0" + below(directory, "=") +
             " AND NOT (P.Path=" + quoted(directory == "/" ? "/" : directory + "/") + " AND " + names.column +
             "='')";
  for (const auto& place : without) sql += below(place, "<>");
  return number_of(processes, console, sql);
}

}  // namespace recover::bacula
