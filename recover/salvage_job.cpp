#include "recover/salvage_job.hpp"

#include <fcntl.h>

#include <algorithm>
#include <memory>

#include "recover/bacula/director.hpp"
#include "recover/bacula/job_facts.hpp"
#include "recover/bacula/salvage_configuration.hpp"
#include "recover/bacula/watched_job.hpp"
#include "recover/error.hpp"
#include "recover/layout.hpp"
#include "recover/salvage/client_tree.hpp"
#include "recover/salvage/foreign_program.hpp"
#include "recover/system/files.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/process.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"
#include "recover/system/tree_root.hpp"

namespace recover {
namespace {

using namespace std::chrono_literals;

const char* const again = "start again";

// The scratch directory, as the environment sees it; beside it the configuration, in memory: passwords.
std::string inside(const char* name = "") {
  return std::string(Layout::inside_salvage) + name;
}

class Daemons {
 public:
  Daemons(system::Processes& processes, std::chrono::milliseconds patience)
      : processes_(processes), patience_(patience) {}
  ~Daemons() {
    const system::Uninterrupted until_released;
    try {
      stop();
    } catch (const std::exception&) {
      // They end with the run.
    }
  }
  Daemons(const Daemons&) = delete;
  Daemons& operator=(const Daemons&) = delete;

  void start(const std::string& name, const std::vector<std::string>& argv) {
    running_.push_back({name, processes_.start(argv)});
  }

  void await() {
    const auto end = std::chrono::steady_clock::now() + patience_;
    for (auto& [name, child] : running_)
      while (!child->listening()) {
        if (!child->running())
          throw Failed("The " + name +
                           " of the recovery environment ended as soon as it was started; it said: " +
                           system::printable(system::redact(child->output())),
                       "Correct its configuration in the recovery environment, or what else it complains of");
        if (std::chrono::steady_clock::now() > end)
          throw Failed("The " + name + " of the recovery environment runs, but does not listen",
                       "Look at its configuration");
        processes_.pause(20ms);
      }
  }

  // The Director first: it closes its catalog while the others still answer.
  void stop() {
    while (!running_.empty()) {
      running_.back().second->stop(10s);
      running_.pop_back();
    }
  }

 private:
  system::Processes& processes_;
  std::chrono::milliseconds patience_;
  std::vector<std::pair<std::string, std::unique_ptr<system::Child>>> running_;
};

// Law 9: it holds that one job that writes, and its volumes are elsewhere.
void require_only_this_job(const bacula::DirectorFacts& director, const BackUpBroken& action) {
  if (director.name == action.director && director.schedules.empty() &&
      director.writing_jobs == std::vector<std::string>{action.backup_job})
    return;
  throw Refused("The Director that answers, \"" + system::printable(director.name) +
                    "\", is not the one of this run, with the job \"" + action.backup_job + "\" alone",
                "Stop any other Director");
}

bacula::SalvageConfiguration configure(const BackUpBroken& action) {
  bacula::SalvageNeeds needs;
  needs.directory = action.configuration;
  needs.client = action.client;
  needs.fileset = action.fileset;
  needs.backup_job = action.backup_job;
  needs.storage = action.storage;
  needs.pool = salvage_pool;
  // The Director puts a number behind it.
  auto stamp = system::bacula_time(system::now());
  std::replace(stamp.begin(), stamp.end(), ' ', '-');
  stamp.erase(std::remove(stamp.begin(), stamp.end(), ':'), stamp.end());
  needs.label = std::string(salvage_pool) + "-" + stamp + "-";
  needs.working = inside("/work");
  needs.bootstrap = inside("/work/job.bsr");
  needs.messages = inside("/work/messages");
  needs.volumes = inside("/work/volumes");
  needs.client_working = salvage::ClientTree::working;
  needs.programs = salvage::ClientTree::programs;
  const system::TreeRoot environment(action.environment);
  const bacula::Sources sources{[&](const std::string& path) -> std::optional<std::string> {
    const auto file = environment.open(path, O_RDONLY | O_NONBLOCK);
    if (!file) return std::nullopt;
    return system::read_file_or("/proc/self/fd/" + std::to_string(file.get()), "");
  }};
  return bacula::make_salvage_configuration(sources, needs);
}

class SalvageMount {
 public:
  SalvageMount(const std::string& scratch, const std::string& environment)
      : point_(environment + inside("/work")) {
    system::TreeRoot(environment).make_directories(inside(), 0700);
    system::TreeRoot(environment).make_directories(inside("/work"), 0700);
    system::mount(scratch, point_, "", "bind");
  }
  ~SalvageMount() {
    const system::Uninterrupted until_released;
    try {
      system::unmount(point_);
    } catch (const std::exception&) {
      // The run's mounts end with it.
    }
  }
  SalvageMount(const SalvageMount&) = delete;
  SalvageMount& operator=(const SalvageMount&) = delete;

