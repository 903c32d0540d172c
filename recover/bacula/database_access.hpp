// How a Director reaches a catalog that a server has, as the Catalog resource of its bacula-dir.conf says
// (manual, "The Catalog Resource"). The password is among it, and goes into a file for one program alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "recover/bacula/catalog_server.hpp"
#include "recover/bacula/configuration_text.hpp"

namespace recover::bacula {

struct DatabaseAccess {
  DatabaseNames names;
  std::string address, port, socket;  // empty: the usual
  std::string password;               // a secret
  bool has_user = true;               // else the name of whoever runs the Director

  // At the server that recover makes in an environment (catalog_server.hpp), and not where somebody who made
  // the environment by hand has put it.
  bool is_own_server(const std::string& kind) const;
  // On this machine, as far as the address tells. `own`: its names and addresses.
  bool is_here(const std::vector<std::string>& own) const;
};

// Of the Client's Catalog; without such a Client, of the first. Nothing when there is no bacula-dir.conf in
// `configuration`.
std::optional<DatabaseAccess> find_database(const std::string& configuration, const std::string& client,
                                            const Sources& sources);

// The same in a tree that is not the running one; no command in its configuration is run.
std::optional<DatabaseAccess> find_database_in(const std::string& root, const std::string& configuration,
                                               const std::string& client);
// Names alone.
std::optional<DatabaseNames> find_database_names(const std::string& root, const std::string& configuration,
                                                 const std::string& client);

// One way to dump it on the machine, as the one who may.
struct DumpWay {
  std::string who;                // "as the Director does", "as the user postgres"
  std::vector<std::string> argv;  // prints the dump; it names `secret_path` where it is to be written first
  std::string secret;             // what that file must hold; empty: none is needed. A secret
};

// Best first. `programs`: the directory of PostgreSQL's. `user`: a user of the system that has the name of
// the catalog's.
std::vector<DumpWay> dump_ways(const std::string& kind, const DatabaseAccess& access, bool here,
                               bool has_system_user, const std::string& programs,
                               const std::string& secret_path);

}  // namespace recover::bacula
