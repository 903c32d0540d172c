#include "recover/reminder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "recover/layout.hpp"
#include "recover/system/tree_root.hpp"

namespace recover {
namespace {

const std::string home = Layout::handed_over;
const std::string units = "/etc/systemd/system/";

// The Director's schedule is its own memory's: held again after each of its starts. It is wanted by the
// Director, under the name that Debian gives it or under Bacula's own, and pulled in whenever that is started
// or restarted; PartOf ends one that still waits for an earlier Director. A Director under another name is
// held once after a boot, because recover-verify wants this as well.
const std::string hold_unit = R"([Unit]
Description=Keep Bacula off the volumes that this machine was restored from
Documentation=man:recover(8)
After=bacula-director.service bacula-dir.service
PartOf=bacula-director.service bacula-dir.service
ConditionPathExists=/var/lib/recover/recover
StartLimitIntervalSec=0

[Service]
Type=oneshot
ExecStart=/var/lib/recover/recover quarantine --keep
TimeoutStartSec=15min
StandardOutput=journal
StandardError=journal+console

[Install]
WantedBy=bacula-director.service bacula-dir.service
)";

// After multi-user.target: the boot does not wait for it. Without that the target would come after the unit,
// which comes after the Director, which Debian puts after the target: a cycle.
const std::string verify_unit = R"([Unit]
Description=Run a backup of this restored machine and verify it
Documentation=man:recover(8)
Wants=recover-hold.service
After=recover-hold.service multi-user.target
After=bacula-director.service bacula-dir.service bacula-sd.service bacula-fd.service
ConditionPathExists=/var/lib/recover/journal
ConditionPathExists=/var/lib/recover/recover

[Service]
Type=exec
ExecStart=/var/lib/recover/recover verify-backup
StandardOutput=journal+console
StandardError=journal+console

[Install]
WantedBy=multi-user.target
)";

// openrc-run(8). A boot waits for what start() starts, unless that goes into the background.
const std::string openrc_script = R"(#!/sbin/openrc-run
# Runs a backup of this restored machine and verifies it. Left by recover, and
# removed by it when a backup has verified.
description="Run a backup of this restored machine and verify it"
command=/var/lib/recover/after-boot
command_background=yes
pidfile=/run/recover-verify.pid

depend() {
  after bacula-dir bacula-sd bacula-fd
}
)";

const std::string after_boot = R"(#!/bin/sh
# Started by /etc/init.d/recover-verify. What it says goes to the console and
# into the system's log.
cd /var/lib/recover || exit
{
  ./recover quarantine --keep
  ./recover verify-backup
} 2>&1 | tee /dev/console | logger -t recover-verify
)";

std::string message(const ReminderFor& machine) {
  std::string text = "THIS MACHINE WAS RESTORED ON " + machine.day + " AND IS NOT FINISHED:\n";
  if (!machine.program)
    return text +
           "no backup of it has verified since, and nothing does that by itself, because\n"
           "/var/lib/recover/recover does not run here. Install recover; then, as root:\n"
           "   recover status\n"
           "   recover verify-backup --profile /var/lib/recover/machine.toml\n";
  if (machine.systemd || machine.openrc)
    text +=
        "no backup of it has verified since. After a boot it makes one and verifies it,\n"
        "once its Bacula is up. How far that is, or to do it by hand, as root:\n";
  else
    text +=
        "no backup of it has verified since, and nothing does that by itself here. Once\n"
        "its Bacula is up, as root:\n";
  return text +
         "   /var/lib/recover/recover status\n"
         "   /var/lib/recover/recover verify-backup\n";
}

// Others may source it than login shells, and not only interactive ones.
std::string login_script(const std::string& text) {
  return "# Left by recover, and removed by it when a backup has verified.\n"
         "case $- in\n"
         "  *i*) [ -d /var/lib/recover ] && cat <<'END'\n" +
         text +
         "END\n"
         "  ;;\n"
         "esac\n";
}

