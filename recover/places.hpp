// Where profiles, playbooks and journals are looked for.
#pragma once

#include <string>
#include <vector>

namespace recover {

// --profile, beside the executable, /etc/recover. Throws UsageError listing where it looked.
std::string find_profile(const std::string& given);

// A name or a file. Names: playbooks/ beside the executable, /etc/recover/playbooks, the installed data
// directory. Throws UsageError with the nearest known name.
std::string find_playbook(const std::string& given);

// All playbooks by name that find_playbook() would find, as files.
std::vector<std::string> list_playbooks();

// The libraries of a bundle, as files: what lies in the directory for them beside the executable.
std::vector<std::string> list_libraries();

// The directory of the journal: --state, the storage volume that the executable lies on, /var/lib/recover of
// a restored machine. Empty when there is no journal in any of them.
std::string find_journal_directory(const std::string& given);

}  // namespace recover
