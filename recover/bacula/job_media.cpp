#include "recover/bacula/job_media.hpp"

#include "recover/bacula/catalog.hpp"
#include "recover/bacula/verify_job.hpp"
#include "recover/error.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

using namespace std::chrono_literals;

// What the catalog holds as a count or a half of an address.
std::uint64_t unsigned_number(const std::string& text, std::int64_t highest = UINT32_MAX) {
  const std::int64_t value = whole_number(text);
  if (value < 0 || value > highest) {
    throw Failed("The catalog holds " + std::to_string(value) + " where the place of a job should be",
                 "See that the catalog is whole: dbcheck, and the Director's log");
  }
  return static_cast<std::uint64_t>(value);
}

Interval addresses(std::uint64_t first, std::uint64_t last) {
  if (last < first) {
    throw Failed("The catalog says that a part of a job begins at " + std::to_string(first) +
                     " and ends at " + std::to_string(last),
                 "See that the catalog is whole: dbcheck, and the Director's log");
  }
  return {first, last};
}

}  // namespace

JobMedia job_media(system::Processes& processes, const Console& console, std::int64_t job) {
  const std::string id = std::to_string(job);
  const auto jobs = query(processes, console,
                          "SELECT VolSessionId,VolSessionTime,JobFiles FROM Job WHERE JobId=" + id, 3, 60s);
  if (jobs.empty()) {
    throw Failed("The catalog knows no job " + id, "Look for it in bconsole: list jobs");
  }
  JobMedia result;
  result.files = static_cast<std::int64_t>(unsigned_number(jobs[0][2]));
  BootstrapRange range;
  range.session_id = static_cast<std::uint32_t>(unsigned_number(jobs[0][0]));
  range.session_time = static_cast<std::uint32_t>(unsigned_number(jobs[0][1]));
  const auto rows =
      query(processes, console,
            "SELECT "
            "M.VolumeName,M.MediaType,J.FirstIndex,J.LastIndex,J.StartFile,J.EndFile,J.StartBlock,J.EndBlock "
            "FROM JobMedia AS J JOIN Media AS M ON M.MediaId=J.MediaId WHERE J.JobId=" +
                id + " ORDER BY J.VolIndex,J.JobMediaId",
            8, 60s);
  for (const auto& row : rows) {
    range.volume = row[0];
    range.media_type = row[1];
    if (!is_bootstrap_volume(range.volume)) {
      throw Failed("The catalog says that job " + id + " stands on \"" + system::printable(range.volume) +
                       "\", which cannot be a volume's name",
                   "See that the catalog is whole: dbcheck, and the Director's log");
    }
    if (!is_bootstrap_value(range.media_type)) {
      throw Failed("The catalog says that job " + id + " stands on media of the type \"" +
                       system::printable(range.media_type) + "\", which cannot be one",
                   "See that the catalog is whole: dbcheck, and the Director's log");
    }
    const Interval indexes{unsigned_number(row[2], INT32_MAX), unsigned_number(row[3], INT32_MAX)};
    range.file_indexes.clear();
    // Zero: the part holds no file's beginning, only the labels of the job.
    if (indexes.first > 0 && indexes.last >= indexes.first) range.file_indexes = {indexes};
    range.addresses = {addresses(unsigned_number(row[4], INT32_MAX) << 32 | unsigned_number(row[6]),
                                 unsigned_number(row[5], INT32_MAX) << 32 | unsigned_number(row[7]))};
    result.bootstrap.ranges.push_back(range);
  }
  return result;
}

Bootstrap job_bootstrap(system::Processes& processes, const Console& console, std::int64_t job) {
  return job_media(processes, console, job).bootstrap;
}

}  // namespace recover::bacula