// Where others may have files too, but that may be there for ours alone.
const std::vector<std::string> shared_directories{units + "bacula-director.service.wants",
                                                  units + "bacula-dir.service.wants", "/etc/issue.d"};

// The program last: as long as it is there the rest can be removed again.
std::vector<std::string> paths() {
  std::vector<std::string> all;
  for (const auto& file : reminder_files({true, true, true})) all.push_back(file.path);
  all.insert(all.end(), {home + "/machine.toml", home + "/recover"});
  return all;
}

class Remover {
 public:
  explicit Remover(const std::string& root) : root_(root), tree_(root) {}

  void file(const std::string& path) { remove(path, 0); }
  // Unless something of somebody else's is in it.
  void directory(const std::string& path) { remove(path, AT_REMOVEDIR); }

  void directory_of_files(const std::string& path) {
    const auto there = tree_.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!there) return;
    std::error_code ignored;
    std::vector<std::string> names;
    for (const auto& entry :
         std::filesystem::directory_iterator("/proc/self/fd/" + std::to_string(there.get()), ignored))
      names.push_back(entry.path().filename().string());
    for (const auto& name : names) file(path + "/" + name);
    directory(path);
  }

  std::vector<std::string> left() { return std::move(left_); }

 private:
  void remove(const std::string& path, int flags) {
    const auto slash = path.rfind('/');
    const auto parent = tree_.open(path.substr(0, slash), O_PATH | O_DIRECTORY);
    if (!parent) return;
    if (::unlinkat(parent.get(), path.c_str() + slash + 1, flags) == 0 || errno == ENOENT) return;
    if (flags != 0 && (errno == ENOTEMPTY || errno == EEXIST)) return;
    left_.push_back("Could not remove " + (root_ == "/" ? path : root_ + path) + ": " + std::strerror(errno));
  }

  std::string root_;
  system::TreeRoot tree_;
  std::vector<std::string> left_;
};

}  // namespace

std::vector<ReminderFile> reminder_files(const ReminderFor& machine) {
  const auto text = message(machine);
  // agetty prints it behind /etc/issue; a backslash would be one of its sequences.
  std::vector<ReminderFile> files{{"/etc/issue.d/recover.issue", text + "\n"},
                                  {"/etc/profile.d/recover.sh", login_script(text)}};
  if (machine.program && machine.systemd) {
    const auto hold = units + "recover-hold.service", verify = units + "recover-verify.service";
    files.insert(files.end(),
                 {{hold, hold_unit},
                  {verify, verify_unit},
                  {shared_directories[0] + "/recover-hold.service", hold, 0777, true},
                  {shared_directories[1] + "/recover-hold.service", hold, 0777, true},
                  {units + "multi-user.target.wants/recover-verify.service", verify, 0777, true}});
  }
  if (machine.program && machine.openrc) {
    const std::string script = "/etc/init.d/recover-verify";
    files.insert(files.end(), {{home + "/after-boot", after_boot, 0755},
                               {script, openrc_script, 0755},
                               {"/etc/runlevels/default/recover-verify", script, 0777, true}});
  }
  return files;
}

bool reminder_is_there(const std::string& root) {
  const system::TreeRoot tree(root);
  const auto all = paths();
  return std::any_of(all.begin(), all.end(), [&](const auto& path) {
    return static_cast<bool>(tree.open(path, O_PATH | O_NOFOLLOW));
  });
}

std::vector<std::string> remove_reminder(const std::string& root) {
  Remover remover(root);
  remover.directory_of_files(home + "/playbooks");
  for (const auto& path : paths()) remover.file(path);
  // Behind the program, which does not run without them: reminder_is_there() is asked of the files above.
  remover.directory_of_files(home + Layout::libraries_beside);
  for (const auto& path : shared_directories) remover.directory(path);
  return remover.left();
}

}  // namespace recover
