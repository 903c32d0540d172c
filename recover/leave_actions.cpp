#include "recover/leave_actions.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "recover/bacula/backup.hpp"
#include "recover/bacula/catalog_file.hpp"
#include "recover/bacula/catalog_server.hpp"
#include "recover/bacula/quarantine.hpp"
#include "recover/error.hpp"
#include "recover/journal.hpp"
#include "recover/journal_state.hpp"
#include "recover/layout.hpp"
#include "recover/reminder.hpp"
#include "recover/report/write.hpp"
#include "recover/served_catalog_actions.hpp"
#include "recover/system/files.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/process.hpp"
#include "recover/system/text.hpp"
#include "recover/system/tree_root.hpp"

namespace recover {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::string path_of(const system::Descriptor& file) {
  return "/proc/self/fd/" + std::to_string(file.get());
}

// Volumes that an earlier run with this state directory has set read-only, and nothing has given back: with
// --restart the journal begins anew, and the catalog remembers only what they are now.
std::map<std::string, std::string> held_before(const std::string& state) {
  std::vector<std::string> journals;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(state, ignored))
    if (entry.path().filename().string().starts_with("journal.")) journals.push_back(entry.path().string());
  std::sort(journals.begin(), journals.end());
  std::map<std::string, std::string> held;
  for (const auto& path : journals) {
    try {
      const auto before = state_of(read_journal(path).events);
      if (before.verified) held.clear();
      held.insert(before.held_volumes.begin(), before.held_volumes.end());
    } catch (const Error&) {
      // One that cannot be read is why somebody said --restart.
    }
  }
  return held;
}

// "STATUS NAME" of each that will be held: what `recover quarantine --lift` gives back.
std::vector<std::string> statuses(const std::vector<bacula::HeldVolume>& volumes, const std::string& state) {
  const auto earlier = held_before(state);
  std::vector<std::string> pairs;
  for (const auto& volume : volumes) {
    if (volume.status.empty() || volume.status == "Archive") continue;
    const auto known = earlier.find(volume.name);
    if (volume.status != "Read-Only") {
      pairs.push_back(volume.status + " " + volume.name);
    } else if (known != earlier.end()) {
      pairs.push_back(known->second + " " + volume.name);
    }
  }
  return pairs;
}

// Whose a file or directory is that is put there, and who may use it.
struct State {
  system::Owner owner;
  mode_t mode = 0;
};

std::optional<State> state_of_file(const system::Descriptor& file) {
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) return std::nullopt;
  return State{{status.st_uid, status.st_gid}, status.st_mode & 07777};
}

// By its name in the restored root: numbers are that machine's own.
system::Owner user_named(const system::TreeRoot& root, const std::string& name) {
  std::istringstream users(system::read_file_or(path_of(root.open("/etc/passwd", O_RDONLY)), ""));
  for (std::string line; std::getline(users, line);) {
    unsigned uid = 0, gid = 0;
    if (line.starts_with(name + ":") &&
        std::sscanf(line.c_str() + name.size(), ":%*[^:]:%u:%u", &uid, &gid) == 2)
      return {uid, gid};
  }
  return {};
}

// FileSets leave out Bacula's working directory as a whole, as Bacula's own example does. It has its name
// only when it has its owner: a run that goes on behind a crash takes what is there as it is.
void make_working_directory(const system::TreeRoot& root, const std::string& directory,
                            const system::Descriptor& example) {
  if (root.has(directory)) return;
  const auto above = fs::path(directory).parent_path(), name = fs::path(directory).filename();
  root.make_directories(above, std::nullopt);
  const auto made = root.real_path(above) + "/." + name.string() + ".recover-new";
  system::make_directories(made, 0700);
  const auto owner = user_named(root, "bacula");
  const auto mode = state_of_file(example).value_or(State{{}, 0750}).mode;
  if (::chown(made.c_str(), owner.uid, owner.gid) != 0 || ::chmod(made.c_str(), mode) != 0 ||
      ::rename(made.c_str(), (root.real_path(above) + "/" + name.string()).c_str()) != 0)
    throw Failed(
        "Could not make the directory " + directory + " of the restored root: " + std::strerror(errno),
        "See how its filesystem is mounted, then --resume");
  system::sync_directory(root.real_path(above));
}

// What SQLite would roll back into the file when it is opened (sqlite.org, "File Format", 3 and 4).
constexpr std::array unfinished{"-journal", "-wal"};

