#include "recover/bacula/job_watch.hpp"

#include <algorithm>
#include <sstream>

#include "recover/bacula/catalog.hpp"
#include "recover/error.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

using namespace std::chrono_literals;

// A daemon that hangs must not stop the watch for long.
constexpr auto patience = 60s;

// The value after `key` when the line begins with it.
bool take(const std::string& line, const char* key, std::string& value) {
  if (line.rfind(key, 0) != 0) return false;
  value = line.substr(std::char_traits<char>::length(key));
  return true;
}

}  // namespace

bool JobState::ended() const {
  // All other letters are of jobs that are queued, running, or waiting (src/jcr.h of Bacula names them).
  return status.size() == 1 && std::string("TWEefADI").find(status) != std::string::npos;
}

std::string status_words(const std::string& status) {
  struct Word {
    char letter;
    const char* words;
  };
  for (const auto& [letter, words] :
       {Word{'T', "ended normally"}, Word{'W', "ended with warnings"}, Word{'E', "ended with errors"},
        Word{'e', "ended with errors that are not fatal"}, Word{'f', "fatal error"}, Word{'A', "cancelled"},
        Word{'D', "differences"}, Word{'I', "incomplete"}}) {
    if (status.size() == 1 && status[0] == letter) return status + " (" + words + ")";
  }
  return system::printable(status);
}

JobState job_state(system::Processes& processes, const Console& console, std::int64_t id) {
  const auto found = query(
      processes, console,
      "SELECT JobStatus,JobFiles,JobBytes,JobErrors FROM Job WHERE JobId=" + std::to_string(id), 4, patience);
  if (found.empty()) {
    throw Failed("The catalog knows no job " + std::to_string(id) + ", which was started a moment ago",
                 "See that Director and catalog belong together (`list jobs` in bconsole)");
  }
  const auto& fields = found.front();
  return {.status = fields[0],
          .files = whole_number(fields[1]),
          .bytes = whole_number(fields[2]),
          .errors = whole_number(fields[3])};
}

std::string parse_job_doing(const std::string& director_status, std::int64_t id) {
  // " JobId  Type Level     Files     Bytes  Name              Status": the status, which begins with one of
  // these words.
  std::istringstream lines(director_status);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string number;
    words >> number;
    if (number != std::to_string(id)) continue;
    std::size_t begin = 0;
    for (const char* word : {" is ", " has ", " SD ", " Dir "})
      if (const auto at = line.rfind(word); at != std::string::npos) begin = std::max(begin, at + 1);
    return begin == 0 ? "is there" : line.substr(begin);
  }
  return {};
}

bool may_stand_still(const std::string& doing) {
  // As list_running_jobs() says them (src/dird/ua_status.c of Bacula 9.6 to 15, which adds a task in
  // brackets). Left out are those that a hang looks like as well: "is running" (a Run Before Job script too),
  // "is waiting on Client X", "is waiting on Storage X", "is waiting for Client X to connect to Storage Y".
  // For a volume it waits in words of their own (watched_job.cpp).
  constexpr std::string_view well[] = {
      "is waiting execution",
      "is waiting on max Storage jobs",
      "is waiting on max Client jobs",
      "is waiting on max Job jobs",
      "is waiting on max total jobs",
      "is waiting for its start time",
      "is waiting for higher priority jobs to finish",
      "is waiting for a Shared Storage device",
      "is waiting on queued user defined script",  // 15
      "SD despooling Data",
      "SD committing Data",
      "SD despooling Attributes",
      "Dir inserting Attributes",
  };
  return std::any_of(std::begin(well), std::end(well),
                     [&](std::string_view words) { return doing.starts_with(words); });
}

std::string job_doing(system::Processes& processes, const Console& console, std::int64_t id) {
  return parse_job_doing(converse(processes, console, {".status dir running"}, patience), id);
}

std::vector<std::int64_t> parse_running_jobs(const std::string& director_status) {
  // " JobId  Type Level     Files     Bytes  Name              Status": a number, then a word.
  std::vector<std::int64_t> ids;
  std::istringstream lines(director_status);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string number, type;
    words >> number >> type;
    const bool is_job =
        !type.empty() && number.find_first_not_of("0123456789") == std::string::npos &&
        std::all_of(type.begin(), type.end(), [](unsigned char c) { return std::isalpha(c); });
    if (is_job) ids.push_back(whole_number(number));
  }
  return ids;
}

std::vector<std::int64_t> running_jobs(system::Processes& processes, const Console& console) {
  return parse_running_jobs(converse(processes, console, {".status dir running"}, patience));
}

