// The runner that acts.
#include <algorithm>

#include "recover/bacula/bootstrap.hpp"
#include "recover/bacula/catalog_server.hpp"
#include "recover/bacula/choose.hpp"
#include "recover/bacula/director.hpp"
#include "recover/bacula/proof.hpp"
#include "recover/bacula/restore.hpp"
#include "recover/boot_actions.hpp"
#include "recover/catalog_actions.hpp"
#include "recover/environment_actions.hpp"
#include "recover/error.hpp"
#include "recover/half_made.hpp"
#include "recover/journal.hpp"
#include "recover/journal_state.hpp"
#include "recover/leave_actions.hpp"
#include "recover/losses.hpp"
#include "recover/mount_points.hpp"
#include "recover/propose.hpp"
#include "recover/prove_actions.hpp"
#include "recover/repair_actions.hpp"
#include "recover/restore_actions.hpp"
#include "recover/runner.hpp"
#include "recover/salvage_actions.hpp"
#include "recover/served_catalog_actions.hpp"
#include "recover/system/btrfs.hpp"
#include "recover/system/devices.hpp"
#include "recover/system/files.hpp"
#include "recover/system/kernel_log.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/network_namespace.hpp"
#include "recover/system/process.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"
#include "recover/system/tree_root.hpp"
#include "recover/table_action.hpp"
#include "recover/try_mkfs.hpp"

namespace recover {
namespace {

using namespace std::chrono_literals;

// What the run holds and must give back: a mount, or a daemon.
struct Held {
  std::string name;                       // mount point, or the daemon's name
  std::unique_ptr<system::Child> daemon;  // none for a mount
  bool answered = false;                  // it has been spoken with, and proven, since it was started
  bool is_catalog = false;                // a server that the Director uses: no port, and ended after it
  std::chrono::milliseconds patience = 10s;
};

std::string last_lines(const std::string& text) {
  auto clean = system::redact(text);
  clean.erase(clean.find_last_not_of(" \n\r\t") + 1);
  const auto from = clean.size() > 600 ? clean.size() - 600 : 0;
  return clean.substr(from);
}

std::string how_it_ended(int status) {
  return status > 128 && status < 192 ? "was ended by signal " + std::to_string(status - 128)
                                      : "ended with status " + std::to_string(status);
}

class RealRunner : public Runner {
 public:
  RealRunner(system::Processes& processes, system::Keyboard& keyboard)
      : processes_(processes), keyboard_(keyboard) {}

  void perform(const Action& action, Observer& observer) override {
    with_kernels_words([&] { std::visit([&](const auto& a) { act(a, observer); }, action); });
  }

  void make_durable() override {
    with_kernels_words([&] {
      for (const auto& held : held_)
        if (!held.daemon) system::write_out(held.name);
    });
  }

  std::vector<std::string> release() override {
    const system::Uninterrupted until_released;
    std::vector<std::string> failures;
    while (!held_.empty()) {
      const auto held = std::move(held_.back());
      held_.pop_back();
      const system::Releasing said((held.daemon ? "stopping " : "unmounting ") + held.name);
      try {
        if (held.daemon) {
          held.daemon->stop(held.patience);
        } else {
          system::unmount(held.name);
        }
      } catch (const std::exception& error) {
        failures.emplace_back(error.what());
      }
    }
    return failures;
  }

 private:
  // Which device it was, the kernel knows better than the program that failed on it.
  template <typename Do>
  void with_kernels_words(const Do& act_on_it) {
    system::KernelLog kernel;
    try {
      act_on_it();
    } catch (Error& error) {
      std::string said;
      for (const auto& line : kernel.device_errors())
        said += (said.empty() ? "The kernel said: " : "; ") + line;
      if (!said.empty()) error.add_evidence(said);
      throw;
    }
  }

  void act(const Command& a, Observer&) {
    const auto result = processes_.run({.argv = a.argv, .merge_errors = true});
    if (result.status == 0) return;
    throw Failed(
        "\"" + a.argv.front() + "\" " + how_it_ended(result.status) +
            ". The command was: " + as_typed(a).front() + ". It said: " + last_lines(result.out + result.err),
        "Mend what it complains of, then continue with --resume; when the profile or the playbook must be "
        "changed for it, begin anew with --restart");
  }

  void act(const Erase& a, Observer& observer) {
    const auto held = hold_as_planned(a.devices, look_, pause_);
    act(Command{a.argv}, observer);
  }
  void act(const MakeTable& a, Observer&) { make_table(processes_, a, look_); }

  void act(const MakeDirectory& a, Observer&) { system::TreeRoot(a.root).make_directories(a.path, a.mode); }
  void act(const ScanDevices& a, Observer& observer) { act(Command{scan_command(a.devices)}, observer); }

