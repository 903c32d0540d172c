// The proof of a recovery environment: that its Director, Storage Daemon and File Daemon bring a file back.
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>

#include "recover/bacula/catalog.hpp"
#include "recover/bacula/digest.hpp"
#include "recover/bacula/director.hpp"
#include "recover/bacula/lstat.hpp"
#include "recover/bacula/verify_job.hpp"
#include "recover/environment/proof_file.hpp"
#include "recover/environment/stamp.hpp"
#include "recover/environment_actions.hpp"
#include "recover/error.hpp"
#include "recover/layout.hpp"
#include "recover/system/files.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/text.hpp"
#include "recover/system/tree_removal.hpp"
#include "recover/system/tree_root.hpp"

namespace recover {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t files_a_question = 100, questions = 20;

struct Found {
  std::int64_t job = 0;
  std::string start;
  bacula::CatalogEntry file;
};

// The newest job first: what is restored then is a backup that a recovery would take.
std::optional<Found> find_file(system::Processes& processes, const ProveEnvironment& action) {
  const auto jobs =
      bacula::query(processes, action.request.console,
                    "SELECT JobId,StartTime,JobFiles FROM Job WHERE Name='" + action.backup_job +
                        "' AND Type='B' AND JobStatus IN ('T','W') AND JobFiles>0 "
                        "ORDER BY JobId DESC LIMIT 30",
                    3, 60s);
  if (jobs.empty())
    throw Failed(
        "The catalog of the new recovery environment knows no good backup of the job " + action.backup_job,
        "Run one on this machine, and have it verified: recover verify-backup");
  for (const auto& row : jobs) {
    Found found{bacula::whole_number(row[0]), row[1].substr(0, 19), {}};
    const auto files = bacula::whole_number(row[2]);
    for (std::int64_t from = 1, asked = 0; from <= files && asked < questions;
         from += files_a_question, ++asked) {
      std::vector<std::int64_t> indexes;
      for (auto index = from; index < from + files_a_question && index <= files; ++index)
        indexes.push_back(index);
      std::optional<bacula::CatalogEntry> chosen;
      bacula::job_files(processes, action.request.console, action.catalog, found.job, indexes,
                        [&](const bacula::CatalogEntry& file) {
                          if (!chosen && environment::is_fit_for_proof(file)) chosen = file;
                        });
      if (!chosen) continue;
      found.file = *chosen;
      return found;
    }
  }
  return std::nullopt;
}

// Computed as the catalog has it; empty when the file is not there.
std::string digest_of(const std::string& directory, const bacula::CatalogEntry& file) {
  const system::TreeRoot root(directory);
  const auto held = root.open_without_links(file.name, O_RDONLY);
  if (!held) return "";
  bacula::Digest digest;
  digest.begin(bacula::digest_of_text(file.digest));
  digest.add(system::read_file("/proc/self/fd/" + std::to_string(held.get())));
  return bacula::catalog_digest(digest.end());
}

}  // namespace

void prove_environment(system::Processes& processes, const ProveEnvironment& action, Observer& observer) {
  const auto scratch = action.keep + "/proof", bootstrap = action.keep + "/proof.bsr";
  system::remove_tree(scratch);
  const auto found = find_file(processes, action);
  if (!found)
    throw Failed("No backup of the job " + action.backup_job +
                     " holds a small file with a digest, by which the environment could be proven",
                 "Set Signature = SHA1 in the FileSet's Options, and run a backup");
  const auto whole = bacula::job_bootstrap(processes, action.request.console, found->job);
  system::write_file(bootstrap, bacula::to_text(environment::only_file(whole, found->file.index)), 0600);
  system::make_directories(scratch, 0700);
  const auto outcome = bacula::restore_by_director(processes, action.request, {});
  const auto name = system::printable(found->file.name);
  const auto digest = digest_of(scratch, found->file);
  if (digest != found->file.digest)
    throw Failed(
        "The recovery environment has restored " + name + " of job " + std::to_string(found->job) +
            (digest.empty() ? ", but it is not there" : ", but not with the digest that the catalog has"),
        "See whether the backup is whole: recover verify-backup");
  observer.observe(Event("restored")
                       .with("job", outcome.job_id)
                       .with("files", outcome.files)
                       .with("bytes", outcome.bytes));
  system::remove_tree(scratch);
  auto stamp = action.stamp;
  stamp.made = system::local_time(system::now());
  stamp.bacula = bacula::ask_director(processes, action.request.console).version;
  stamp.recover = RECOVER_VERSION;
  stamp.job = found->job;
  stamp.job_start = found->start;
  stamp.file = found->file.name;
  stamp.digest = bacula::name_of(bacula::digest_of_text(digest)) + " " + digest;
  const auto text = environment::to_text(stamp);
  system::write_file(action.root + Layout::stamp, text, 0644);
  // Its twin tells, when it comes to the swap, that this is the one.
  system::write_file(action.keep + Layout::stamp, text, 0600);
  observer.observe(Event("environment-proven")
                       .with("bacula", stamp.bacula)
                       .with("job", stamp.job)
                       .with("file", name)
                       .with("digest", stamp.digest));
}

}  // namespace recover
