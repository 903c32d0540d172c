// The database server of the recovery environment, where the catalog is PostgreSQL's or MariaDB's: the
// machine's own programs, with a data directory of recover's own. It listens on a Unix socket that only its
// user and root can reach, and on no network; whoever is there may do all, so no password is needed, and none
// is known here. Command lines and statements alone; served_catalog.hpp runs them.
//
//     const CatalogServer server{"postgresql", "/mnt/storage/environment"};
//     processes.start(start_command(server));
#pragma once

#include <string>
#include <vector>

namespace recover::bacula {

// Its places, as the environment sees them. `home` may be entered by the server's user.
struct ServerPlaces {
  static constexpr const char* home = "/var/lib/recover-catalog";
  static constexpr const char* programs =
      "/var/lib/recover-catalog/bin";  // a link: PostgreSQL's have no PATH
  static constexpr const char* data = "/var/lib/recover-catalog/data";
  static constexpr const char* data_beside = "/var/lib/recover-catalog/data.new";  // until it is whole
  static constexpr const char* known =
      "/var/lib/recover-catalog/known";  // which backups `data` knew, when made
  static constexpr const char* dump = "/var/lib/recover-catalog/dump.sql";  // that it was made from
  static constexpr const char* sockets = "/run/recover-catalog";
  static constexpr const char* mariadb_socket = "/run/recover-catalog/mysqld.sock";
  static constexpr const char* postgresql_port = "5432";  // a part of its socket's name
};

struct CatalogServer {
  std::string kind;         // postgresql, mysql
  std::string environment;  // its root
  std::string data = ServerPlaces::data;
  // What is killed is made anew, so nothing waits for the disk.
  bool careless = false;
  bool operator==(const CatalogServer&) const = default;
};

// As the environment's Director calls them.
struct DatabaseNames {
  std::string database, user;  // both never empty
  bool operator==(const DatabaseNames&) const = default;
};

// Of a catalog that a server has, and no file.
bool is_served(const std::string& kind);
std::string server_name(const std::string& kind);  // "PostgreSQL", "MariaDB"
std::string server_user(const std::string& kind);  // of the system
// That the environment must have, as they are looked for; PostgreSQL's are mostly in no directory of PATH.
const std::vector<std::string>& server_programs(const std::string& kind);
// Where they are in the tree at `root`, the newest version first choice; empty: they are not all there.
std::string find_server_programs(const std::string& kind, const std::string& root);

// In the order in which they are run: directories, then what makes an empty data directory. `user` becomes
// the one who may do all.
std::vector<std::vector<std::string>> init_commands(const CatalogServer& server, const std::string& user);
// In the foreground. What is in the socket's directory is made by the first of `init_commands` and by these.
std::vector<std::vector<std::string>> socket_commands(const CatalogServer& server);
std::vector<std::string> start_command(const CatalogServer& server);

// What reads statements from its input, and prints rows with tabs between their columns. `database`: empty
// for the one that every server has.
std::vector<std::string> ask_command(const CatalogServer& server, const std::string& user,
                                     const std::string& database);
// The same for a whole dump. `own`: one that dump_command made, of which all must go in; else what fails is
// said, and the rest goes on, where the dump begins by dropping what is not there.
std::vector<std::string> load_command(const CatalogServer& server, const DatabaseNames& names, bool own);
std::vector<std::string> dump_command(const CatalogServer& server, const DatabaseNames& names);

// An empty database of that name, as Bacula's own create_..._database makes it.
std::string create_database(const std::string& kind, const std::string& database);

// `bscan`, with what leads it to that database.
std::vector<std::string> scan_command(const CatalogServer& server, const DatabaseNames& names,
                                      std::vector<std::string> bscan);

// The statements that Bacula's script make_postgresql_tables or make_mysql_tables gives to the server, from
// the script's text. Throws Failed.
std::string statements_of(const std::string& script, const DatabaseNames& names);

}  // namespace recover::bacula
