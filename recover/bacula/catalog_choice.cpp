#include "recover/bacula/catalog_choice.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "recover/bacula/catalog_file.hpp"
#include "recover/bacula/catalog_server.hpp"
#include "recover/bacula/database_access.hpp"
#include "recover/bacula/known_backups.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/text.hpp"
#include "recover/system/tree_root.hpp"

namespace recover::bacula {
namespace {

constexpr std::size_t most_jobs = 5;  // named; the rest is counted

std::string named(const std::vector<KnownJob>& jobs) {
  std::string text;
  for (std::size_t i = 0; i < jobs.size() && i < most_jobs; ++i)
    text += (text.empty() ? "" : "; ") + system::printable(words_of(jobs[i]));
  if (jobs.size() > most_jobs) text += "; and " + std::to_string(jobs.size() - most_jobs) + " more";
  return text;
}

void find_sqlite(const CatalogRequest& request, const system::TreeRoot& root, CatalogOutlook& outlook) {
  const auto catalog = find_catalog_file(root, request.configuration, request.client);
  if (catalog)
    outlook.file = root.real_path(catalog->directory) + "/" + catalog->name;
  else
    outlook.problem =
        request.configuration + "/bacula-dir.conf of the recovery environment names no SQLite catalog";
}

void find_served(const CatalogRequest& request, CatalogOutlook& outlook) {
  const auto server = server_name(request.kind);
  const auto access = find_database_in(request.environment, request.configuration, request.client);
  if (!access)
    outlook.problem = request.configuration + "/bacula-dir.conf of the recovery environment names no catalog";
  else if (!access->is_own_server(request.kind))
    outlook.problem = "the recovery environment was made by hand, and its Director has the catalog elsewhere";
  else if (find_server_programs(request.kind, request.environment).empty())
    outlook.problem = "the recovery environment has no server of " + server + " (" +
                      system::joined(server_programs(request.kind)) + ")";
  else
    outlook.file = request.environment + ServerPlaces::data;
}

void find_file(const CatalogRequest& request, CatalogOutlook& outlook) try {
  if (is_served(request.kind)) return find_served(request, outlook);
  find_sqlite(request, system::TreeRoot(request.environment), outlook);
} catch (const Failed& error) {
  outlook.problem = error.problem();
}

// No server runs yet. What it knew when it was made lies beside it; who can start it asks it itself.
void look_at_served(const CatalogRequest& request, CatalogOutlook& outlook) try {
  const system::TreeRoot root(request.environment);
  if (!root.has(ServerPlaces::data)) {
    outlook.own = unreadable_catalog("there is no catalog " + outlook.file, outlook.newest);
    return;
  }
  const auto known = text_of_known(root);
  outlook.own_is_to_be_asked = known.empty();
  outlook.own = known.empty()
                    ? unreadable_catalog("nothing beside it tells what it knows", outlook.newest)
                    : sight_of(parse_known_backups(known), request.newest.backup_job, outlook.newest);
} catch (const Failed& error) {
  outlook.own_is_to_be_asked = true;
  outlook.own = unreadable_catalog(error.problem(), outlook.newest);
}

void look_at_own(const CatalogRequest& request, CatalogOutlook& outlook) {
  if (is_served(request.kind)) return look_at_served(request, outlook);
  outlook.own = look_at_catalog(outlook.file, request.newest.backup_job, outlook.newest);
}

void add_dump(CatalogOutlook& outlook, const std::string& path) {
  if (struct stat status{}; !path.empty() && ::stat(path.c_str(), &status) == 0)
    outlook.dumps.push_back({path, status.st_size, status.st_mtime});
}

// What a server's catalog was made from knows no more than that; of use it is where that does not work, or
// where it has not come to be loaded.
void add_own_dump(const CatalogRequest& request, CatalogOutlook& outlook) {
  struct stat dump {
  }, known{};
  const auto path = request.environment + ServerPlaces::dump;
  const bool loaded = ::stat((request.environment + ServerPlaces::known).c_str(), &known) == 0 &&
                      ::stat(path.c_str(), &dump) == 0 && dump.st_mtime <= known.st_mtime;
  if (!loaded || !outlook.own.readable()) add_dump(outlook, path);
}

}  // namespace

std::string catalog_path(const CatalogRequest& request) {
  CatalogOutlook outlook;
  find_file(request, outlook);
  return outlook.file;
}

CatalogOutlook look_at_catalogs(const CatalogRequest& request) {
  CatalogOutlook outlook;
  find_file(request, outlook);
  if (!outlook.problem.empty()) return outlook;
  outlook.newest = find_newest_backup(request.newest);
  look_at_own(request, outlook);
  if (!will_do(outlook.own, outlook.newest)) look_at_others(request, outlook);
  return outlook;
}

void look_at_others(const CatalogRequest& request, CatalogOutlook& outlook) {
  outlook.dumps.clear();
  add_dump(outlook, request.dump);
  if (is_served(request.kind)) add_own_dump(request, outlook);
  std::stable_sort(outlook.dumps.begin(), outlook.dumps.end(),
                   [](const auto& a, const auto& b) { return a.written > b.written; });
  if (!request.catalog_bootstrap.empty() && system::exists(request.catalog_bootstrap))
    outlook.catalog_bootstrap = request.catalog_bootstrap;
  outlook.can_scan = !system::find_program("bscan", request.environment).empty();
  outlook.volumes = volumes_to_scan(request.newest.volumes);
}

bool will_do(const CatalogSight& sight, const NewestBackup& newest) {
  return sight.readable() && (newest.jobs.empty() ? sight.newest.job.id > 0 : sight.knows_newest);
}

std::string against(const CatalogSight& sight, const NewestBackup& newest) {
  if (!sight.readable()) return sight.problem;
  if (will_do(sight, newest)) return "";
  const auto last = sight.newest.job.id > 0
                        ? "; the newest that it knows is " + system::printable(words_of(sight.newest))
                        : "";
  if (sight.unknown.empty()) return "it knows no good backup of this machine";
  return "it does not know " + named(sight.unknown) + last;
}

std::vector<std::string> outlook_text(const CatalogOutlook& outlook) {
  if (!outlook.problem.empty()) return {"It is left as it is: " + outlook.problem};
  const auto& jobs = outlook.newest.jobs;
  if (will_do(outlook.own, outlook.newest))
    return {"The recovery environment's own is used: it knows " +
            system::printable(words_of(jobs.empty() ? outlook.own.newest : jobs.back()))};
  std::vector<std::string> lines{
      outlook.own_is_to_be_asked
          ? "The recovery environment's own is asked in the run, by its server: " + outlook.own.problem +
                ". If it will not do:"
          : "The recovery environment's own will not do: " + against(outlook.own, outlook.newest)};
  for (const auto& dump : outlook.dumps)
    lines.push_back("The dump " + dump.path + ", " + system::human_bytes(dump.size) + ", of " +
                    system::local_time(dump.written) +
                    ", is loaded beside it, and used when it knows that backup");
  if (!outlook.catalog_bootstrap.empty())
    lines.push_back("The dump that " + outlook.catalog_bootstrap +
                    " names is taken from the volumes, and used when it knows that backup");
  const auto otherwise = lines.size() > 1 ? std::string("Else it") : std::string("It");
  if (!outlook.can_scan) {
    lines.push_back(otherwise +
                    " cannot be rebuilt: the recovery environment has no bscan. Then the backup is "
                    "chosen without the Director");
    return lines;
  }
  lines.push_back(otherwise + " is rebuilt from the volumes by bscan, which reads " +
                  std::to_string(outlook.volumes.volumes.size()) + " volume(s), " +
                  system::human_bytes(outlook.volumes.bytes) + ": at 50 MiB a second some " +
                  system::human_seconds(scan_seconds(outlook.volumes.bytes)));
  for (auto& line : cost_of_scan(outlook.volumes)) lines.push_back(std::move(line));
  return lines;
}

std::vector<std::string> cost_of_dump(const std::vector<KnownJob>& others) {
  if (others.empty()) return {};
  return {"The dump does not know jobs that ended after it was made: " + named(others)};
}

// Measured with Bacula 9.6.7.
std::vector<std::string> cost_of_scan(const VolumesToScan& volumes) {
  std::vector<std::string> costs{
      "What bscan makes does not know the logs of jobs, nor jobs that wrote nothing (restores, "
      "verifications, "
      "failures), nor what volumes that are gone have held",
      "Its volumes have the status Archive: nothing is appended to them, and they are never recycled; the "
      "next "
      "backup takes a new one"};
  if (!volumes.left_out.empty())
    costs.push_back("Nor does it know what is no volume that bscan could read: " +
                    system::joined(volumes.left_out, "; "));
  return costs;
}

}  // namespace recover::bacula