std::optional<JobProgress> parse_job_progress(const std::string& client_status, std::int64_t id) {
  std::optional<JobProgress> found;
  std::istringstream lines(client_status);
  std::string value;
  bool ours = false;
  for (std::string line; std::getline(lines, line);) {
    if (take(line, "JobId=", value)) {
      ours = value == std::to_string(id);
      if (ours) found.emplace();
    } else if (ours && take(line, "JobFiles=", value)) {
      found->progress.files = whole_number(value);
    } else if (ours && take(line, "JobBytes=", value)) {
      found->progress.bytes = whole_number(value);
    } else if (ours && take(line, "ReadBytes=", value)) {
      found->read_bytes = whole_number(value);
    } else if (ours && take(line, "Processing file=", value)) {
      found->progress.current = value;
    }
  }
  return found;
}

std::optional<JobProgress> job_progress(system::Processes& processes, const Console& console,
                                        const std::string& client, std::int64_t id) {
  // Only for the eye, and a File Daemon that lives answers at once.
  return parse_job_progress(
      converse(processes, console, {".status client=" + name_argument(client) + " running"}, 15s), id);
}

std::string wanted_volume(system::Processes& processes, const Console& console, const std::string& storage) {
  const std::string answer =
      converse(processes, console, {"status storage=" + name_argument(storage)}, patience);
  // "   Device is BLOCKED waiting for mount of volume "Vol-0003","
  const std::size_t blocked = answer.find("Device is BLOCKED");
  if (blocked == std::string::npos) return {};
  const std::string line =
      answer.substr(blocked, std::min(answer.find('\n', blocked), answer.size()) - blocked);
  const std::size_t begin = line.find("volume \"");
  if (begin == std::string::npos) return {};
  const std::size_t name = begin + 8;
  return system::printable(line.substr(name, std::min(line.find('"', name), line.size()) - name));
}

std::vector<std::string> telling_lines(system::Processes& processes, const Console& console,
                                       std::int64_t id) {
  const std::string number = std::to_string(id);
  const std::string prefix = "'%JobId " + number + ": ";
  std::string sql = "SELECT LogText FROM Log WHERE JobId=" + number + " AND (";
  const char* separator = "";
  for (const char* word : {"Error", "error", "Warning", "Cannot", "Could not", "Intervention"}) {
    sql += std::string(separator) + "LogText LIKE '%" + word + "%'";
    separator = " OR ";
  }
  sql += ")";
  // Restored files are logged like `ls -l` does, and their names may hold such words.
  for (const char* mode : {"-", "drw", "lrw"}) sql += " AND LogText NOT LIKE " + prefix + mode + "%'";
  sql += " ORDER BY LogId DESC LIMIT 20";
  std::vector<std::string> lines;
  for (const auto& row : query(processes, console, sql, 1, patience)) {
    const std::string& text = row.front();
    // The job's summary says how it ended, which is known.
    if (text.find("Build OS:") != std::string::npos) continue;
    const std::size_t begin = text.find_first_not_of(" \n");
    if (begin == std::string::npos) continue;
    const std::string line =
        system::printable(text.substr(begin, std::min(text.find('\n', begin), text.size()) - begin));
    if (std::find(lines.begin(), lines.end(), line) == lines.end() && lines.size() < 6) lines.push_back(line);
  }
  std::reverse(lines.begin(), lines.end());
  return lines;
}

std::vector<std::string> last_lines(system::Processes& processes, const Console& console, std::int64_t id) {
  std::vector<std::string> lines;
  const auto sql =
      "SELECT LogText FROM Log WHERE JobId=" + std::to_string(id) + " ORDER BY LogId DESC LIMIT 4";
  for (const auto& row : query(processes, console, sql, 1, patience)) {
    const auto begin = std::min(row.front().find_first_not_of(" \n"), row.front().size());
    lines.push_back(system::printable(
        row.front().substr(begin, std::min(row.front().find('\n', begin), row.front().size()) - begin)));
  }
  std::reverse(lines.begin(), lines.end());
  return lines;
}

void cancel_job(system::Processes& processes, const Console& console, std::int64_t id) {
  const std::string answer =
      converse(processes, console, {"cancel jobid=" + std::to_string(id) + " yes"}, patience);
  for (int round = 0; round < 120; ++round) {
    // The letter is A as soon as the Director has noted the wish; the job is gone when the Director no longer
    // lists it.
    if (job_doing(processes, console, id).empty() && job_state(processes, console, id).ended()) return;
    processes.pause(500ms);
  }
  throw Failed("Job " + std::to_string(id) + " did not end after it was cancelled; the Director said \"" +
                   system::printable(answer.substr(0, 300)) + "\"",
               "Stop the File Daemon before anything is done to the target: it may still be written to");
}

}  // namespace recover::bacula
