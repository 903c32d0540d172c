#include "recover/bacula/catalog_choice.hpp"

#include <sys/stat.h>

#include "recover/bacula/catalog_file.hpp"
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

void find_file(const CatalogRequest& request, CatalogOutlook& outlook) try {
  if (request.kind != "sqlite3") {
    outlook.problem =
        "the catalog is a database of " + request.kind + ", and recover loads catalogs of SQLite alone yet";
    return;
  }
  const system::TreeRoot root(request.environment);
  const auto catalog = find_catalog_file(root, request.configuration, request.client);
  if (!catalog) {
    outlook.problem =
        request.configuration + "/bacula-dir.conf of the recovery environment names no SQLite catalog";
    return;
  }
  outlook.file = root.real_path(catalog->directory) + "/" + catalog->name;
} catch (const Failed& error) {
  outlook.problem = error.problem();
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
  outlook.own = look_at_catalog(outlook.file, request.newest.backup_job, outlook.newest);
  if (will_do(outlook.own, outlook.newest)) return outlook;
  if (struct stat status{}; !request.dump.empty() && ::stat(request.dump.c_str(), &status) == 0) {
    outlook.dump = request.dump;
    outlook.dump_size = status.st_size;
    outlook.dump_written = status.st_mtime;
  }
  if (!request.catalog_bootstrap.empty() && system::exists(request.catalog_bootstrap))
    outlook.catalog_bootstrap = request.catalog_bootstrap;
  outlook.can_scan = !system::find_program("bscan", request.environment).empty();
  outlook.volumes = volumes_to_scan(request.newest.volumes);
  return outlook;
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
  std::vector<std::string> lines{"The recovery environment's own will not do: " +
                                 against(outlook.own, outlook.newest)};
  if (!outlook.dump.empty())
    lines.push_back("The dump " + outlook.dump + ", " + system::human_bytes(outlook.dump_size) + ", of " +
                    system::local_time(outlook.dump_written) +
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
