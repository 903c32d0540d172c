#include "recover/bacula/restore.hpp"

#include <algorithm>
#include <optional>

#include "recover/bacula/catalog.hpp"
#include "recover/bacula/director.hpp"
#include "recover/bacula/job_watch.hpp"
#include "recover/error.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// A path between quotes in a line for the Director.
std::string path_argument(const std::string& path) {
  for (char c : path) {
    if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20) {
      throw Refused("The path " + system::printable(path) + " cannot be told to the Director",
                    "Choose a path without quotes, backslashes and control characters");
    }
  }
  return path.find(' ') == std::string::npos ? path : "\"" + path + "\"";
}

// The names must be known: with a wrong one Bacula takes another, silently. Of type Restore, or a backup is
// run.
void check_names(system::Processes& processes, const RestoreRequest& request) {
  const auto answers =
      converse_each(processes, request.console, {".jobs type=R", ".clients", ".storage"}, 60s);
  auto known = [&](std::size_t answer) {
    std::vector<std::string> names;
    for (std::size_t begin = 0; begin < answers[answer].size();) {
      const std::size_t end = std::min(answers[answer].find('\n', begin), answers[answer].size());
      names.push_back(answers[answer].substr(begin, end - begin));
      begin = end + 1;
    }
    return names;
  };
  require_name(known(0), request.job, "Job of type Restore");
  require_name(known(1), request.client, "Client");
  require_name(known(2), request.storage, "Storage");
}

std::int64_t start(system::Processes& processes, const RestoreRequest& request) {
  const std::string line = restore_line(request);
  const std::string answer = converse(processes, request.console, {line}, 120s);
  constexpr std::string_view queued = "Job queued. JobId=";
  const std::size_t at = answer.find(queued);
  if (at == std::string::npos) {
    throw Failed("The Director did not start the restore: it said \"" +
                     system::printable(answer.substr(answer.size() > 600 ? answer.size() - 600 : 0)) + "\"",
                 "Say the same line in bconsole and see what it asks for: " + line);
  }
  const std::size_t begin = at + queued.size();
  return whole_number(answer.substr(begin, answer.find_first_not_of("0123456789", begin) - begin));
}

std::string told(system::Processes& processes, const RestoreRequest& request, std::int64_t id) {
  std::string text;
  try {
    for (const auto& line : telling_lines(processes, request.console, id)) text += "; " + line;
  } catch (const Failed&) {
    // What is being told is worse than that nothing can be added to it.
  }
  return text.empty() ? "; the joblog in the catalog holds no line that tells why" : text;
}

std::string remedy(std::int64_t id) {
  return "Read the whole joblog in bconsole: list joblog jobid=" + std::to_string(id) +
         "; correct what it names and go on with --resume";
}

// Watches for progress and for what will not mend itself.
class Watch {
 public:
  Watch(system::Processes& processes, const RestoreRequest& request, std::int64_t id,
        const OnProgress& on_progress)
      : processes_(processes), request_(request), id_(id), on_progress_(on_progress) {}

  JobState to_the_end() {
    for (;;) {
      hear();
      if (doing_.empty()) {
        JobState state = job_state(processes_, request_.console, id_);
        if (state.ended()) return state;
      } else if (Clock::now() >= next_look_) {
        look();
      }
      // Between two volumes these words may stand there for a moment.
      const auto now = Clock::now();
      if (doing_.find("waiting for a mount") != std::string::npos && now - doing_since_ >= 3s)
        volume_missing();
      if (request_.stall > 0ms && now - changed_ >= request_.stall) stalled();
      // A short restore's end should be seen at once; a long one need not be asked as often.
      processes_.pause(now - began_ < 5s ? 150ms : 400ms);
    }
  }

 private:
  // What the Director says. It is not asked twice when it cannot be reached: bconsole has tried for 15 s
  // already.
  void hear() {
    std::string doing;
    try {
      doing = job_doing(processes_, request_.console, id_);
    } catch (Failed& error) {
      error.add_context("restore job " + std::to_string(id_) + " ran (" + std::to_string(progress_.files) +
                        " files so far)");
      throw;
    }
    if (doing == doing_) return;
    doing_ = doing;
    changed_ = doing_since_ = Clock::now();
  }

