// The files of the recovery environment's database server: what is put in whose place, and what must be out
// of its way before it starts (bacula/catalog_server.hpp has the places). Nothing here runs it.
#pragma once

#include <string>

namespace recover::system {
class Processes;
}

namespace recover {

// Where its programs are, as a link: PostgreSQL's are in a directory with its version in the name. Throws
// Failed when the environment has not all of them.
void link_server_programs(const std::string& environment, const std::string& kind);

// Waits a moment for one that is ending. Throws Failed when a server runs on that environment's data: it
// works in its directory, proc_pid_cwd(5).
void require_no_server(system::Processes& processes, const std::string& environment);

// What one that was killed has left in its data and at its socket. PostgreSQL would not start while another
// process has the number that stands there.
void remove_leftovers(const std::string& environment, const std::string& data);

// What was made beside and has not come to its place; a large catalog takes as much room as the one in use.
void remove_data_beside(const std::string& environment);

// Puts the data that was made beside (ServerPlaces::data_beside) in the place of ServerPlaces::data in one
// moment, when all of it is on the disk, and `known` beside it. No server may run. The former data is kept
// where `keep`: its path, as the host sees it, is returned; empty: there was none, or it is gone.
std::string put_catalog_data(const std::string& environment, const std::string& known, bool keep);

// What ServerPlaces::known says; empty when there is none, or no data that it could be of.
std::string read_known(const std::string& environment);

}  // namespace recover