 private:
  std::string point_;
};

}  // namespace

SalvageJob run_salvage_job(system::Processes& processes, const BackUpBroken& action,
                           const salvage::ClientTree& tree, const std::string& scratch, Observer& observer) {
  const SalvageMount work(scratch, action.environment);
  const auto made = configure(action);
  const auto host = action.environment + inside();
  system::write_file(host + "/bacula-dir.conf", made.director, 0600);
  system::write_file(host + "/bacula-sd.conf", made.storage, 0600);
  const auto client_file = std::string(salvage::ClientTree::working) + "/bacula-fd.conf";
  system::write_file(tree.root() + client_file, made.client, 0600);

  Daemons daemons(processes, action.patience);
  const auto in_environment = [&](const std::string& name) {
    daemons.start(name, {"chroot", action.environment, name, "-f", "-c", inside() + "/" + name + ".conf"});
  };
  in_environment("bacula-sd");
  std::vector<std::string> client{"chroot", tree.root()};
  for (auto& word :
       salvage::foreign_program(processes, action.environment, "bacula-fd", salvage::ClientTree::programs))
    client.push_back(std::move(word));
  client.insert(client.end(), {"-f", "-c", client_file});
  daemons.start("bacula-fd", client);
  in_environment("bacula-dir");
  daemons.await();
  bacula::await_daemons(processes, action.console, action.storage, action.client, action.patience);
  const auto director = bacula::ask_director(processes, action.console);
  require_only_this_job(director, action);
  bacula::require_name(director.filesets, action.fileset, "FileSet");

  const bacula::WatchRequest watch{.console = action.console,
                                   .what = "backup job",
                                   .client = action.client,
                                   .storage = action.storage,
                                   .writes = true,
                                   .again = again,
                                   .stall = action.stall};
  const auto id =
      bacula::start_job(processes, action.console,
                        "run job=" + bacula::name_argument(action.backup_job) + " level=Incremental yes");
  bool looked = false;
  const auto state = bacula::watch_job(processes, watch, id, [&](const bacula::RestoreProgress& now) {
    if (!looked && bacula::job_record(processes, action.console, id).level != "I")
      throw Failed("The Director made the job a Full: of a broken filesystem none may be made",
                   "Take the files as files: recover --playbook salvage");
    looked = true;
    observer.observe(Event("progress")
                         .with("files", now.files)
                         .with("bytes", now.bytes)
                         .with("current", system::printable(now.current)));
  });
  const auto words = "Backup job " + std::to_string(id) + " of the broken filesystem ";
  if (state.status != "T" && state.status != "W")
    throw Failed(words + "ended with status " + bacula::status_words(state.status) + " and " +
                     std::to_string(state.errors) + " errors, and nothing of it is kept" +
                     bacula::joblog_words(processes, action.console, id),
                 "Take the files as files: recover --playbook salvage");
  const auto record = bacula::job_record(processes, action.console, id);
  if (record.level != "I")
    throw Failed(words + "was made a Full by the Director, and nothing of it is kept",
                 "Take the files as files: recover --playbook salvage");
  daemons.stop();
  return {id, state.errors, state.files, state.bytes};
}

}  // namespace recover
