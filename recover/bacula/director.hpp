// What the Director says of itself: the names that it knows. A mistyped name makes Bacula take the only one
// defined, silently; so every name is asked for before it is sent.
#pragma once

#include <string>
#include <vector>

#include "recover/bacula/console.hpp"

namespace recover::bacula {

struct DirectorFacts {
  std::string name;                       // from the greeting
  std::string version;                    // "9.6.7"
  std::vector<std::string> jobs;          // all
  std::vector<std::string> writing_jobs;  // of type Backup, Copy or Migrate: those that can write to a volume
  std::vector<std::string> clients, filesets, storages, schedules;
  bool operator==(const DirectorFacts&) const = default;
};

// The lines that are said, as data: what the plan prints is what is said.
std::vector<std::string> director_lines();
std::vector<std::string> await_lines(const std::string& storage, const std::string& client);

// Throws Failed as converse() does.
DirectorFacts ask_director(system::Processes& processes, const Console& console);

// The lines of an answer to `.jobs` and the like.
std::vector<std::string> names_in(const std::string& answer);

// Why this Director could do more than restore, as a sentence; empty when it cannot: it is the one of that
// name, and holds no job that writes and no schedule. Law 9.
std::string more_than_restore(const DirectorFacts& director, const std::string& expected_name);

// Throws Refused when `name` is not among the names that the Director knows; `kind`: "Client", "FileSet" ...
void require_name(const std::vector<std::string>& known, const std::string& name, const std::string& kind);

// Waits until Director, Storage Daemon and File Daemon answer (the passwords between them included): `status
// storage`, `status client`. Throws Failed naming the first that did not, with the Director's words: after
// `patience`, or at once when waiting cannot help (a name that the Director does not know, a wrong password).
// Since Bacula takes up to 15 s to give up on a dead daemon, `patience` may be overrun by as much.
void await_daemons(system::Processes& processes, const Console& console, const std::string& storage,
                   const std::string& client, std::chrono::milliseconds patience);

}  // namespace recover::bacula