  void act(const EmptyTree& a, Observer& observer) {
    const auto mounts = system::read_mounts();
    const bool mounted =
        std::any_of(mounts.begin(), mounts.end(), [&](const auto& mount) { return mount.target == a.path; });
    if (!mounted || system::read_filesystem(a.path).uuid != a.uuid)
      throw Refused("The new filesystem " + a.uuid + " is not what is mounted on " + a.path +
                        ", so nothing is emptied or restored there",
                    "Let the playbook mount it before it restores");
    act(Command{empty_tree_command(a)}, observer);
  }

  void act(const SettleDevices& a, Observer&) {
    write_out_devices(a);
    settle_devices(processes_, a);
  }
  void act(const OpenStorage& a, Observer&) { open_storage(processes_, a); }
  void act(const TryMkfs& a, Observer&) { try_mkfs(processes_, a); }
  void act(const MakeIfLost& a, Observer& observer) {
    const auto held = hold_as_planned({a.identity}, look_, pause_);
    if (!is_lost(a)) return;
    observer.observe(making(a.identity, a.type, a.uuid));
    // mkfs.xfs refuses what it still finds, mkfs.ext4 asks.
    if (a.half_made) act(Command{wipe_command(a.device)}, observer);
    act(Command{a.argv}, observer);
    write_out_devices({{a.device}});
    observer.observe(made(a.identity, a.type, a.uuid));
  }
  void act(const FillEsp& a, Observer&) { fill_esp(a); }
  void act(const RewriteUuid& a, Observer&) { rewrite_uuid(a); }
  void act(const TryEfiVariables& a, Observer& observer) { try_firmware(a, observer); }
  void act(const RestoreEfiEntry& a, Observer& observer) { restore_entry(a, observer); }
  void act(const AskOperator& a, Observer&) { ask_operator(keyboard_, a); }
  void act(const Propose& a, Observer& observer) {
    if (!is_wanted(keyboard_, a, observer)) return;
    for (const auto& command : a.commands) act(Command{command}, observer);
  }

  void act(const MakeMountPoints& a, Observer&) {
    const system::TreeRoot root(a.root);
    for (const auto& point : missing_mount_points(a.root)) root.make_directories(point, std::nullopt);
  }

  void act(const Mount& a, Observer&) {
    system::mount(a.source, a.target, a.type, a.options);
    held_.push_back({a.target, nullptr});
  }

  void act(const Unmount& a, Observer&) {
    const auto held = std::find_if(held_.rbegin(), held_.rend(),
                                   [&](const auto& h) { return !h.daemon && h.name == a.target; });
    if (held == held_.rend()) return;  // a resumed run had no reason to mount it
    system::write_out(a.target);       // umount(2) would not tell what could not be written
    system::unmount(a.target);
    held_.erase(std::next(held).base());
  }

  void act(const StartDaemon& a, Observer&) {
    if (!runs(a.name)) held_.push_back({a.name, processes_.start(a.argv)});
  }

  void act(const StartCatalog& a, Observer&) {
    const auto name = bacula::server_name(a.kind);
    if (runs(name)) return;
    // One that lost its catalog is begun anew with it.
    stop({"bacula-dir"});
    if (auto server = start_catalog(processes_, a))
      held_.push_back({name, std::move(server), false, true, a.patience});
  }

  // What has ended is forgotten.
  bool runs(const std::string& name) {
    const auto held = find_daemon(name);
    if (held == held_.end()) return false;
    if (held->daemon->running()) return true;
    held_.erase(held);
    return false;
  }

  void act(const StopDaemons& a, Observer&) { stop(a.names); }

  void stop(const std::vector<std::string>& names) {
    // Each takes its time: told together, they end together.
    for (const auto& name : names)
      if (const auto held = find_daemon(name); held != held_.end() && !held->is_catalog)
        held->daemon->ask_to_stop();
    for (const auto& name : names)
      if (const auto held = find_daemon(name); held != held_.end()) {
        held->daemon->stop(held->patience);
        held_.erase(held);
      }
  }

  void act(const MeetBacula& a, Observer& observer) {
    const bool met = std::all_of(held_.begin(), held_.end(), [](const auto& held) {
      return !held.daemon || (held.answered && held.daemon->running());
    });
    if (met) return;
    await_ports(a.patience);
    bacula::await_daemons(processes_, a.console, a.storage, a.client, a.patience);
    const auto director = bacula::ask_director(processes_, a.console);
    if (const auto more = bacula::more_than_restore(director, a.director); !more.empty())
      throw Refused(more,
                    "Take every Backup, Copy and Migrate job and every Schedule out of the environment's "
                    "bacula-dir.conf, and stop any other Director");
    for (auto& held : held_) held.answered = true;
    observer.observe(Event("director-proven")
                         .with("director", director.name)
                         .with("version", director.version)
                         .with("jobs", director.jobs));
  }

  // bconsole would wait 5 s between two tries, and go on trying although the daemon has long ended.
  void await_ports(std::chrono::milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    for (auto& held : held_)
      while (held.daemon && !held.is_catalog && !held.daemon->listening()) {
        if (!held.daemon->running())
          throw Failed("The " + held.name +
                           " of the recovery environment ended as soon as it was started; it said: " +
                           last_lines(held.daemon->output()),
                       "Correct its configuration in the recovery environment, or what else it complains of");
        if (std::chrono::steady_clock::now() > end)
          throw Failed("The " + held.name + " of the recovery environment runs, but does not listen",
                       "Look at its configuration");
        processes_.pause(20ms);
      }
  }

