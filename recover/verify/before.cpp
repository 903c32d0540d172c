#include "recover/verify/before.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "recover/bacula/catalog.hpp"
#include "recover/bacula/choose.hpp"
#include "recover/bacula/director.hpp"
#include "recover/bacula/job_facts.hpp"
#include "recover/bacula/job_watch.hpp"
#include "recover/bacula/later_jobs.hpp"
#include "recover/bacula/volume.hpp"
#include "recover/check.hpp"
#include "recover/duration.hpp"
#include "recover/system/files.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/text.hpp"

namespace recover::verify {
namespace {

namespace fs = std::filesystem;

constexpr const char* boot_it = "Boot the restored system from its own disk, and run it there";

std::string name_of(const bacula::BackupJob& job) {
  return "job " + std::to_string(job.id) + " (" + job.name + ", " + job.start + ")";
}

// A rescue system that takes a clock of local time for UTC is hours ahead or behind, and older journals tell
// no zone: up to 26 hours lie between two of them.
std::int64_t latest_of_journals(const Context& context) {
  constexpr std::int64_t time_zones = 26 * 3600;
  std::int64_t latest = 0;
  for (const auto& recovery : context.recoveries)
    latest = std::max(latest, system::seconds_of_time(recovery.state.last_at) - time_zones);
  return latest;
}

// Jobs that the catalog must know, since something else here knows them.
std::vector<bacula::BackupJob> known_elsewhere(const Context& context) {
  std::vector<bacula::BackupJob> jobs;
  const bool open = std::any_of(context.recoveries.begin(), context.recoveries.end(),
                                [](const auto& recovery) { return !recovery.state.verified; });
  if (open && system::exists(context.own + "/backup.toml"))
    if (const auto backup = bacula::read_backup(context.own); backup.by_director) jobs = backup.jobs;
  if (!context.record.jobs.empty()) {
    const auto& [id, verified] = *context.record.jobs.rbegin();
    jobs.push_back(
        {.id = id, .name = context.profile.bacula.backup_job, .level = "", .start = verified.start});
  }
  return jobs;
}

std::string unknown_job(const Context& context) {
  for (const auto& job : known_elsewhere(context)) {
    std::string start;
    try {
      start = bacula::job_record(context.processes, context.console, job.id).start;
    } catch (const Failed&) {
      // Job numbers are given one after the other, so one that lies below others was pruned or deleted.
      if (bacula::last_job(context.processes, context.console) > job.id) continue;
      return "the catalog does not know " + name_of(job) + ", which was there before";
    }
    if (!job.start.empty() && start != job.start)
      return "what the catalog calls job " + std::to_string(job.id) + " began " + start + ", and is not " +
             name_of(job);
  }
  return "";
}

// The volumes themselves tell how far the backups have come.
std::string unknown_data(const Context& context) {
  const auto known = bacula::catalog_volumes(context.processes, context.console);
  const auto newest = bacula::newest_backup(context.processes, context.console);
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(context.volumes(), ignored)) {
    struct stat file {};
    if (::stat(entry.path().c_str(), &file) != 0 || !S_ISREG(file.st_mode)) continue;
    const auto name = entry.path().filename().string();
    const auto volume =
        std::find_if(known.begin(), known.end(), [&](const auto& one) { return one.name == name; });
    if (volume == known.end()) {
      // One that was taken out of the catalog may still lie there; it is older than the newest backup.
      if (file.st_mtime <= newest) continue;
      try {
        bacula::read_label(entry.path());
      } catch (const Error&) {
        continue;
      }
      return "the volume " + system::printable(name) + " was written " + system::local_time(file.st_mtime) +
             ", and the catalog does not know it";
    }
    // Of one in Error the Director knows already that its size is not right.
    const bool passed =
        volume->status == "Purged" || volume->status == "Recycle" || volume->status == "Error";
    // One that is shorter than the catalog says is cut off; the proof of what stands on it tells that.
    if (passed || file.st_size <= volume->bytes) continue;
    // A job that was cut off with the machine is behind it as well, and no job is missed for that.
    for (const auto& job : bacula::jobs_ended_behind(entry.path(), static_cast<std::uint64_t>(volume->bytes)))
      if (!bacula::knows_job(context.processes, context.console, job))
        return "the volume " + system::printable(name) + " has " + std::to_string(file.st_size) +
               " bytes, and the catalog says " + std::to_string(volume->bytes) + ": it does not know job " +
               std::to_string(job.id) + ", which ended there";
  }
  return "";
}

// One that is not mounted by itself: without it its canaries would lie in the subvolume around it.
std::string not_a_subvolume(const Place& place) {
  constexpr ino_t root_of_subvolume = 256;  // BTRFS_FIRST_FREE_OBJECTID, linux/btrfs_tree.h
  struct stat found {};
  if (place.mounted || place.subvolume.empty()) return "";
  if (::stat(place.path.c_str(), &found) != 0) return "There is no " + place.path + ", the " + place.what;
  if (S_ISDIR(found.st_mode) && found.st_ino == root_of_subvolume) return "";
  return place.path + " is no subvolume, and should be the " + place.what;
}

// The first job of this client that runs or waits.
std::optional<bacula::JobRecord> running_job(const Context& context) {
  const auto ids = bacula::running_jobs(context.processes, context.console);
  if (ids.empty()) return std::nullopt;
  for (auto& job : bacula::job_records(context.processes, context.console, ids))
    if (job.client == context.profile.bacula.client) return std::move(job);
  return std::nullopt;
}

}  // namespace

