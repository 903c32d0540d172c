// recover freshen: keeps current, on the healthy machine, what a recovery looks for on the storage volume,
// and complains of what it cannot. Each piece is seen to whatever became of the others.
#include <filesystem>
#include <functional>
#include <utility>

#include "recover/bacula/director.hpp"
#include "recover/capture/before.hpp"
#include "recover/capture/look.hpp"
#include "recover/check.hpp"
#include "recover/commands/commands.hpp"
#include "recover/commands/on_machine.hpp"
#include "recover/environment/stamp.hpp"
#include "recover/environment_actions.hpp"
#include "recover/freshen/backup.hpp"
#include "recover/freshen/environment.hpp"
#include "recover/freshen/machine_profile.hpp"
#include "recover/freshen/program.hpp"
#include "recover/freshen/record.hpp"
#include "recover/layout.hpp"
#include "recover/places.hpp"
#include "recover/probe.hpp"
#include "recover/runner.hpp"
#include "recover/system/files.hpp"
#include "recover/system/keyboard.hpp"
#include "recover/system/lock.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"
#include "recover/verify/before.hpp"

namespace recover::commands {
namespace {

using namespace std::chrono_literals;
using freshen::Piece;
using freshen::Renewal;

// A rescue system would be captured for the machine, and an open recovery wants all as it is.
void require_may_run(const OnMachine& machine) {
  const auto here = find_check("on-the-machine")->ask(machine.profile, machine.facts);
  if (here.verdict != Verdict::holds)
    throw Refused(here.evidence, here.remedy.empty() ? "freshen is for the healthy machine; run it there"
                                                     : "freshen is for the healthy machine. " + here.remedy);
  const auto gate = find_check("gate-closed")->ask(machine.profile, machine.facts);
  if (gate.verdict == Verdict::fails) throw Refused(gate.evidence, gate.remedy);
}

class Freshen {
 public:
  Freshen(const Options& options, Reporter& reporter, const OnMachine& machine)
      : options_(options),
        reporter_(reporter),
        machine_(machine),
        profile_(machine.profile),
        facts_(machine.facts),
        findings_(reporter) {}

  Exit run() {
    reporter_.say("Keeping current what a recovery of " + profile_.name +
                  " looks for on the storage volume." +
                  (options_.dry_run ? " DRY RUN: nothing is written." : ""));
    if (storage_is_there()) {
      see_to_all();
      // In a network and mounts of its own from here on.
      if (makes_environment_) attempt("environment", [&] { make_environment(); });
    }
    const auto text = verdict();
    if (!options_.dry_run) leave_record();
    reporter_.observe(Event("verdict").with("finished", findings_.all_hold()).with("text", text));
    reporter_.say(text);
    return findings_.all_hold() ? Exit::finished : Exit::not_finished;
  }

 private:
  bool storage_is_there() {
    const auto mounted = find_check("storage-mounted")->ask(profile_, facts_);
    if (mounted.verdict == Verdict::holds) return true;
    findings_.fails("storage", mounted.evidence, mounted.remedy);
    return false;
  }

  std::string storage() const { return facts_.storage->mount_point; }
  Layout layout() const { return make_layout(profile_, machine_.storage(), ""); }

  // A run that holds the storage volume may be a recovery of it. A dry run writes nothing, the lock neither.
  void see_to_all() {
    std::optional<system::Lock> lock;
    if (!options_.dry_run) lock.emplace(layout().lock);
    attempt("profile", [&] { see_to_profile(); });
    attempt("program", [&] { see_to_program(); });
    attempt("backups", [&] { ask_director(); });
    attempt("bootstrap", [&] { tell(freshen::look_at_bootstrap(profile_, *facts_.storage, backups_)); });
    if (freshen::wants_dump(profile_))
      attempt("catalog-dump", [&] { tell(freshen::look_at_dump(profile_, *facts_.storage, backups_)); });
    attempt("environment", [&] { see_to_environment(); });
  }

  void attempt(const char* name, const std::function<void()>& see_to) try {
    see_to();
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    findings_.fails(name, error);
  } catch (const std::filesystem::filesystem_error& error) {
    findings_.fails(name, std::string("A file cannot be had: ") + error.what(), "See what is wrong with it");
  }

  void tell(const Piece& piece) {
    for (const auto& note : piece.notes) {
      reporter_.observe_silently(
          Event("remark").with("kind", "note").with("key", piece.name).with("text", note));
      reporter_.say("   NOTE: " + piece.name + ": " + note + ".");
    }
    for (const auto& done : piece.done) {
      done_.push_back(piece.name + ": " + done);
      reporter_.observe_silently(
          Event("freshened").with("piece", piece.name).with("text", done).with("would", options_.dry_run));
      reporter_.say((options_.dry_run ? "   would be: " : "   done: ") + done_.back() + ".");
    }
    for (const auto& missing : piece.missing) findings_.fails(piece.name, missing.problem, missing.remedy);
    if (piece.missing.empty() && (piece.done.empty() || !options_.dry_run))
      findings_.holds(piece.name, piece.current);
  }

  // From here on the profile on the storage volume counts: it is the one of the day.
  void see_to_profile() {
    const auto file = storage() + "/machine.toml";
    const auto wanted =
        freshen::renew_profile(capture::look(), file, machine_.profile, system::local_time(system::now()));
    if (!wanted.text.empty() && !options_.dry_run) capture::write_profile(file, wanted.text, /*loads=*/true);
    tell(wanted.piece);
    Profile there;
    try {
      there = load_profile(file);
    } catch (const UsageError&) {
      if (wanted.piece.missing.empty() && !options_.dry_run) throw;
      return;  // told already
    }
    if (!system::same_uuid(there.storage.uuid, profile_.storage.uuid)) return;
    const bool another = there.text != profile_.text;
    profile_ = std::move(there);
    if (another) facts_ = real_prober(profile_, "", /*kept=*/false, processes())->read({});
  }

