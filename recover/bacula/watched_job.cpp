#include "recover/bacula/watched_job.hpp"

#include <optional>

#include "recover/bacula/catalog.hpp"
#include "recover/error.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

std::string capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

// Watches for progress and for what will not mend itself.
class Watch {
 public:
  Watch(system::Processes& processes, const WatchRequest& request, std::int64_t id,
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
      if (waits_for_volume() && now - doing_since_ >= (request_.writes ? 10s : 3s)) volume_missing();
      if (request_.stall.count() > 0 && now - changed_ >= request_.stall && !may_stand_still(doing_))
        give_up("made no progress for " + system::human_seconds(request_.stall.count() / 1000));
      if (request_.deadline.count() > 0 && now - began_ >= request_.deadline)
        give_up("had not ended after " + system::human_seconds(request_.deadline.count() / 1000));
      // A short restore's end should be seen at once; a long one need not be asked as often.
      processes_.pause(now - began_ < std::chrono::seconds(5) ? 150ms : 400ms);
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
      error.add_context(request_.what + " " + std::to_string(id_) + " ran (" +
                        std::to_string(progress_.files) + " files so far)");
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

  // "is waiting for a mount request", "is waiting for an appendable Volume".
  bool waits_for_volume() const {
    return doing_.find("waiting for a mount") != std::string::npos ||
           doing_.find("ppendable") != std::string::npos;
  }

  void volume_missing() {
    const std::string job = capital(request_.what) + " " + std::to_string(id_);
    if (request_.writes)
      throw Failed(job + " cannot go on: the Storage Daemon has no volume that it may write to" +
                       joblog_words(processes_, request_.console, id_),
                   "Give the pool another volume (bconsole: label, or a larger Maximum Volumes in the Pool); "
                   "volumes that are Read-Only in the catalog stay so until a backup has verified; then " +
                       request_.again);
    const std::string volume = wanted_volume(processes_, request_.console, request_.storage);
    if (volume.empty()) return;
    throw Failed(job + " cannot go on: the Storage Daemon waits for the volume \"" + volume +
                     "\", which it cannot read" + joblog_words(processes_, request_.console, id_),
                 "Put the volume file " + volume +
                     " where the Storage Daemon's Device looks for it, readable for its user; then " +
                     request_.again);
  }

  [[noreturn]] void give_up(const std::string& why) {
    throw Failed(capital(request_.what) + " " + std::to_string(id_) + " " + why + " (" +
                     std::to_string(progress_.files) + " files so far; the Director says that it " +
                     (doing_.empty() ? "is not running" : system::printable(doing_)) + ")" + last_words(),
                 joblog_remedy(id_, request_.again));
  }

  // A job that hangs has often said nothing that sounds like an error.
  std::string last_words() {
    std::string text;
    try {
      for (const auto& line : last_lines(processes_, request_.console, id_)) text += "; " + line;
    } catch (const Failed&) {
      // What is being told is worse than that nothing can be added to it.
    }
    return text;
  }

  system::Processes& processes_;
  const WatchRequest& request_;
  const std::int64_t id_;
  const OnProgress& on_progress_;
  const Clock::time_point began_ = Clock::now();
  Clock::time_point next_look_ = began_ + 300ms, changed_ = began_, doing_since_ = began_;
  RestoreProgress progress_;
  std::int64_t read_bytes_ = 0;
  std::string doing_;
};

// What keeps the cancelling from being known; empty when the job was cancelled.
std::string cancelled(system::Processes& processes, const WatchRequest& request, std::int64_t id) {
  const system::Uninterrupted releasing;
  try {
    cancel_job(processes, request.console, id);
    return {};
  } catch (const Error& error) {
    return request.what + " " + std::to_string(id) +
           " could not be cancelled, and its daemons may still write: " + error.problem();
  }
}

}  // namespace

std::int64_t start_job(system::Processes& processes, const Console& console, const std::string& line) {
  const std::string answer = converse(processes, console, {line}, 120s);
  constexpr std::string_view queued = "Job queued. JobId=";
  const std::size_t at = answer.find(queued);
  if (at == std::string::npos)
    throw Failed("The Director did not start the job: it said \"" +
                     system::printable(answer.substr(answer.size() > 600 ? answer.size() - 600 : 0)) + "\"",
                 "Say the same line in bconsole and see what it asks for: " + line);
  const std::size_t begin = at + queued.size();
  return whole_number(answer.substr(begin, answer.find_first_not_of("0123456789", begin) - begin));
}

JobState watch_job(system::Processes& processes, const WatchRequest& request, std::int64_t id,
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

std::string joblog_words(system::Processes& processes, const Console& console, std::int64_t id) {
  std::string text;
  try {
    for (const auto& line : telling_lines(processes, console, id)) text += "; " + line;
  } catch (const Failed&) {
    // What is being told is worse than that nothing can be added to it.
  }
  return text.empty() ? "; the joblog in the catalog holds no line that tells why" : text;
}

std::string joblog_remedy(std::int64_t id, const std::string& again) {
  return "Read the whole joblog in bconsole: list joblog jobid=" + std::to_string(id) +
         "; correct what it names and " + again;
}

}  // namespace recover::bacula