  // How far the File Daemon is.
  void look() {
    next_look_ = Clock::now() + 1s;
    std::optional<JobProgress> found;
    try {
      found = job_progress(processes_, request_.console, request_.client, id_);
    } catch (const Failed&) {
      // This is for the eye; when it goes on, it counts as no progress.
    }
    if (!found || (found->progress.files == progress_.files && found->progress.bytes == progress_.bytes &&
                   found->read_bytes == read_bytes_)) {
      return;
    }
    changed_ = Clock::now();
    progress_ = found->progress;
    read_bytes_ = found->read_bytes;
    if (on_progress_) on_progress_(progress_);
  }

  void volume_missing() {
    const std::string volume = wanted_volume(processes_, request_.console, request_.storage);
    if (volume.empty()) return;
    throw Failed("Restore job " + std::to_string(id_) +
                     " cannot go on: the Storage Daemon waits for the volume \"" + volume +
                     "\", which it cannot read" + told(processes_, request_, id_),
                 "Put the volume file " + volume +
                     " where the Storage Daemon's Device looks for it, readable for its "
                     "user; then go on with --resume");
  }

  [[noreturn]] void stalled() {
    throw Failed("Restore job " + std::to_string(id_) + " made no progress for " +
                     system::human_seconds(request_.stall.count() / 1000) + " (" +
                     std::to_string(progress_.files) + " files so far; the Director says that it " +
                     (doing_.empty() ? "is not running" : system::printable(doing_)) + ")" +
                     told(processes_, request_, id_),
                 remedy(id_));
  }

  system::Processes& processes_;
  const RestoreRequest& request_;
  const std::int64_t id_;
  const OnProgress& on_progress_;
  const Clock::time_point began_ = Clock::now();
  Clock::time_point next_look_ = began_ + 300ms, changed_ = began_, doing_since_ = began_;
  RestoreProgress progress_;
  std::int64_t read_bytes_ = 0;
  std::string doing_;
};

// What keeps the cancelling from being known; empty when the job was cancelled.
std::string cancelled(system::Processes& processes, const RestoreRequest& request, std::int64_t id) {
  const system::Uninterrupted releasing;
  try {
    cancel_job(processes, request.console, id);
    return {};
  } catch (const Error& error) {
    return "restore job " + std::to_string(id) +
           " could not be cancelled, and the File Daemon may still write to " + request.where + ": " +
           error.problem();
  }
}

JobState watched(system::Processes& processes, const RestoreRequest& request, std::int64_t id,
                 const OnProgress& on_progress) {
  try {
    return Watch(processes, request, id, on_progress).to_the_end();
  } catch (Error& error) {
    const std::string aftermath = cancelled(processes, request, id);
    if (!aftermath.empty()) error.add_aftermath(aftermath);
    throw;
  } catch (...) {
    cancelled(processes, request, id);
    throw;
  }
}

}  // namespace

std::string restore_line(const RestoreRequest& request) {
  return "run job=" + name_argument(request.job) + " client=" + name_argument(request.client) +
         " storage=" + name_argument(request.storage) + " bootstrap=" + path_argument(request.bootstrap) +
         " where=" + path_argument(request.where) + " yes";
}

RestoreOutcome restore_by_director(system::Processes& processes, const RestoreRequest& request,
                                   const OnProgress& on_progress) {
  check_names(processes, request);
  const std::int64_t id = start(processes, request);
  const JobState state = watched(processes, request, id, on_progress);
  const std::string job = "Restore job " + std::to_string(id);
  const std::string count =
      std::to_string(state.files) + " of " + std::to_string(request.files) + " files restored";
  if (state.status != "T" || state.errors != 0) {
    throw Failed(job + " ended with status " + status_words(state.status) + " and " +
                     std::to_string(state.errors) + " errors, " + count + told(processes, request, id),
                 remedy(id));
  }
  if (state.files != request.files) {
    throw Failed(job + " ended normally, but with " + count + told(processes, request, id), remedy(id));
  }
  if (on_progress) on_progress({.files = state.files, .bytes = state.bytes, .current = {}});
  return {.job_id = id, .files = state.files, .bytes = state.bytes};
}

}  // namespace recover::bacula