bool has_content(const system::TreeRoot& root, const std::string& path) {
  struct stat status {};
  const auto file = root.open(path, O_PATH);
  return file && ::fstat(file.get(), &status) == 0 && status.st_size > 0;
}

bool same_content(const std::string& one, const std::string& other) {
  std::error_code unreadable;
  if (fs::file_size(one, unreadable) != fs::file_size(other, unreadable) || unreadable) return false;
  std::ifstream a(one, std::ios::binary), b(other, std::ios::binary);
  return std::equal(std::istreambuf_iterator<char>(a), {}, std::istreambuf_iterator<char>(b), {});
}

constexpr const char* kept_older = ".before-recovery";

// The older one, from the backup, with what belongs to it: its journal must not be rolled back into the new.
void keep_older(const std::string& file, const std::string& source) {
  const auto kept = file + kept_older;
  // What a run copied that was killed behind it is no older one; and one that is kept already is the one to
  // keep: this step begins once more.
  const bool ours = same_content(file, source) || system::exists(kept);
  for (const std::string part : {"", "-journal", "-wal", "-shm"})
    if ((!part.empty() || !ours) && ::rename((file + part).c_str(), (kept + part).c_str()) != 0 &&
        errno != ENOENT)
      throw Failed("Could not keep the older catalog " + file + part + ": " + std::strerror(errno),
                   "Move it out of the way, then --resume");
}

// As the older one is. A run that was killed may have put that aside already.
State state_to_give(const system::TreeRoot& root, const bacula::CatalogFile& catalog) {
  for (const std::string suffix : {"", kept_older})
    if (const auto state = state_of_file(root.open(catalog.path() + suffix, O_PATH))) return *state;
  const auto directory = state_of_file(root.open(catalog.directory, O_PATH));
  return {directory ? directory->owner : system::Owner{}, 0640};
}

// Where it is now, in the restored root; or why it is not there.
struct HandedOver {
  std::string from, to, why;
};

HandedOver hand_over_file(const HandOverCatalog& action) {
  const system::TreeRoot environment(action.environment), root(action.root);
  const auto from = bacula::find_catalog_file(environment, action.configuration, action.client);
  auto to = bacula::find_catalog_file(root, action.configuration, action.client);
  if (!to) to = bacula::find_catalog_file(root, "/etc/bacula", action.client);
  if (!to)
    return {"", "",
            "the restored root has no bacula-dir.conf that names one: is its Director another machine's?"};
  if (!from) return {"", "", "the recovery environment's bacula-dir.conf does not name its file"};
  const auto source = environment.open(from->path(), O_RDONLY);
  if (!source) return {"", "", "the recovery environment has no " + from->path()};
  for (const auto* part : unfinished)
    if (has_content(environment, from->path() + part))
      return {"", "",
              "the recovery environment's " + from->path() + part +
                  " shows that its Director ended in the middle of a change"};
  make_working_directory(root, to->directory, environment.open(from->directory, O_PATH));
  const auto state = state_to_give(root, *to);
  const auto file = root.real_path(to->directory) + "/" + to->name;
  keep_older(file, path_of(source));
  system::copy_file(path_of(source), file, state.mode, state.owner);
  return {action.environment + from->path(), to->path(), ""};
}

// A file of the restored root, or a link in it. What is there makes way; a link in its place is not followed.
void put(const system::TreeRoot& root, const ReminderFile& file) {
  const auto slash = file.path.rfind('/');
  const auto directory = file.path.substr(0, slash);
  root.make_directories(directory, std::nullopt);
  const auto path = root.real_path(directory) + file.path.substr(slash);
  if (!file.link) return system::write_file(path, file.content, file.mode);
  if ((::unlink(path.c_str()) != 0 && errno != ENOENT) || ::symlink(file.content.c_str(), path.c_str()) != 0)
    throw Failed("Could not make the link " + path + ": " + std::strerror(errno), "Look at what is there");
}

// Libraries of the rescue system may be missing there. Empty when it runs.
std::string why_it_does_not_run(system::Processes& processes, const std::string& root) {
  const auto program = std::string(Layout::handed_over) + "/recover";
  const auto result =
      processes.run({.argv = {"chroot", root, program, "--version"}, .deadline = 60s, .merge_errors = true});
  if (result.status == 0) return "";
  auto said = system::redact(result.out + result.err).substr(0, 300);
  said.erase(said.find_last_not_of(" \n\r\t") + 1);
  return program + " does not run in the restored root; it said: " + system::printable(said);
}

}  // namespace

