// Conversations with the Director through bconsole: lines in, the answer out. The exit status of bconsole
// proves nothing, so the greeting and the answers are what is looked at. `.api` is never used together with
// `restore` (the output would be cut).
//
//     auto answer = converse(processes, console, {".jobs type=B"}, 30s);
//     auto jobs = query(processes, console, "SELECT JobId,JobStatus FROM Job", 2, 30s);
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "recover/system/process.hpp"

namespace recover::bacula {

struct Console {
  std::vector<std::string>
      argv;  // {"chroot", "/mnt/storage/environment", "bconsole", "-n", "-c", "/etc/bacula/bconsole.conf"}
};

// Says the lines in one session and returns what the Director answered: without the greeting, without the
// echo of the lines, without 'Using Catalog "…"'. Secrets are taken out. Throws Failed, with what was tried,
// the Director's own words and the remedy, when the Director refuses the connection or the password, when
// bconsole's configuration is bad, or when no answer came by the deadline (a Director that hangs). A refused
// connection takes 15 s: bconsole itself tries again for as long.
std::string converse(system::Processes& processes, const Console& console,
                     const std::vector<std::string>& lines, std::chrono::milliseconds deadline);

// The same, streamed: for answers as long as the list of all files of a backup. Handed on as it comes,
// secrets included: ask only for what holds none.
void converse(system::Processes& processes, const Console& console, const std::vector<std::string>& lines,
              std::chrono::milliseconds deadline, const system::Sink& sink);

// Who answered, from the greeting "1000 OK: 103 NAME Version: 9.6.7 (10 December 2020)".
struct Greeting {
  std::string name, version;
};

// The same, the answer to each line by itself. None of the lines may be `.sql`: its answer does not end its
// line.
std::vector<std::string> converse_each(system::Processes& processes, const Console& console,
                                       const std::vector<std::string>& lines,
                                       std::chrono::milliseconds deadline, Greeting* greeting = nullptr);

// `.sql query="…"`, the last line of its session, since the echo of another would follow on the line of the
// rows.
std::string sql_line(std::string_view query);

// Asks the catalog. Throws Failed also when the catalog does not take the query (in its own words).
std::vector<std::vector<std::string>> query(system::Processes& processes, const Console& console,
                                            std::string_view sql, std::size_t columns,
                                            std::chrono::milliseconds deadline);

// `.sql` answers with fields each followed by a tab, rows without a separator. Splits into rows of `columns`.
// Throws Failed when the number of fields is no multiple of it, or the answer says that the query failed.
std::vector<std::vector<std::string>> rows(const std::string& answer, std::size_t columns);

// A name as it is written after `client=`: quoted when it must be. Throws Refused for a name that no Bacula
// resource can have, which could smuggle a second command in.
std::string name_argument(const std::string& name);

}  // namespace recover::bacula
