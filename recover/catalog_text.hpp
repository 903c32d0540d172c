// What an operator would type for the actions on a catalog (action.hpp). The names of user and database of
// one that a server has are in bacula-dir.conf, which no plan reads: Bacula's own stand for them.
#pragma once

#include <string>
#include <vector>

#include "recover/action.hpp"
#include "recover/bacula/catalog_server.hpp"

namespace recover {

// An argv as a line.
std::string typed(const std::vector<std::string>& argv);

std::vector<std::string> provide_lines(const ProvideCatalog& action);
std::vector<std::string> start_lines(const StartCatalog& action);
std::vector<std::string> dump_lines(const DumpCatalog& action);
std::vector<std::string> load_lines(const LoadCatalog& action);
std::vector<std::string> hand_over_lines(const HandOverCatalog& action);

// A server on data beside, and the dump in it: what load_lines() begin with. `dump`: as the host sees it.
std::vector<std::string> make_beside_lines(const std::string& environment, const std::string& kind,
                                           const std::string& dump);

// On the restored machine: its catalog from what was handed over.
std::vector<std::string> load_there_commands(const std::string& kind, const bacula::DatabaseNames& names,
                                             const std::string& dump);

}  // namespace recover
