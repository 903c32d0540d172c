// What stays in the restored root until the gate closes, so that nobody forgets: the program with profile and
// playbooks, what runs it after each boot, and a message at each login. docs/steps.md, leave-reminder.
//
//     for (const auto& file : reminder_files({.program = true, .systemd = true})) ...
//     remove_reminder("/");
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace recover {

struct ReminderFile {
  std::string path;     // from the root of the machine
  std::string content;  // of a link: where it leads
  mode_t mode = 0644;
  bool link = false;
};

// What there is in the restored root.
struct ReminderFor {
  bool program = false;  // it runs there
  bool systemd = false, openrc = false;
  std::string day = {};  // of the recovery, YYYY-MM-DD
};

// What is written; program, profile and playbooks come on top, as copies. Without the program, messages only.
std::vector<ReminderFile> reminder_files(const ReminderFor& machine);

bool reminder_is_there(const std::string& root);

// All of it; the journal stays. What is gone already is no problem. Returns what could not be removed, a
// sentence each.
std::vector<std::string> remove_reminder(const std::string& root);

}  // namespace recover