void hold_volumes(system::Processes& processes, const HoldVolumes& action, bool director,
                  Observer& observer) {
  const auto names = bacula::read_backup(action.keep).volumes;
  std::string why = "no Director of the recovery environment runs any more";
  if (director) {
    try {
      const auto before = bacula::volume_status(processes, action.console, names);
      // First of all: a run that is killed in the middle must be able to give them back.
      observer.observe(Event("volumes-held").with("volumes", statuses(before, action.keep)));
      bacula::hold_volumes(processes, action.console, names);
      return;
    } catch (const Failed& error) {
      why = error.problem();
    } catch (const Refused& error) {
      why = error.problem();
    }
  }
  observer.observe(Event("volumes-not-held").with("why", why));
}

void hand_over_catalog(system::Processes& processes, const HandOverCatalog& action, Observer& observer) {
  if (!bacula::read_backup(action.keep).by_director)
    return observer.observe(
        Event("catalog-not-handed-over")
            .with("why",
                  "the Director of the recovery environment could not be asked for the backup, so nothing "
                  "shows that its catalog knows it"));
  if (bacula::is_served(action.kind)) return hand_over_dump(processes, action, observer);
  const auto done = hand_over_file(action);
  observer.observe(done.why.empty() ? Event("catalog-handed-over").with("from", done.from).with("to", done.to)
                                    : Event("catalog-not-handed-over").with("why", done.why));
}

void hand_over(const HandOver& action, Observer& observer) {
  const system::TreeRoot root(action.root);
  root.make_directories(action.directory, 0700);
  const auto to = root.real_path(action.directory);
  for (const auto* name : {"/journal", "/backup.bsr", "/backup.toml"})
    if (system::exists(action.from + name)) system::copy_file(action.from + name, to + name, 0600);
  // From the backup: what was proven before the disaster.
  fs::remove_all(to + "/verify");
  Journal::append(to).write(Event("handed-over").with("at", system::now()));
  if (const auto why = report::leave(to); !why.empty())
    observer.observe(Event("report-not-left").with("why", why));
}

void copy_program(const LeaveReminder& action) {
  const system::TreeRoot root(action.root);
  const std::string inside = Layout::handed_over;
  root.make_directories(inside, 0700);
  root.make_directories(inside + "/playbooks", 0700);
  const auto to = root.real_path(inside), playbooks = root.real_path(inside + "/playbooks");
  system::copy_file(action.program, to + "/recover", 0755);
  system::copy_file(action.profile, to + "/machine.toml", 0600);
  for (const auto& file : action.playbooks)
    system::copy_file(file, playbooks + "/" + fs::path(file).filename().string(), 0644);
  if (action.libraries.empty()) return;
  root.make_directories(inside + Layout::libraries_beside, 0700);
  const auto libraries = root.real_path(inside + Layout::libraries_beside);
  for (const auto& file : action.libraries)
    system::copy_file(file, libraries + "/" + fs::path(file).filename().string(), 0644);
}

void leave_reminder(system::Processes& processes, const LeaveReminder& action, Observer& observer) {
  // The backup that closed an earlier gate holds the reminder of that time.
  remove_reminder(action.root);
  const system::TreeRoot root(action.root);
  copy_program(action);
  const auto why = why_it_does_not_run(processes, action.root);
  const auto has = [&](const char* one, const char* other) {
    return root.has(one) || root.has(other);
  };
  const ReminderFor machine{why.empty(), has("/usr/lib/systemd/systemd", "/lib/systemd/systemd"),
                            has("/usr/sbin/openrc-run", "/sbin/openrc-run"),
                            system::local_time_stamp(system::now()).substr(0, 10)};
  std::vector<std::string> paths;
  for (const auto& file : reminder_files(machine)) {
    put(root, file);
    paths.push_back(file.path);
  }
  if (!why.empty()) return observer.observe(Event("reminder-without-program").with("why", why));
  observer.observe(Event("reminder-left").with("files", paths));
  if (!machine.systemd && !machine.openrc)
    observer.observe(
        Event("reminder-without-unit").with("why", "the restored root has neither systemd nor OpenRC"));
}

}  // namespace recover