bool on_the_machine(const Context& context) {
  const char* name = "on-the-machine";
  if (const auto answer = find_check(name)->ask(context.profile, context.facts);
      answer.verdict != Verdict::holds) {
    context.findings.fails(name, answer.evidence, answer.remedy.empty() ? boot_it : answer.remedy);
    return false;
  }
  bool all = true;
  for (const auto& place : context.places) {
    const auto problem = absent(place, context.facts);
    if (problem.empty()) continue;
    if (place.path == "/") {
      context.findings.fails(
          name, "This is not the machine itself: on / is not the " + place.what + " of " + place.uuid,
          boot_it);
      return false;
    }
    const auto end = problem.find(". ");
    context.findings.fails("mounted", problem.substr(0, end), problem.substr(end + 2));
    all = false;
  }
  for (const auto& place : context.places) {
    const auto problem = not_a_subvolume(place);
    if (problem.empty()) continue;
    context.findings.fails(
        "subvolume", problem,
        "Make it again: btrfs subvolume create; or, when it is not wanted, capture the profile again");
    all = false;
  }
  for (const auto& unknown : unknown_left_out(context.profile)) {
    context.findings.fails("left-out",
                           "[verify] left-out names " + system::printable(unknown) +
                               ", which is no mount point and no subvolume of the profile",
                           "Correct it in " + context.profile.file);
    all = false;
  }
  if (all)
    context.findings.holds(name, context.profile.name + ", with all of its " +
                                     std::to_string(context.places.size()) + " filesystems and subvolumes");
  return all;
}

bool after_the_recovery(const Context& context) {
  for (const auto& recovery : context.recoveries) {
    const auto& state = recovery.state;
    if (state.verified || !state.destroying) continue;
    const bool complete = std::any_of(
        context.recoveries.begin(), context.recoveries.end(),
        [&](const auto& other) { return other.state.complete && same_recovery(other.state, state); });
    if (!complete) {
      context.findings.fails(
          "recovery-complete",
          "The recovery of " + state.started_at + " (" + recovery.directory + ") did not come to its end",
          "Finish it in the rescue system: recover --playbook " + state.playbook +
              " --resume. A backup of a half-restored root would be what the next restore takes");
      return false;
    }
    if (state.boots.contains(context.facts.boot_id)) {
      context.findings.fails("rebooted",
                             "The machine was not booted since the recovery of " + state.started_at, boot_it);
      return false;
    }
  }
  return true;
}

