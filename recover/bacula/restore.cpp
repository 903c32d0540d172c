#include "recover/bacula/restore.hpp"

#include <algorithm>

#include "recover/bacula/catalog.hpp"
#include "recover/bacula/director.hpp"
#include "recover/bacula/watched_job.hpp"
#include "recover/error.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

using namespace std::chrono_literals;

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
void check_names(system::Processes& processes, const Console& console, const std::string& job,
                 const std::string& client, const std::string& storage) {
  const auto answers = converse_each(processes, console, {".jobs type=R", ".clients", ".storage"}, 60s);
  require_name(names_in(answers[0]), job, "Job of type Restore");
  require_name(names_in(answers[1]), client, "Client");
  require_name(names_in(answers[2]), storage, "Storage");
}

RestoreOutcome restored(system::Processes& processes, const WatchRequest& watch, std::int64_t id,
                        std::int64_t expected, const OnProgress& on_progress) {
  const JobState state = watch_job(processes, watch, id, on_progress);
  const std::string job = "Restore job " + std::to_string(id);
  const std::string count =
      std::to_string(state.files) + " of " + std::to_string(expected) + " files restored";
  const auto told = [&] {
    return joblog_words(processes, watch.console, id);
  };
  if (state.status != "T" || state.errors != 0)
    throw Failed(job + " ended with status " + status_words(state.status) + " and " +
                     std::to_string(state.errors) + " errors, " + count + told(),
                 joblog_remedy(id, watch.again));
  if (state.files != expected)
    throw Failed(job + " ended normally, but with " + count + told(), joblog_remedy(id, watch.again));
  if (on_progress) on_progress({.files = state.files, .bytes = state.bytes, .current = {}});
  return {.job_id = id, .files = state.files, .bytes = state.bytes};
}

}  // namespace

std::string restore_line(const RestoreRequest& request) {
  return "run job=" + name_argument(request.job) + " client=" + name_argument(request.client) +
         " storage=" + name_argument(request.storage) + " bootstrap=" + path_argument(request.bootstrap) +
         " where=" + path_argument(request.where) + " yes";
}

std::string restore_files_line(const RestoreFilesRequest& request) {
  return "restore client=" + name_argument(request.client) + " fileset=" + name_argument(request.fileset) +
         " restorejob=" + name_argument(request.job) + " storage=" + name_argument(request.storage) +
         " where=" + path_argument(request.where) + " file=<" + path_argument(request.list) + " yes";
}

RestoreOutcome restore_by_director(system::Processes& processes, const RestoreRequest& request,
                                   const OnProgress& on_progress) {
  check_names(processes, request.console, request.job, request.client, request.storage);
  const WatchRequest watch{.console = request.console,
                           .what = "restore job",
                           .client = request.client,
                           .storage = request.storage,
                           .again = "go on with --resume",
                           .stall = request.stall};
  const auto id = start_job(processes, request.console, restore_line(request));
  return restored(processes, watch, id, request.files, on_progress);
}

std::int64_t start_restoring_files(system::Processes& processes, const RestoreFilesRequest& request) {
  check_names(processes, request.console, request.job, request.client, request.storage);
  return start_job(processes, request.console, restore_files_line(request));
}

RestoreOutcome await_restored_files(system::Processes& processes, const RestoreFilesRequest& request,
                                    std::int64_t job) {
  const WatchRequest watch{.console = request.console,
                           .what = "restore job",
                           .client = request.client,
                           .storage = request.storage,
                           .again = request.again,
                           .stall = request.stall,
                           .deadline = request.deadline};
  return restored(processes, watch, job, request.files, {});
}

}  // namespace recover::bacula
