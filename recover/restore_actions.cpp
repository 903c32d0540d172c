#include "recover/restore_actions.hpp"

#include "recover/bacula/proof.hpp"
#include "recover/bacula/restore.hpp"
#include "recover/error.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

constexpr std::int64_t next_to_nothing = 32
                                         << 20;  // bytes: what a btrfs still counts as free when writes fail

bacula::OnProgress progress(Observer& observer, const bacula::Backup& backup) {
  return [&observer, total_files = backup.files,
          total_bytes = backup.bytes](const bacula::RestoreProgress& now) {
    observer.observe(Event("progress")
                         .with("files", now.files)
                         .with("bytes", now.bytes)
                         .with("total-files", total_files)
                         .with("total-bytes", total_bytes)
                         .with("current", system::printable(now.current)));
  };
}

// bextract calls a full disk "Write error: Success", or goes on behind it and ends well.
bacula::ExtractOutcome extract_or_say_full(system::Processes& processes, const ExtractVolumes& action,
                                           const bacula::Backup& backup, Observer& observer) {
  const auto full = [&](const std::string& words) {
    return Failed("The target is full; bextract said: " + words,
                  "Restore to a larger disk, or have the profile mount with compression");
  };
  try {
    auto outcome = bacula::extract(processes, action.request, progress(observer, backup));
    for (const auto& error : outcome.errors)
      if (error.find("No space left on device") != std::string::npos) throw full(error);
    return outcome;
  } catch (const Failed& error) {
    if (system::free_bytes(action.target) < next_to_nothing) throw full(error.problem());
    throw;
  }
}

}  // namespace

void restore_by_director(system::Processes& processes, const RestoreByDirector& action, Observer& observer) {
  auto request = action.request;
  bacula::require_proven_bootstrap(action.keep);
  const auto backup = bacula::read_backup(action.keep);
  request.files = backup.files;
  const auto outcome = bacula::restore_by_director(processes, request, progress(observer, backup));
  observer.observe(Event("restored")
                       .with("job", outcome.job_id)
                       .with("files", outcome.files)
                       .with("bytes", outcome.bytes));
}

void extract_volumes(system::Processes& processes, const ExtractVolumes& action, Observer& observer) {
  bacula::require_proven_bootstrap(action.keep);
  auto backup = bacula::read_backup(action.keep);
  backup.bytes = 0;  // bextract tells apparent sizes, holes and all, which are no part of that total
  const auto outcome = extract_or_say_full(processes, action, backup, observer);
  observer.observe(Event("extracted").with("files", outcome.files).with("errors", outcome.errors));
}

}  // namespace recover
