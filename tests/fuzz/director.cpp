// Whole conversations: the first byte says which, the parts of the rest are what the Director says, one for
// each time that it is asked.
#include "recover/bacula/director.hpp"

#include "recover/bacula/catalog.hpp"
#include "recover/bacula/choose.hpp"
#include "recover/bacula/job_facts.hpp"
#include "recover/bacula/job_media.hpp"
#include "recover/bacula/job_watch.hpp"
#include "recover/bacula/quarantine.hpp"
#include "recover/bacula/verify_job.hpp"
#include "recover/bacula/watched_job.hpp"
#include "tests/fuzz/target.hpp"

namespace recover::fuzz {
namespace {

using namespace std::chrono_literals;
using namespace recover::bacula;

const Console console{{"bconsole", "-n"}};

// The Director's choice; the bootstrap file that it tells of is there.
void choose(Answers& director) {
  static const Directory root, keep;
  root.put("work/dir.restore.1.bsr",
           "Storage=\"File1\"\nVolume=\"Vol-0001\"\nMediaType=\"File1\"\nVolSessionId=1\n"
           "VolSessionTime=77\nVolAddr=200-900\nFileIndex=1-3\nCount=3\n");
  choose_backup(director, {.console = console,
                           .root = root.path(),
                           .client = "alder-fd",
                           .fileset = "alder-root",
                           .storage = "File1",
                           .catalog_kind = "sqlite3",
                           .as_of = "",
                           .keep = keep.path()});
}

void bootstrap_of_a_job(Answers& director) {
  const auto bootstrap = job_bootstrap(director, console, 5);
  if (bootstrap.ranges.empty()) return;
  try {
    parse_bootstrap(to_text(bootstrap), "a bootstrap from the catalog");
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    require(false, "a bootstrap from the catalog can be read as one");
  }
}

void watch(Answers& director) {
  const auto id = start_job(director, console, "run job=BackupAlder yes");
  watch_job(director,
            {.console = console,
             .what = "restore job",
             .client = "alder-fd",
             .storage = "File1",
             .writes = false,
             .again = "go on with --resume"},
            id, [](const RestoreProgress&) {});
}

}  // namespace

void try_input(std::string_view input) {
  if (input.empty()) return;
  Answers director(parts(input.substr(1)), 100);
  const std::vector<std::string> volumes{"Vol-0001", "Vol-0002"};
  switch (input[0]) {
    case 'a':
      more_than_restore(ask_director(director, console), "alder-dir");
      return;
    case 'b':
      return await_daemons(director, console, "File1", "alder-fd", 0ms);
    case 'c':
      return choose(director);
    case 'd':
      return catalog_files(director, console, "sqlite3", {1, 2}, [](const ListedFile& file) {
        require(!file.name.empty(), "a file that is listed has a name");
      });
    case 'e':
      return job_files(director, console, "postgresql", 5, {}, [](const CatalogEntry&) {});
    case 'f':
      require(job_records(director, console, {3, 4}).size() == 2, "each job that is asked for is told");
      return;
    case 'g':
      volumes_of(director, console, {3, 4});
      catalog_volumes(director, console);
      return;
    case 'h':
      job_chain(director, console, 4);
      newest_backup(director, console);
      last_job(director, console);
      return;
    case 'i':
      return hold_volumes(director, console, volumes);
    case 'j':
      release_volumes(director, console, {{"Vol-0001", "Append"}, {"Vol-0002", "Purged"}});
      return;
    case 'k':
      backup_jobs(director, console, "alder-fd");
      return;
    case 'l':
      return hold_jobs(director, console, {"BackupAlder"});
    case 'm':
      return watch(director);
    case 'n':
      return bootstrap_of_a_job(director);
    case 'o':
      telling_lines(director, console, 7);
      last_lines(director, console, 7);
      return;
    case 'p':
      files_in(director, console, 7, {"/home/a"});
      count_below(director, console, {7}, "/home", {"/home/a"});
      return;
    case 'q':
      require(catalog_jobs(director, console, {1}).size() == 1, "each job that is asked for is told");
      return;
    case 'r':
      await_restored_files(director, {.console = console, .files = 3}, 7);
      return;
    default:
      return;
  }
}

}  // namespace recover::fuzz
