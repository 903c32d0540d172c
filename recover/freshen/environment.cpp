#include "recover/freshen/environment.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "recover/bacula/catalog_file.hpp"
#include "recover/bacula/catalog_server.hpp"
#include "recover/bacula/catalog_sight.hpp"
#include "recover/bacula/database_access.hpp"
#include "recover/bacula/known_backups.hpp"
#include "recover/check.hpp"
#include "recover/environment_actions.hpp"
#include "recover/error.hpp"
#include "recover/layout.hpp"
#include "recover/server_data.hpp"
#include "recover/system/files.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/text.hpp"
#include "recover/system/tree_removal.hpp"
#include "recover/system/tree_root.hpp"

namespace recover::freshen {
namespace {

constexpr std::int64_t spare_bytes = std::int64_t{256} << 20;  // the next backup wants to be written

std::string text_in(const system::TreeRoot& root, const std::string& path) {
  const auto file = root.open(path, O_RDONLY | O_NONBLOCK);
  return file ? system::read_file_or("/proc/self/fd/" + std::to_string(file.get()), "") : "";
}

std::int64_t size_in(const system::TreeRoot& root, const std::string& path) {
  struct stat status {};
  const auto file = root.open(path, O_PATH);
  return file && ::fstat(file.get(), &status) == 0 ? status.st_size : 0;
}

bacula::CatalogFile catalog_of(const system::TreeRoot& root, const Profile& profile) {
  const auto found = bacula::find_catalog_file(root, profile.bacula.configuration, profile.bacula.client);
  if (!found) throw Failed("Its bacula-dir.conf names no SQLite catalog", "It is to be made anew");
  return *found;
}

std::string outside_path(const system::TreeRoot& root, const bacula::CatalogFile& catalog) {
  return root.real_path(catalog.directory) + "/" + catalog.name;
}

// Who made it by hand may have a server anywhere, and that is not asked.
bool has_catalog_elsewhere(const std::string& environment, const Profile& profile) {
  const auto& bacula = profile.bacula;
  if (!bacula::is_served(bacula.catalog)) return false;
  const auto access = bacula::find_database_in(environment, bacula.configuration, bacula.client);
  return access && !access->is_own_server(bacula.catalog);
}

// What the new copy may take while the old one is there: a server's catalog is a dump, which is loaded.
std::int64_t bytes_of_catalog(const std::string& environment, const Profile& profile) {
  const system::TreeRoot machine("/"), root(environment);
  if (!bacula::is_served(profile.bacula.catalog))
    return size_in(machine, catalog_of(machine, profile).path());
  return size_in(root, bacula::ServerPlaces::dump);
}

// Why a restore could not begin with it as it is. SQLite would roll a change that was not ended back, into
// whatever file has its name; a server does that with its own.
std::string problem_of_catalog(const system::TreeRoot& root, const Profile& profile) try {
  if (bacula::is_served(profile.bacula.catalog))
    return root.has(bacula::ServerPlaces::data)
               ? ""
               : std::string("it has no catalog ") + bacula::ServerPlaces::data;
  const auto catalog = catalog_of(root, profile);
  if (size_in(root, catalog.path()) == 0) return "it has no catalog " + catalog.path();
  const auto change = bacula::unfinished_change(outside_path(root, catalog));
  return change.empty() ? "" : change + " shows that its Director ended in the middle of a change";
} catch (const Failed& error) {
  return error.problem();
}

void compare_configuration(system::Processes& processes, const Profile& profile, const system::TreeRoot& root,
                           EnvironmentSight& sight) {
  const auto& bacula = profile.bacula;
  const auto wanted =
      environment_configuration(processes, {sight.path, bacula.configuration, bacula.client, bacula.storage,
                                            bacula.fileset, bacula.restore_job, bacula.catalog});
  for (const auto& refusal : wanted.refusals) sight.refusals.push_back({refusal.problem, refusal.remedy});
  if (!wanted.refusals.empty()) return;
  for (const auto& [path, file] : wanted.files)
    if (text_in(root, path) != file.text) sight.changed.push_back(path);
}

// Why it must be made anew, as a clause; empty: it need not.
std::string why_anew(const EnvironmentSight& sight) {
  if (!sight.incomplete.empty()) return sight.incomplete;
  if (!sight.stamp) return "it has no stamp: recover has neither made nor proven it";
  if (sight.stamp->recover != sight.recover)
    return "it was made by recover " + system::printable(sight.stamp->recover) + ", and this is " +
           sight.recover;
  if (!sight.from.empty() && !sight.stamp->from.empty() && sight.stamp->from != sight.from)
    return "it was made from " + system::printable(sight.stamp->from) + ", and the profile says " +
           sight.from;
  if (!sight.bacula.empty() && sight.stamp->bacula != sight.bacula)
    return "it has Bacula " + system::printable(sight.stamp->bacula) + ", and the machine's Director is " +
           sight.bacula;
  if (!sight.changed.empty())
    return "Bacula's configuration on the machine has changed since: " + system::joined(sight.changed);
  return sight.catalog_problem;
}

EnvironmentWanted left_alone(const EnvironmentSight& sight) {
  EnvironmentWanted wanted;
  auto& piece = wanted.piece;
  piece.name = "environment";
  piece.current = sight.path + " is made by hand, and left alone ([environment] by-hand)";
  if (!sight.incomplete.empty())
    piece.missing.push_back(
        {"The recovery environment " + sight.path + " is made by hand: " + sight.incomplete,
         "Mend it (docs/handbook.md, 1.3)"});
  else if (!sight.catalog_problem.empty() || !sight.knows_newest)
    piece.missing.push_back({"The recovery environment " + sight.path + " is made by hand, and " +
                                 (sight.catalog_problem.empty() ? "its catalog does not know " + sight.newest
                                                                : sight.catalog_problem),
                             "Copy the catalog there after each backup (docs/handbook.md, 1.3); or take "
                             "by-hand out of the profile, "
                             "and recover makes it"});
  return wanted;
}

}  // namespace

EnvironmentWanted renew_environment(const EnvironmentSight& sight) {
  if (sight.by_hand) return left_alone(sight);
  EnvironmentWanted wanted;
  auto& piece = wanted.piece;
  piece.name = "environment";
  piece.missing = sight.refusals;
  piece.current = sight.path + (sight.newest.empty() ? " has this machine's versions and configuration"
                                                     : " knows " + sight.newest);
  if (const auto why = why_anew(sight); !why.empty()) {
    // It is proven by a backup; without one a run would only cost time.
    if (!piece.missing.empty()) return wanted;
    if (sight.newest.empty() && !sight.bacula.empty()) {
      piece.missing.push_back({"The recovery environment must be made anew (" + why +
                                   "), and there is no good backup that it could be proven by",
                               "Run one and have it verified: recover verify-backup"});
      return wanted;
    }
    if (!sight.sources.empty()) {
      for (const auto& source : sight.sources)
        piece.missing.push_back(
            {"The recovery environment must be made anew (" + why + "), and " + source.problem,
             source.remedy});
      return wanted;
    }
    wanted.renewal = Renewal::all;
    piece.done.push_back(sight.path + " made anew, and proven: " + why);
    return wanted;
  }
  if (!sight.knows_newest) {
    wanted.renewal = Renewal::catalog;
    piece.done.push_back("only the catalog " +
                         std::string(bacula::is_served(sight.catalog) ? "dumped and loaded" : "copied") +
                         " anew into " + sight.path + ": it did not know " + sight.newest);
  }
  if (!sight.same_profile) {
    wanted.profile = true;
    piece.done.push_back("program and profile copied into " + sight.path + ": it had another profile");
  }
  return wanted;
}

// Of what the profile says that it is made from: a run without it would only end, each day anew.
std::vector<Missing> missing_sources(const ProfileEnvironment& environment) {
  const std::string otherwise = "or have it made from = \"packages\" ([environment] in the profile)";
  if (environment.from == "stage3" && !system::exists(environment.stage3))
    return {{"there is no stage3 " + environment.stage3 + ", which it is made from",
             "Download one and name it there, " + otherwise}};
  const bool by_program = environment.from == "mmdebstrap" || environment.from == "debootstrap";
  if (by_program && system::find_program(environment.from).empty())
    return {
        {"there is no " + environment.from + " on this machine, which makes it", "Install it, " + otherwise}};
  return {};
}

EnvironmentSight look_at_environment(system::Processes& processes, const Profile& profile,
                                     const StorageFacts& storage, const Backups& backups) {
  EnvironmentSight sight;
  const auto layout = make_layout(profile, storage.mount_point, "");
  sight.path = layout.environment_in_use;
  sight.catalog = profile.bacula.catalog;
  sight.by_hand = profile.environment.by_hand;
  sight.from = profile.environment.from;
  sight.sources = missing_sources(profile.environment);
  sight.bacula = backups.bacula;
  sight.recover = RECOVER_VERSION;
  if (backups.newest)
    sight.newest = "job " + std::to_string(backups.newest->id) + " of " + backups.newest->end;
  Facts facts;
  facts.storage = storage;
  const auto complete = find_check("environment-complete")->ask(profile, facts);
  if (complete.verdict != Verdict::holds) {
    sight.incomplete = complete.evidence;
    return sight;
  }
  sight.stamp = storage.stamp;
  const system::TreeRoot root(sight.path);
  const bool elsewhere = sight.by_hand && has_catalog_elsewhere(sight.path, profile);
  if (!elsewhere) sight.catalog_problem = problem_of_catalog(root, profile);
  if (!elsewhere && sight.catalog_problem.empty() && backups.newest) {
    try {
      sight.knows_newest = knows(sight.path, profile, *backups.newest);
    } catch (const Failed& error) {
      sight.catalog_problem = error.problem();
    }
  }
  if (sight.by_hand) return sight;
  compare_configuration(processes, profile, root, sight);
  sight.same_profile = text_in(root, std::string(Layout::handed_over) + "/machine.toml") == profile.text;
  return sight;
}

bool knows(const std::string& environment, const Profile& profile, const bacula::JobRecord& job) {
  const system::TreeRoot root(environment);
  const bacula::KnownJob known{job.session_id, job.session_time, {}};
  if (!bacula::is_served(profile.bacula.catalog))
    return bacula::catalog_knows(outside_path(root, catalog_of(root, profile)), known);
  const auto text = bacula::text_of_known(root);
  return !text.empty() && bacula::parse_known_backups(text).has(known);
}

void require_knows(const std::string& environment, const Profile& profile, const bacula::JobRecord& newest) {
  if (!knows(environment, profile, newest))
    throw Failed("The copy of the catalog in " + environment + " does not know job " +
                     std::to_string(newest.id) + " either, which the Director knows",
                 "See that " + profile.bacula.configuration +
                     "/bacula-dir.conf names the catalog that the running Director has");
}

void prepare_renewal(const std::string& environment, const Profile& profile) {
  if (const auto points = system::mounted_below(environment, system::read_mounts()); !points.empty())
    throw Refused("The recovery environment is in use: mounted in it is " + system::joined(points),
                  "Leave it, and unmount: umount " + points.back());
  remove_data_beside(environment);
  const auto bytes = bytes_of_catalog(environment, profile);
  const auto free = system::free_bytes(environment);
  if (free < bytes + spare_bytes)
    throw Refused("The catalog needs " + system::human_bytes(bytes) + " beside its old copy, and " +
                      system::human_bytes(spare_bytes) + " to spare; free at " + environment + " is " +
                      system::human_bytes(free),
                  "Make room there, but delete no Bacula volume");
}

std::vector<Action> renewal_of_catalog(const std::string& environment, const Profile& profile) {
  const auto& bacula = profile.bacula;
  if (!bacula::is_served(bacula.catalog))
    return {CopyCatalog{environment, bacula.configuration, bacula.client}};
  return {DumpCatalog{environment, bacula.configuration, bacula.client, bacula.catalog},
          Mount{"proc", environment + "/proc", "proc", ""},
          Mount{"/dev", environment + "/dev", "", "bind"},
          Mount{"tmpfs", environment + "/run", "tmpfs", "mode=0755"},
          Mount{"tmpfs", environment + "/tmp", "tmpfs", "mode=1777"},
          LoadCatalog{environment, bacula.configuration, bacula.client, bacula.catalog}};
}

}  // namespace recover::freshen
