#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <optional>
#include <vector>

#include "recover/bacula/catalog_choice.hpp"
#include "recover/bacula/catalog_list.hpp"
#include "recover/bacula/choose.hpp"
#include "recover/error.hpp"
#include "recover/salvage_actions.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

constexpr const char* file_name = "/backup.files";

void tell(Observer& observer, const char* from, const bacula::BackupJob& newest, std::int64_t files) {
  observer.observe(Event("backup-listed")
                       .with("from", from)
                       .with("files", files)
                       .with("newest", system::printable(bacula::words_of({0, 0, newest}))));
}

std::int64_t count_files(const std::string& list) {
  std::int64_t files = 0;
  bacula::read_file_list(list, [&](const bacula::ListedFile&) { ++files; });
  return files;
}

// Those that there are, the environment's own first.
std::vector<std::string> catalogs_of(const ListBackup& action) {
  std::vector<std::string> paths;
  if (action.kind == "sqlite3") {
    bacula::CatalogRequest request;
    request.environment = action.environment;
    request.configuration = action.configuration;
    request.client = action.client;
    request.kind = action.kind;
    if (auto own = bacula::catalog_path(request); !own.empty()) paths.push_back(std::move(own));
  }
  for (const auto& path : action.catalogs)
    if (system::exists(path)) paths.push_back(path);
  return paths;
}

void list_from_catalog(const ListBackup& action, const std::string& catalog, Observer& observer) {
  bacula::FileListWriter list(action.keep + file_name);
  const auto jobs = bacula::list_from_catalog({.catalog = catalog,
                                               .newest = {.bootstrap = action.bootstrap,
                                                          .volumes = action.volumes,
                                                          .backup_job = action.backup_job,
                                                          .as_of = action.as_of}},
                                              list);
  list.finish();
  tell(observer, "catalog", jobs.back(), count_files(action.keep + file_name));
}

// Of what adopting keeps only the list: nothing here has been chosen to be restored.
void list_from_volumes(const ListBackup& action, Observer& observer) {
  const auto scratch = action.keep + "/listing";
  std::error_code none;
  std::filesystem::remove_all(scratch, none);
  const auto backup = bacula::adopt_bootstrap(
      {.bootstrap = action.bootstrap, .volumes = action.volumes, .keep = scratch, .as_of = action.as_of});
  if (backup.jobs.empty())
    throw Failed("The bootstrap file " + action.bootstrap + " names no job",
                 "See that it is the one that the backup job writes");
  std::filesystem::rename(scratch + file_name, action.keep + file_name, none);
  if (none)
    throw Failed("Could not keep the list of the backup's files: " + none.message(),
                 "See the filesystem of " + action.keep);
  std::filesystem::remove_all(scratch, none);
  system::sync_directory(action.keep);
  tell(observer, "volumes", backup.jobs.back(), backup.files);
}

// Empty: it went well. Else why it did not.
template <typename Try>
std::string attempted(const Try& attempt) try {
  attempt();
  return "";
} catch (const Error& error) {
  if (error.exit() == Exit::interrupted) throw;
  return error.problem();
}

}  // namespace

std::vector<std::string> list_backup_lines(const ListBackup& action) {
  const auto list = system::shell_quoted(action.keep + file_name);
  std::vector<std::string> lines;
  if (action.kind == "sqlite3")
    lines.push_back("# list the files of the newest backup, with their digests, from the catalog in " +
                    system::shell_quoted(action.environment));
  for (const auto& catalog : action.catalogs) lines.push_back("# else from " + system::shell_quoted(catalog));
  lines.push_back((lines.empty() ? "# list" : "# else") + std::string(" the files that ") +
                  system::shell_quoted(action.bootstrap) + " names, from the volumes in " +
                  system::shell_quoted(action.volumes));
  lines.push_back("# as " + list + "; without a list everything is salvaged");
  return lines;
}

void list_backup(const ListBackup& action, Observer& observer) {
  if (system::exists(action.keep + file_name)) return;
  system::make_directories(action.keep, 0700);
  std::vector<std::string> why;
  for (const auto& catalog : catalogs_of(action)) {
    const auto problem = attempted([&] { list_from_catalog(action, catalog, observer); });
    if (problem.empty()) return;
    why.push_back(problem);
  }
  const auto problem = attempted([&] { list_from_volumes(action, observer); });
  if (problem.empty()) return;
  why.push_back(problem);
  std::error_code none;
  std::filesystem::remove_all(action.keep + "/listing", none);
  observer.observe(Event("no-list").with("why", std::move(why)));
}

}  // namespace recover
