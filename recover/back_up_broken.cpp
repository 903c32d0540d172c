// Bacula reads the broken filesystem itself: what is done around its job, so that either all of it is kept or
// nothing.
#include "recover/bacula/catalog_choice.hpp"
#include "recover/bacula/catalog_copy.hpp"
#include "recover/bacula/catalog_load.hpp"
#include "recover/bacula/catalog_server.hpp"
#include "recover/bacula/salvage_catalog.hpp"
#include "recover/error.hpp"
#include "recover/kept_backup.hpp"
#include "recover/layout.hpp"
#include "recover/salvage/client_tree.hpp"
#include "recover/salvage_actions.hpp"
#include "recover/salvage_job.hpp"
#include "recover/system/files.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"
#include "recover/system/tree_removal.hpp"

namespace recover {
namespace {

constexpr std::size_t most_named = 100;
constexpr std::int64_t next_to_nothing = 32 << 20;  // bytes

std::string own_catalog(const BackUpBroken& action) {
  if (bacula::is_served(action.catalog))
    throw Refused("The catalog is a database server's (" + action.catalog +
                      "), and recover can let Bacula read a broken filesystem with a catalog of SQLite only",
                  "Take the files as files: recover --playbook salvage");
  const auto file = bacula::catalog_path(
      {action.environment, action.configuration, action.client, action.catalog, {}, "", ""});
  if (file.empty() || !system::exists(file))
    throw Refused(
        "The recovery environment has no catalog, so Bacula cannot tell what has changed since the "
        "backup",
        "Take the files as files: recover --playbook salvage");
  return file;
}

void tell(const KeptBackup& kept, const std::string& former, Observer& observer) {
  observer.observe(Event("salvaged-by-bacula")
                       .with("job", kept.job)
                       .with("volumes", kept.volumes)
                       .with("files", kept.files)
                       .with("bytes", kept.bytes)
                       .with("deleted", kept.deleted)
                       .with("kept-back", kept.kept_back)
                       .with("damaged", static_cast<std::int64_t>(kept.damaged.size()))
                       .with("catalog", former));
  if (kept.damaged.empty()) return;
  std::vector<std::string> named(
      kept.damaged.begin(),
      kept.damaged.begin() + static_cast<std::ptrdiff_t>(std::min(most_named, kept.damaged.size())));
  if (kept.damaged.size() > most_named)
    named.push_back("and " + std::to_string(kept.damaged.size() - most_named) + " more");
  observer.observe(Event("salvage-damaged").with("by", "bacula").with("files", named));
}

// With a copy of the catalog in which the files of `hidden` are not known.
Judged run_once(system::Processes& processes, const BackUpBroken& action, const std::string& catalog,
                const salvage::ClientTree& tree, const std::vector<bacula::FileKey>& hidden,
                Observer& observer) {
  system::remove_tree(action.scratch);
  for (const char* directory : {"", "/director", "/storage", "/volumes"})
    system::make_directories(action.scratch + directory, 0700);
  const auto copy = "director/" + catalog.substr(catalog.rfind('/') + 1);
  const auto path = action.scratch + "/" + copy;
  bacula::copy_sqlite_catalog(catalog, path);
  if (!hidden.empty()) bacula::hide_files(path, hidden);
  const auto job = run_salvage_job(processes, action, tree, action.scratch, observer);
  if (!hidden.empty()) bacula::show_files(path);
  bacula::close_catalog(path);
  return judge(job, tree, action.scratch, copy);
}

KeptBackup make(system::Processes& processes, const BackUpBroken& action, const std::string& catalog,
                Observer& observer) {
  bacula::require_base(catalog, {action.client, action.fileset, action.backup_job}, system::now());
  salvage::ClientTree tree({action.place, action.beside, Layout::broken_tree, action.environment}, observer);
  auto judged = run_once(processes, action, catalog, tree, {}, observer);
  if (!judged.seeming.empty()) {
    // The volume would say of them that they are deleted, to whoever reads it without a catalog: once more,
    // and Bacula is not told of them.
    const auto hidden = bacula::keys_of(action.scratch + "/" + judged.kept.catalog, judged.seeming);
    auto again = run_once(processes, action, catalog, tree, hidden, observer);
    again.kept.kept_back = static_cast<std::int64_t>(hidden.size());
    again.damaged.merge(judged.damaged);
    judged = std::move(again);
  }
  auto kept = settle(judged, action.scratch);
  tree.release();
  return kept;
}

// What is not whole is of no use, and may be large.
KeptBackup make_or_leave_nothing(system::Processes& processes, const BackUpBroken& action,
                                 const std::string& catalog, Observer& observer) try {
  auto kept = make(processes, action, catalog, observer);
  if (!kept.volumes.empty()) decide(action.scratch, kept);
  return kept;
} catch (Error& error) {
  const system::Uninterrupted until_removed;
  try {
    if (const auto free = system::free_bytes(action.volumes); free < next_to_nothing)
      error.add_evidence("The storage volume is full: " + system::human_bytes(free) + " are free");
    system::remove_tree(action.scratch);
  } catch (const Error& failure) {
    error.add_aftermath(failure.problem());
  }
  throw;
}

}  // namespace

std::vector<std::string> back_up_broken_lines(const BackUpBroken& action) {
  const std::string tree = Layout::broken_tree;
  std::vector<std::string> lines{
      "# the broken filesystem read-only at its place, its log tree not replayed:"};
  lines.push_back("losetup --read-only /dev/loop100 " +
                  (action.place.devices.empty() ? "DEVICE" : action.place.devices.front()));
  for (const auto& [path, point] : action.place.subvolumes)
    lines.push_back("mount -o ro,noatime,rescue=nologreplay,subvol=/" + path + " /dev/loop100 " + tree +
                    (point == "/" ? "" : point));
  for (const auto& one : action.beside) lines.push_back("mount -o ro " + one.device + " " + tree + one.mount);
  lines.insert(
      lines.end(),
      {"# /run there in memory, with the environment at " + std::string(salvage::ClientTree::programs) +
           "; in that tree, by the environment's own",
       "# loader and libraries: bacula-fd. In " + action.environment + ": bacula-sd and bacula-dir, with a",
       "# copy of the catalog and a directory of volumes below " + action.scratch + ". In bconsole:",
       "#   run job=" + action.backup_job + " level=Incremental yes",
       "# then what could not be read is taken out of the copy; the volume goes to " + action.volumes + ",",
       "# the copy in the catalog's place, the job behind " + action.bootstrap});
  return lines;
}

void back_up_broken(system::Processes& processes, const BackUpBroken& action, Observer& observer) {
  const auto catalog = own_catalog(action);
  const RealPlaces places{action.volumes, catalog, action.bootstrap};
  // What an earlier run has decided is whole: only its pieces are not all in their places.
  auto kept = decided(action.scratch);
  if (!kept) {
    kept = make_or_leave_nothing(processes, action, catalog, observer);
    if (kept->volumes.empty()) {
      system::remove_tree(action.scratch);
      return tell(*kept, "", observer);
    }
  }
  const auto former = put(action.scratch, *kept, places);
  tell(*kept, former, observer);
}

}  // namespace recover
