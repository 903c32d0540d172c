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
  // " JobId  Type Level     Files     Bytes  Name              Status": the status, from its "is" on.
  std::istringstream lines(director_status);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string number;
    words >> number;
    const std::size_t is = line.find(" is ");
    if (number == std::to_string(id)) return is == std::string::npos ? "is there" : line.substr(is + 1);
  }
  return {};
}

std::string job_doing(system::Processes& processes, const Console& console, std::int64_t id) {
  return parse_job_doing(converse(processes, console, {".status dir running"}, patience), id);
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
