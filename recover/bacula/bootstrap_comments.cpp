#include "recover/bacula/bootstrap_comments.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

#include "recover/system/machine.hpp"

namespace recover::bacula {
namespace {

// "21-Nov-2026 21:58:34" -> "2026-11-21 21:58:34"; empty for anything else.
std::string iso_time(const std::string& date, const std::string& time) {
  constexpr std::array<const char*, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (date.size() != 11 || time.size() != 8) return {};
  const auto month = std::find(months.begin(), months.end(), date.substr(3, 3));
  if (month == months.end()) return {};
  const auto number = std::to_string(month - months.begin() + 1);
  return date.substr(7) + "-" + (number.size() == 1 ? "0" : "") + number + "-" + date.substr(0, 2) + " " +
         time;
}

// "# 21-Nov-2026 21:58:34 - B1.2026-11-21_21.58.31_03 - Full", "... - Incremental, since=2026-11-21
// 21:58:33": the Director's comment above the ranges of each job. The job's unique name holds when it was
// queued.
BackupJob commented_job(const std::string& line) {
  std::istringstream words(line);
  std::string hash, date, time, dash, job;
  words >> hash >> date >> time >> dash;
  std::getline(words >> std::ws, job);
  const std::size_t level = job.rfind(" - ");
  BackupJob result;
  if (hash != "#" || dash != "-" || level == std::string::npos) return result;
  // "Full (upgraded from Incremental)" is a Full.
  const std::string told = job.substr(level + 3);
  result.level = told.substr(0, told.find_first_of(" ,"));
  result.start = iso_time(date, time);
  // Cut off ".2026-11-21_21.58.31_03".
  constexpr std::size_t stamp = 23;
  const std::string unique = job.substr(0, level);
  result.name = unique.size() > stamp && unique[unique.size() - stamp] == '.'
                    ? unique.substr(0, unique.size() - stamp)
                    : unique;
  return result;
}

}  // namespace

std::vector<BackupJob> commented_jobs(const std::string& text) {
  std::vector<BackupJob> jobs;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (auto job = commented_job(line); !job.name.empty()) jobs.push_back(std::move(job));
  return jobs;
}

std::vector<BootstrapSession> commented_sessions(const std::string& text, const Bootstrap& bootstrap) {
  std::vector<BootstrapSession> sessions;
  for (const auto& range : bootstrap.ranges)
    if (std::none_of(sessions.begin(), sessions.end(), [&](const auto& session) {
          return session.session_id == range.session_id && session.session_time == range.session_time;
        }))
      sessions.push_back({range.session_id, range.session_time, {}});
  const auto jobs = commented_jobs(text);
  for (std::size_t i = 0; i < sessions.size(); ++i) {
    if (jobs.size() == sessions.size()) sessions[i].job = jobs[i];
    if (sessions[i].job.start.empty()) sessions[i].job.start = system::bacula_time(sessions[i].session_time);
  }
  return sessions;
}

}  // namespace recover::bacula