  void act(const ProvideCatalog& a, Observer& observer) { provide_catalog(processes_, a, observer); }
  void act(const ChooseBackup& a, Observer&) { bacula::choose_backup(processes_, a.request); }
  void act(const AdoptBootstrap& a, Observer& observer) { adopt_bootstrap(a, observer); }
  void act(const ProveBackup& a, Observer& observer) { prove_backup(processes_, a, observer); }

  void act(const TryExtract& a, Observer&) {
    const auto path = a.keep + "/backup.bsr";
    const auto first = bacula::first_file(bacula::parse_bootstrap(system::read_file(path), path));
    system::write_file(a.keep + "/first.bsr", bacula::to_text(first), 0600);
    const auto outcome = bacula::extract(processes_, {a.argv}, {});
    if (outcome.files > 0) return;
    throw Failed("bextract was tried on the first file of the backup, and brought back none" +
                     (outcome.errors.empty() ? std::string() : "; it said: " + outcome.errors.front()),
                 "Compare bacula.device and the volumes' directory with the environment's bacula-sd.conf");
  }

  void act(const RestoreByDirector& a, Observer& observer) { restore_by_director(processes_, a, observer); }
  void act(const ExtractVolumes& a, Observer& observer) { extract_volumes(processes_, a, observer); }
  void act(const NameLosses& a, Observer& observer) { name_losses(a.volumes, a.keep, a.target, observer); }

  void act(const HoldVolumes& a, Observer& observer) {
    hold_volumes(processes_, a, director_answers() || is_met_again(a, observer), observer);
  }

  bool director_answers() {
    const auto director = find_daemon("bacula-dir");
    return director != held_.end() && director->answered && director->daemon->running();
  }

  // In a run that was resumed behind the restore no step had a reason to start it.
  bool is_met_again(const HoldVolumes& a, Observer& observer) {
    if (!state_of(read_journal(journal_path(a.keep)).events).by_director) return false;
    try {
      if (a.catalog) act(*a.catalog, observer);
      for (const auto& daemon : a.daemons) act(daemon, observer);
      act(a.meet, observer);
      return true;
    } catch (const Failed&) {
      return false;  // the event says that there is none
    }
  }
  void act(const HandOverCatalog& a, Observer& observer) { hand_over_catalog(processes_, a, observer); }
  void act(const HandOver& a, Observer& observer) { hand_over(a, observer); }
  void act(const LeaveReminder& a, Observer& observer) { leave_reminder(processes_, a, observer); }
  void act(const RestoreLost& a, Observer& observer) { restore_lost(processes_, a, observer); }
  void act(const MendFiles& a, Observer& observer) { mend_files(processes_, a, observer); }

  void act(const Diagnose& a, Observer& observer) { diagnose(processes_, a, observer); }
  void act(const ListBackup& a, Observer& observer) { list_backup(a, observer); }
  void act(const SalvageFiles& a, Observer& observer) { salvage_files(processes_, keyboard_, a, observer); }
  void act(const BackUpBroken& a, Observer& observer) { back_up_broken(processes_, a, observer); }
  void act(const TakeSalvaged& a, Observer& observer) { take_salvaged(keyboard_, a, observer); }

  void act(const MakeEnvironment& a, Observer& observer) { make_environment(processes_, a, observer); }
  void act(const ConfigureEnvironment& a, Observer& observer) {
    configure_environment(processes_, a, observer);
  }
  void act(const CopyCatalog& a, Observer& observer) { copy_catalog(a, observer); }
  void act(const DumpCatalog& a, Observer& observer) { dump_catalog(processes_, a, observer); }
  void act(const LoadCatalog& a, Observer& observer) { load_catalog(processes_, a, observer); }
  void act(const EquipEnvironment& a, Observer&) { equip_environment(a); }
  void act(const IsolateNetwork&, Observer&) { system::enter_private_network(); }
  void act(const ProveEnvironment& a, Observer& observer) { prove_environment(processes_, a, observer); }
  void act(const SwapEnvironment& a, Observer& observer) { swap_environment(a, observer); }

  std::vector<Held>::iterator find_daemon(const std::string& name) {
    return std::find_if(held_.begin(), held_.end(),
                        [&](const auto& h) { return h.daemon && h.name == name; });
  }

  system::Processes& processes_;
  system::Keyboard& keyboard_;
  const LookAtDevices look_ = [] {
    return system::read_devices(system::read_mounts());
  };
  const Pause pause_ = [this] {
    processes_.pause(100ms);
  };
  std::vector<Held> held_;
};

}  // namespace

std::unique_ptr<Runner> real_runner(system::Processes& processes, system::Keyboard& keyboard) {
  return std::make_unique<RealRunner>(processes, keyboard);
}

}  // namespace recover
