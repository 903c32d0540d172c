#include "recover/bacula/quarantine.hpp"

#include <algorithm>
#include <set>
#include <sstream>

#include "recover/bacula/director.hpp"
#include "recover/error.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 60s;
constexpr const char* read_only = "Read-Only";
constexpr const char* remedy = "Say the same in bconsole, and see what it asks for";

// What `.defaults` says stands on one line, without anything between:
// "...client=alder-fdstorage=File1where=".
bool is_for_client(const std::string& defaults, const std::string& client) {
  const auto named = "client=" + client;
  return defaults.find(named + "storage=") != std::string::npos ||
         defaults.find(named + "where=") != std::string::npos;
}

// Nothing when it has that status now, else a sentence.
std::string set_status(system::Processes& processes, const Console& console, const HeldVolume& volume) {
  const auto line = volume_status_line(volume);
  const auto answer = converse(processes, console, {line}, patience);
  const auto now = volume_status(processes, console, {volume.name}).front().status;
  if (now == volume.status) return "";
  return "The volume " + system::printable(volume.name) + " should be " + volume.status +
         " in the catalog, and is " + (now.empty() ? "not there" : now) + "; the Director said \"" +
         system::printable(answer.substr(0, 300)) + "\"";
}

std::string unknown(const std::string& volume) {
  return "The catalog knows no volume " + system::printable(volume) + ", which the recovery came from";
}

bool is_scheduled(const std::string& row, const std::string& job) {
  // "Incremental    Backup    10  23-Nov-26 23:05    BackupAlder        Alder-0004": behind the time the
  // name, filled up to 18 columns, and a blank (dird/ua_status.c of Bacula 9.6 and 13).
  const auto time = row.find(':');
  const auto begin = time == std::string::npos ? time : row.find_first_not_of(' ', time + 3);
  if (begin == std::string::npos || row.compare(begin, job.size(), job) != 0) return false;
  const auto behind = row.substr(begin + job.size());
  return behind.empty() || behind.starts_with("  ") || (job.size() >= 17 && behind.starts_with(" "));
}

}  // namespace

std::string volume_status_line(const HeldVolume& volume) {
  return "update volume=" + name_argument(volume.name) + " volstatus=" + volume.status;
}

std::string hold_job_line(const std::string& job) {
  return "disable job=" + name_argument(job);
}

std::string release_job_line(const std::string& job) {
  return "enable job=" + name_argument(job);
}

std::vector<HeldVolume> volume_status(system::Processes& processes, const Console& console,
                                      const std::vector<std::string>& names) {
  std::vector<HeldVolume> volumes;
  const auto known = query(processes, console, "SELECT VolumeName,VolStatus FROM Media", 2, patience);
  for (const auto& name : names) {
    const auto row =
        std::find_if(known.begin(), known.end(), [&](const auto& fields) { return fields[0] == name; });
    volumes.push_back({name, row == known.end() ? "" : (*row)[1]});
  }
  return volumes;
}

bool is_held(const HeldVolume& volume) {
  return volume.status == read_only || volume.status == "Archive";
}

void hold_volumes(system::Processes& processes, const Console& console,
                  const std::vector<std::string>& names) {
  std::vector<std::string> problems;
  for (const auto& volume : volume_status(processes, console, names)) {
    if (is_held(volume)) continue;
    const auto problem = volume.status.empty() ? unknown(volume.name)
                                               : set_status(processes, console, {volume.name, read_only});
    if (!problem.empty()) problems.push_back(problem);
  }
  if (!problems.empty())
    throw Failed(
        system::joined(problems, "; "),
        "See `list volumes` in bconsole. Is it the catalog of this machine's backups, and no old copy "
        "of it? For a volume that is there: " +
            volume_status_line({"NAME", read_only}));
}

Released release_volumes(system::Processes& processes, const Console& console,
                         const std::vector<HeldVolume>& before) {
  Released released;
  std::vector<std::string> names;
  for (const auto& volume : before) names.push_back(volume.name);
  const auto now = volume_status(processes, console, names);
  for (std::size_t i = 0; i < before.size(); ++i) {
    std::string problem;
    if (now[i].status == read_only) {
      const bool settable = before[i].status != "Purged" && before[i].status != "Busy";
      problem = set_status(processes, console, {before[i].name, settable ? before[i].status : "Used"});
    }
    if (problem.empty()) released.volumes.push_back(before[i].name);
    if (now[i].status.empty()) problem = unknown(before[i].name) + "; nothing is given back to it";
    if (!problem.empty()) released.problems.push_back(problem);
  }
  return released;
}

std::vector<JobResource> backup_jobs(system::Processes& processes, const Console& console,
                                     const std::string& client) {
  std::vector<JobResource> jobs;
  for (const auto& job : names_in(converse(processes, console, {".jobs type=B"}, patience))) {
    const auto defaults = converse(processes, console, {".defaults job=" + name_argument(job)}, patience);
    if (is_for_client(defaults, client))
      jobs.push_back({job, defaults.find("enabled=0") == std::string::npos});
  }
  return jobs;
}

void hold_jobs(system::Processes& processes, const Console& console, const std::vector<std::string>& jobs) {
  std::vector<std::string> lines;
  for (const auto& job : jobs) lines.push_back(hold_job_line(job));
  if (lines.empty()) return;
  const auto answer = converse(processes, console, lines, patience);
  const auto still = scheduled_jobs(processes, console, jobs);
  if (!still.empty())
    throw Failed("The Director still has " + system::joined(still) +
                     " in its schedule after it was told not to; it said \"" +
                     system::printable(answer.substr(0, 300)) + "\"",
                 std::string(remedy) + ": " + hold_job_line(still.front()));
}

void release_jobs(system::Processes& processes, const Console& console,
                  const std::vector<std::string>& jobs) {
  std::vector<std::string> lines;
  for (const auto& job : jobs) lines.push_back(release_job_line(job));
  if (!lines.empty()) converse(processes, console, lines, patience);
}

std::vector<std::string> scheduled_jobs(system::Processes& processes, const Console& console,
                                        const std::vector<std::string>& jobs) {
  // The Director works out each row by itself.
  std::istringstream rows(converse(processes, console, {".status dir scheduled days=50"}, 10 * patience));
  std::set<std::string> found;
  for (std::string row; std::getline(rows, row);)
    for (const auto& job : jobs)
      if (is_scheduled(row, job)) found.insert(job);
  return {found.begin(), found.end()};
}

}  // namespace recover::bacula