bool right_director(const Context& context) try {
  const auto& bacula = context.profile.bacula;
  bacula::await_daemons(context.processes, context.console, bacula.storage, bacula.client,
                        context.profile.verify.patience);
  const char* name = "director";
  bacula::Greeting director;
  const auto answers = bacula::converse_each(
      context.processes, context.console, {".jobs type=B", ".filesets"}, std::chrono::seconds(60), &director);
  if (director.name != bacula.director) {
    context.findings.fails(
        name, "The Director " + system::printable(director.name) + " answers, not " + bacula.director,
        "Correct " + bacula.configuration + "/bconsole.conf, or bacula.director in the profile");
    return false;
  }
  const auto jobs = bacula::names_in(answers[0]);
  if (std::find(jobs.begin(), jobs.end(), bacula.backup_job) == jobs.end()) {
    context.findings.fails(
        name,
        "The Director that answers has no backup job \"" + bacula.backup_job + "\"" +
            (jobs.empty() ? " and no other, as only that of a recovery environment has none" : ""),
        "Stop it, and start the machine's own Director; or correct bacula.backup-job in the profile");
    return false;
  }
  bacula::require_name(bacula::names_in(answers[1]), bacula.fileset, "FileSet");
  context.findings.holds(name, director.name + " (" + director.version + ") and its daemons answer");
  return true;
} catch (const Interrupted&) {
  throw;
} catch (const Error& error) {
  context.findings.fails("director", error);
  return false;
}

// One that is running would take the canaries into its own backup.
bool no_other_job_runs(const Context& context) {
  const auto deadline = context.profile.verify.deadline;
  for (std::chrono::seconds waited{}; const auto job = running_job(context);) {
    const auto named = "Job " + std::to_string(job->id) + " (" + system::printable(job->name) +
                       ") of this client runs already";
    if (waited.count() == 0) context.reporter.say("   " + named + "; waiting for its end");
    if (waited >= deadline && deadline.count() > 0) {
      context.findings.fails(
          "other-jobs", named + ", for more than " + duration_text(deadline),
          "Wait for its end, or cancel it in bconsole: cancel jobid=" + std::to_string(job->id));
      return false;
    }
    constexpr std::chrono::seconds pause{2};
    context.processes.pause(pause);
    waited += pause;
  }
  return true;
}

bool clock_goes_forward(const Context& context) {
  const auto now = system::now();
  struct Dated {
    const char* what;
    std::int64_t at;
    const char* otherwise;  // when it is the clock that is right
  };
  bool all = true;
  for (const auto& [what, at, otherwise] :
       {Dated{"the newest backup in the catalog ended",
              bacula::newest_backup(context.processes, context.console), "delete that job in bconsole"},
        Dated{"the last verify-backup ended", context.record.last, "delete /var/lib/recover/verify"},
        Dated{"a canary was written", last_written(context.places), "delete the directories .recover-canary"},
        Dated{"the journal of a recovery was written", latest_of_journals(context), "wait until then"}}) {
    if (now >= at) continue;
    all = false;
    context.findings.fails(
        "clock", "The clock says " + system::local_time(now) + ", but " + what + " " + system::local_time(at),
        "Set the clock (timedatectl, chronyc makestep, hwclock): an Incremental by a wrong "
        "clock misses files. If it is right, " +
            std::string(otherwise));
  }
  return all;
}

bool catalog_is_current(const Context& context) {
  const char* name = "catalog";
  const char* remedy =
      "The catalog was restored from an older copy: load the newest dump, or add what is missing from the "
      "volumes with bscan, before any backup runs. Was it begun anew on purpose? Then remove "
      "/var/lib/recover/verify";
  if (context.volumes().empty()) {
    context.findings.fails(name, "The storage volume with the Bacula volumes is not mounted",
                           "Mount it: mount UUID=" + context.profile.storage.uuid);
    return false;
  }
  auto problem = unknown_job(context);
  // A volume that is being written has always more than the catalog knows.
  if (problem.empty() && bacula::running_jobs(context.processes, context.console).empty())
    problem = unknown_data(context);
  if (problem.empty()) {
    context.findings.holds(name, "it knows the volumes and the jobs that are there");
    return true;
  }
  context.findings.fails(name, problem, remedy);
  return false;
}

}  // namespace recover::verify