  freshen::Program running() const { return {system::own_program(), list_playbooks(), list_libraries()}; }

  void see_to_program() {
    const auto program = storage() + "/recover";
    std::string version;
    if (system::exists(program)) {
      const auto said = processes().run({.argv = {program, "--version"}, .deadline = 30s});
      if (said.status == 0) version = freshen::version_of(said.out);
    }
    const auto wanted = freshen::renew_program(running(), storage(), version);
    if (!options_.dry_run) freshen::copy_program(wanted);
    tell(wanted.piece);
  }

  void ask_director() {
    const auto console =
        bacula::Console{{"bconsole", "-n", "-c", profile_.bacula.configuration + "/bconsole.conf"}};
    const verify::Context context{profile_,     facts_, processes(), findings_, reporter_, console,
                                  machine_.own, {},     false,       {},        {}};
    if (!verify::right_director(context)) return;
    bacula::Greeting greeting;
    bacula::converse_each(processes(), console, {".jobs type=B"}, 60s, &greeting);
    const auto& job = profile_.bacula.backup_job;
    backups_.newest = bacula::newest_good_backup(processes(), console, job);
    backups_.in_bootstrap = bacula::newest_good_backup(processes(), console, job, /*in_bootstrap=*/true);
    backups_.bacula = greeting.version;
    tell(freshen::look_at_backups(profile_, backups_));
  }

  void see_to_environment() {
    const auto sight = freshen::look_at_environment(processes(), profile_, *facts_.storage, backups_);
    const auto wanted = freshen::renew_environment(sight);
    if (wanted.renewal == Renewal::all && !options_.dry_run) {
      reporter_.say("   The environment is made anew at the end: " + wanted.piece.done.front() + ".");
      makes_environment_ = wanted.piece;
      return;
    }
    if (!options_.dry_run) {
      if (wanted.profile)
        equip_environment(
            {sight.path, running().path, profile_.file, running().playbooks, running().libraries});
      if (wanted.renewal == Renewal::catalog) renew_catalog(sight.path);
    }
    tell(wanted.piece);
  }

  // What is mounted for it is seen by nobody else, and gone with it.
  void renew_catalog(const std::string& environment) {
    freshen::prepare_renewal(environment, profile_);
    system::enter_private_mount_namespace();
    const auto keyboard = system::terminal_keyboard(/*wanted=*/false);
    const auto runner = real_runner(processes(), *keyboard);
    try {
      for (const auto& action : freshen::renewal_of_catalog(environment, profile_))
        runner->perform(action, reporter_);
    } catch (Error& error) {
      for (auto& failure : runner->release()) error.add_aftermath(std::move(failure));
      throw;
    }
    for (const auto& failure : runner->release()) throw Failed(failure, "See who is in " + environment);
    freshen::require_knows(environment, profile_, *backups_.newest);
  }

  // As the playbook's own run would, with its lock, journal and proof.
  void make_environment() {
    Options options;
    options.command = "run";
    options.playbook = "environment";
    options.profile = profile_.file;
    options.json = options_.json;
    options.restart = true;  // whatever became of the run before
    commands::run(options, reporter_);
    const auto path = layout().environment_in_use;
    if (!environment::read_stamp(path))
      throw Failed("The recovery environment " + path + " was made, and has no stamp",
                   "Run recover freshen again");
    if (backups_.newest && !freshen::knows(path, profile_, *backups_.newest))
      throw Failed("The recovery environment " + path + " was made, and does not know job " +
                       std::to_string(backups_.newest->id),
                   "See that " + profile_.bacula.configuration +
                       "/bacula-dir.conf names the catalog that the running Director has");
    tell(*makes_environment_);
  }

  std::string verdict() const {
    if (!findings_.all_hold()) {
      std::string text = "\nNOT CURRENT. What is missing:\n";
      for (const auto& problem : findings_.problems()) text += "   " + problem + "\n";
      return text + "Mend it, then run recover freshen again.\n";
    }
    if (options_.dry_run && !done_.empty()) return "\nThis would be done, and then all would be current.\n";
    return "\nCURRENT: what a recovery of " + profile_.name + " looks for is on the storage volume.\n";
  }

  void leave_record() {
    const auto at = system::now();
    const freshen::Record record{profile_.filesystem.uuid_to_make(),     at,    system::local_time(at),
                                 profile_.environment.fresh_for.count(), done_, findings_.problems()};
    freshen::leave_record(machine_.own, record);
    if (!facts_.storage || !facts_.storage->writable) return;
    try {
      freshen::leave_record(storage() + Layout::state_on_storage, record);
    } catch (const Failed& error) {
      reporter_.say("   NOTE: " + error.problem() + ".");
    }
  }

  system::Processes& processes() const { return *machine_.processes; }

  const Options& options_;
  Reporter& reporter_;
  const OnMachine& machine_;
  Profile profile_;
  Facts facts_;
  verify::Findings findings_;
  freshen::Backups backups_;
  std::optional<Piece> makes_environment_;  // what it tells when that is done
  std::vector<std::string> done_;
};

}  // namespace

Exit freshen(const Options& options, Reporter& reporter) try {
  system::install_signal_handlers();
  const auto machine = look_at_machine(options, {.gate = true});
  require_may_run(*machine);
  return Freshen(options, reporter, *machine).run();
} catch (const Interrupted& error) {
  // "--resume" is for runs.
  Error told(error.exit(), error.problem(), "What was not done is done next time: recover freshen");
  for (const auto& line : error.aftermath()) told.add_aftermath(line);
  throw told;
}

}  // namespace recover::commands
