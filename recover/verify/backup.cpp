#include "recover/verify/backup.hpp"

#include <algorithm>

#include "recover/bacula/watched_job.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/text.hpp"
#include "recover/verify/canary_directory.hpp"

namespace recover::verify {
namespace {

std::string named(const bacula::JobRecord& job) {
  return "job " + std::to_string(job.id) + " (" + job.name + ", level " + job.level + ")";
}

std::string number_of_errors(std::int64_t errors) {
  return std::to_string(errors) + (errors == 1 ? " error" : " errors");
}

bacula::JobRecord run_job(const Context& context, bool full) {
  const auto& profile = context.profile;
  const auto line = "run job=" + bacula::name_argument(profile.bacula.backup_job) +
                    (full ? " level=Full" : " level=Incremental") + " yes";
  context.reporter.say_unwrapped("   $ bconsole: " + line + "\n");
  const bacula::WatchRequest watch{.console = context.console,
                                   .what = "backup job",
                                   .client = profile.bacula.client,
                                   .storage = profile.bacula.storage,
                                   .writes = true,
                                   .again = once_more,
                                   .stall = profile.verify.stall,
                                   .deadline = profile.verify.deadline};
  const auto id = bacula::start_job(context.processes, context.console, line);
  bacula::watch_job(context.processes, watch, id, [&](const bacula::RestoreProgress& now) {
    context.reporter.observe(Event("progress")
                                 .with("files", now.files)
                                 .with("bytes", now.bytes)
                                 .with("current", system::printable(now.current)));
  });
  return bacula::job_record(context.processes, context.console, id);
}

// A sentence; empty: the job is what was asked for, and ended well.
std::string fault_of(const Context& context, const bacula::JobRecord& job, bool full, std::int64_t begun,
                     std::int64_t canaries) {
  const auto& bacula = context.profile.bacula;
  if (job.status != "T" || job.errors != 0 || job.missing_files != 0)
    return named(job) + " ended with status " + bacula::status_words(job.status) + " and " +
           number_of_errors(job.errors + job.missing_files) +
           bacula::joblog_words(context.processes, context.console, job.id);
  if (job.name != bacula.backup_job || job.client != bacula.client || job.fileset != bacula.fileset)
    return named(job) + " is a backup of client " + system::printable(job.client) + " with FileSet " +
           system::printable(job.fileset) + ", not of " + bacula.client + " with " + bacula.fileset;
  if (full && job.level != "F") return named(job) + " is no Full, which it was started as";
  if (job.ended < begun)
    return named(job) + " ended " + job.end + " by the Director's clock, before it was begun";
  if (job.files < canaries)
    return named(job) + " has " + std::to_string(job.files) + " files, fewer than were changed for it";
  return "";
}

}  // namespace

std::optional<bacula::JobRecord> back_up(const Context& context, bool full, std::int64_t canaries) try {
  const auto begun = system::now();
  const auto job = run_job(context, full);
  const auto fault = fault_of(context, job, full, begun, canaries);
  if (fault.empty()) {
    context.findings.holds("backup", named(job) + " of " + job.client +
                                         " ended normally: " + std::to_string(job.files) + " files, " +
                                         system::human_bytes(job.bytes));
    return job;
  }
  context.findings.fails("backup", fault, bacula::joblog_remedy(job.id, once_more));
  return std::nullopt;
} catch (const Interrupted&) {
  throw;
} catch (const Error& error) {
  context.findings.fails("backup", error);
  return std::nullopt;
}

namespace {

// What is below one of them is not below the place itself.
std::vector<std::string> places_below(const Place& place, const std::vector<Place>& places) {
  std::vector<std::string> below;
  for (const auto& other : places)
    if (other.path != place.path && (place.path == "/" || other.path.starts_with(place.path + "/")))
      below.push_back(other.path);
  return below;
}

}  // namespace

void cover(const Context& context, const bacula::JobRecord& job, const std::vector<std::int64_t>& chain,
           const std::vector<Canary>& canaries) {
  std::vector<std::string> directories;
  for (const auto& place : context.places) directories.push_back(canary_path(place.path));
  const auto files = bacula::files_in(context.processes, context.console, job.id, directories);
  const auto has = [&](const Canary& canary) {
    return std::find(files.begin(), files.end(), canary.path) != files.end();
  };
  const auto& fileset = context.profile.bacula.fileset;
  bool all = true;
  std::vector<std::string> read_only;
  for (const auto& place : context.places) {
    const bool covered =
        !place.read_only && std::all_of(canaries.begin(), canaries.end(), [&](const auto& canary) {
          return canary.place != place.path || has(canary);
        });
    if (covered) continue;
    const auto below = bacula::count_below(context.processes, context.console, chain, place.path,
                                           places_below(place, context.places));
    if (place.read_only && below > 0) {
      read_only.push_back(system::printable(place.path));
      continue;
    }
    all = false;
    const auto where = system::printable(place.path) + " (" + place.what + ")";
    if (below > 0)
      context.findings.fails("coverage",
                             "The canaries of " + where + " are not in " + named(job) +
                                 ", although other files of it are in the backup",
                             "See that the FileSet " + fileset + " leaves " + canary_path(place.path) +
                                 " in: no Exclude, no WildFile or RegexDir may name it");
    else
      context.findings.fails("coverage", "The FileSet " + fileset + " skips " + where,
                             "Add to its Include:  File = \"" + place.path +
                                 "\"  (reload in bconsole), or name it in [verify] left-out of the profile");
  }
  if (all)
    context.findings.holds("coverage", "each of the " + std::to_string(context.places.size()) +
                                           " filesystems and subvolumes is in the backup" +
                                           (read_only.empty() ? ""
                                                              : "; by files that were there before, since "
                                                                "nothing can be written: " +
                                                                    system::joined(read_only)));
}

}  // namespace recover::verify
