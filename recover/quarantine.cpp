#include "recover/quarantine.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "recover/bacula/choose.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

bool is_open(const Recovery& recovery) {
  return recovery.state.destroying && (!recovery.state.verified || !recovery.state.degraded.empty());
}

std::vector<std::string> in_words(const std::vector<bacula::HeldVolume>& volumes) {
  std::vector<std::string> words;
  for (const auto& volume : volumes) words.push_back(volume.status + " " + volume.name);
  return words;
}

void record_open(const std::vector<Recovery>& recoveries, const Event& event) {
  for (const auto& recovery : recoveries)
    if (is_open(recovery)) record(recovery, event);
}

std::set<std::string> held_jobs(const std::vector<Recovery>& recoveries) {
  std::set<std::string> held;
  for (const auto& recovery : recoveries)
    held.insert(recovery.state.held_jobs.begin(), recovery.state.held_jobs.end());
  return held;
}

// Jobs that the quarantine may have disabled with nothing on record, because no journal could be written.
std::vector<std::string> still_disabled(system::Processes& processes, const bacula::Console& console,
                                        const std::string& client, const std::vector<Recovery>& recoveries) {
  std::vector<std::string> sentences;
  const auto held = held_jobs(recoveries);
  for (const auto& job : bacula::backup_jobs(processes, console, client))
    if (!job.enabled && !held.contains(job.name))
      sentences.push_back("The job " + system::printable(job.name) +
                          " is disabled, and stays so. Should it run by its schedule, say " +
                          "in bconsole: " + bacula::release_job_line(job.name));
  return sentences;
}

void release_jobs(system::Processes& processes, const bacula::Console& console,
                  const std::vector<Recovery>& recoveries) {
  const auto held = held_jobs(recoveries);
  const std::vector<std::string> names(held.begin(), held.end());
  bacula::release_jobs(processes, console, names);
  for (const auto& recovery : recoveries)
    if (!recovery.state.held_jobs.empty()) record(recovery, Event("jobs-released").with("jobs", names));
}

// Does all that can be done, and says at the end what could not.
class Attempts {
 public:
  template <typename Act>
  void attempt(const Act& act) {
    try {
      act();
    } catch (const Interrupted&) {
      throw;
    } catch (const Error& error) {
      if (!first_) first_ = error;
    }
  }
  void throw_first() const {
    if (first_) throw *first_;
  }

 private:
  std::optional<Error> first_;
};

}  // namespace

std::vector<std::string> enabled_jobs(system::Processes& processes, const bacula::Console& console,
                                      const std::string& client) {
  std::vector<std::string> names;
  for (const auto& job : bacula::backup_jobs(processes, console, client))
    if (job.enabled) names.push_back(job.name);
  return names;
}

bool any_open(const std::vector<Recovery>& recoveries) {
  return std::any_of(recoveries.begin(), recoveries.end(), is_open);
}

std::vector<std::string> volumes_to_hold(const std::string& own, const std::vector<Recovery>& recoveries) {
  // Beside each journal; a copy may be gone.
  std::set<std::string> directories, names;
  if (any_open(recoveries)) directories.insert(own);
  for (const auto& recovery : recoveries)
    if (is_open(recovery)) directories.insert(recovery.directory);
  for (const auto& directory : directories) {
    if (!system::exists(directory + "/backup.toml")) continue;
    const auto backup = bacula::read_backup(directory);
    names.insert(backup.volumes.begin(), backup.volumes.end());
  }
  return {names.begin(), names.end()};
}

void hold(system::Processes& processes, const bacula::Console& console, const std::string& client,
          const std::string& own, const std::vector<Recovery>& recoveries) {
  const auto names = volumes_to_hold(own, recoveries);
  std::vector<bacula::HeldVolume> loose;
  for (const auto& volume : bacula::volume_status(processes, console, names))
    if (!bacula::is_held(volume) && !volume.status.empty()) loose.push_back(volume);
  Attempts attempts;
  // On record before it is done: one that is killed in the middle must be able to give it back. Held all the
  // same where nothing can be written.
  const auto on_record = [&](const Event& event) {
    attempts.attempt([&] { record_open(recoveries, event); });
  };
  if (!loose.empty()) on_record(Event("volumes-held").with("volumes", in_words(loose)));
  attempts.attempt([&] { bacula::hold_volumes(processes, console, names); });
  if (std::any_of(recoveries.begin(), recoveries.end(), is_unverified)) {
    const auto jobs = enabled_jobs(processes, console, client);
    if (!jobs.empty()) on_record(Event("jobs-held").with("jobs", jobs).with("at", system::now()));
    attempts.attempt([&] { bacula::hold_jobs(processes, console, jobs); });
  }
  attempts.throw_first();
}

std::vector<std::string> lift(system::Processes& processes, const bacula::Console& console,
                              const std::string& client, const std::vector<Recovery>& recoveries,
                              bool whatever_is_lost) {
  std::vector<std::string> problems;
  if (any_open(recoveries)) problems = still_disabled(processes, console, client, recoveries);
  release_jobs(processes, console, recoveries);
  const auto released = [&](const Recovery& recovery) {
    return whatever_is_lost || recovery.state.degraded.empty();
  };
  // The journals of one recovery tell the same, but for what was held after they had parted.
  std::map<std::string, std::string> before;
  for (const auto& recovery : recoveries)
    if (released(recovery))
      before.insert(recovery.state.held_volumes.begin(), recovery.state.held_volumes.end());
  if (before.empty()) return problems;
  std::vector<bacula::HeldVolume> volumes;
  for (const auto& [name, status] : before) volumes.push_back({name, status});
  const auto done = bacula::release_volumes(processes, console, volumes);
  for (const auto& recovery : recoveries)
    if (!recovery.state.held_volumes.empty() && released(recovery))
      record(recovery, Event("volumes-released").with("volumes", done.volumes));
  problems.insert(problems.end(), done.problems.begin(), done.problems.end());
  return problems;
}

void record_lifted(const std::vector<Recovery>& recoveries, bool lifted) {
  record_open(recoveries, Event("quarantine").with("lifted", lifted));
}

}  // namespace recover
