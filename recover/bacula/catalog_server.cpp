#include "recover/bacula/catalog_server.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

namespace fs = std::filesystem;
using Argv = std::vector<std::string>;
using Places = ServerPlaces;

Argv inside(const CatalogServer& server, const Argv& command) {
  Argv argv{"chroot", server.environment};
  argv.insert(argv.end(), command.begin(), command.end());
  return argv;
}

// Neither server runs as root. A change of the user takes away what ends it together with recover
// (prctl(2), PR_SET_PDEATHSIG), and setpriv gives that back.
Argv as_server(const CatalogServer& server, const Argv& command) {
  const auto user = server_user(server.kind);
  Argv argv{"setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups", "--pdeathsig=KILL"};
  argv.insert(argv.end(), command.begin(), command.end());
  return inside(server, argv);
}

bool is_postgresql(const CatalogServer& server) {
  return server.kind == "postgresql";
}

std::string program(const char* name) {
  return std::string(Places::programs) + "/" + name;
}

Argv directory_command(const CatalogServer& server, const std::string& path) {
  const auto user = server_user(server.kind);
  return inside(server, {"install", "-d", "-m", "0700", "-o", user, "-g", user, path});
}

Argv psql(const CatalogServer& server, const std::string& user, const std::string& database) {
  return as_server(server, {program("psql"), "--no-psqlrc", "--quiet", "--no-align", "--tuples-only",
                            "--field-separator=\t", "--no-password", "--host=" + std::string(Places::sockets),
                            "--port=" + std::string(Places::postgresql_port), "--username=" + user,
                            "--dbname=" + (database.empty() ? "postgres" : database)});
}

// --no-defaults must be the first: the machine's own settings are for its own server.
Argv mariadb(const CatalogServer& server, const char* client, const Argv& more) {
  Argv argv{client, "--no-defaults", "--protocol=socket", "--socket=" + std::string(Places::mariadb_socket),
            "--user=root"};
  argv.insert(argv.end(), more.begin(), more.end());
  return as_server(server, argv);
}

// The number in "/usr/lib/postgresql/15/bin" or "/usr/lib64/postgresql-15/bin".
int version_in(const std::string& directory) {
  const auto end = directory.find_last_of("0123456789");
  if (end == std::string::npos) return 0;
  auto begin = end;
  while (begin > 0 && directory[begin - 1] >= '0' && directory[begin - 1] <= '9') --begin;
  return static_cast<int>(std::strtol(directory.substr(begin, end - begin + 1).c_str(), nullptr, 10));
}

// Debian's, Gentoo's and others' directories of PostgreSQL's programs, the newest first; then PATH.
Argv directories(const std::string& root) {
  Argv found;
  for (const auto& [above, beginning] : {std::pair<std::string, std::string>{"/usr/lib/postgresql", ""},
                                         {"/usr/lib64", "postgresql-"},
                                         {"/usr/lib", "postgresql-"},
                                         {"/usr", "pgsql-"}}) {
    std::error_code unreadable;
    for (const auto& entry : fs::directory_iterator(root + above, unreadable)) {
      const auto name = entry.path().filename().string();
      if (!name.starts_with(beginning) || version_in(name) == 0) continue;
      found.push_back(above + "/" + name + "/bin");
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return version_in(a) > version_in(b); });
  for (auto& directory : system::program_directories()) found.push_back(std::move(directory));
  return found;
}

void replace_all(std::string& text, std::string_view from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

}  // namespace

bool is_served(const std::string& kind) {
  return kind == "postgresql" || kind == "mysql";
}

std::string server_name(const std::string& kind) {
  return kind == "postgresql" ? "PostgreSQL" : "MariaDB";
}

std::string server_user(const std::string& kind) {
  return kind == "postgresql" ? "postgres" : "mysql";
}

const std::vector<std::string>& server_programs(const std::string& kind) {
  static const Argv postgresql{"postgres", "initdb", "psql", "pg_dump"},
      mysql{"mariadbd", "mariadb-install-db", "mariadb", "mariadb-dump"}, none;
  return kind == "postgresql" ? postgresql : (kind == "mysql" ? mysql : none);
}

std::string find_server_programs(const std::string& kind, const std::string& root) {
  const auto& programs = server_programs(kind);
  const auto has = [&](const std::string& directory) {
    return std::all_of(programs.begin(), programs.end(), [&](const auto& name) {
      return !system::find_program(directory + "/" + name, root).empty();
    });
  };
  const auto top = root == "/" ? "" : root;
  if (kind == "postgresql") {
    const auto all = directories(top);
    const auto found = std::find_if(all.begin(), all.end(), has);
    return found == all.end() ? "" : *found;
  }
  const bool all_there = std::all_of(programs.begin(), programs.end(), [&](const auto& name) {
    return !system::find_program(name, root).empty();
  });
  return !programs.empty() && all_there ? "/usr/bin" : "";
}

std::vector<Argv> socket_commands(const CatalogServer& server) {
  return {directory_command(server, Places::sockets)};
}

std::vector<Argv> init_commands(const CatalogServer& server, const std::string& user) {
  std::vector<Argv> commands{inside(server, {"install", "-d", "-m", "0755", Places::home}),
                             directory_command(server, server.data)};
  if (is_postgresql(server))
    // As Bacula's create_postgresql_database has it: names of files are bytes.
    commands.push_back(
        as_server(server, {program("initdb"), "--pgdata=" + server.data, "--username=" + user, "--auth=trust",
                           "--encoding=SQL_ASCII", "--locale=C", "--no-sync"}));
  else
    commands.push_back(as_server(server, {"mariadb-install-db", "--no-defaults", "--datadir=" + server.data,
                                          "--auth-root-authentication-method=normal", "--skip-test-db"}));
  return commands;
}

std::vector<std::string> start_command(const CatalogServer& server) {
  Argv argv;
  if (is_postgresql(server)) {
    // Shared memory in its own files: in the environment /dev/shm is no place that this user may write to
    // (measured). And what is loaded is not repeated in what it says.
    argv = {program("postgres"),
            "-D",
            server.data,
            "-k",
            Places::sockets,
            "-p",
            Places::postgresql_port,
            "-c",
            "listen_addresses=",
            "-c",
            "unix_socket_permissions=0700",
            "-c",
            "dynamic_shared_memory_type=mmap",
            "-c",
            "log_min_error_statement=panic"};
    // And its log, which is worth nothing either, stays small: there it is the half of all that is written.
    if (server.careless)
      for (const auto* setting : {"fsync=off", "full_page_writes=off", "synchronous_commit=off",
                                  "wal_level=minimal", "max_wal_senders=0", "max_wal_size=256MB"})
        argv.insert(argv.end(), {"-c", setting});
    return as_server(server, argv);
  }
  argv = {"mariadbd",
          "--no-defaults",
          "--datadir=" + server.data,
          "--socket=" + std::string(Places::mariadb_socket),
          "--pid-file=" + std::string(Places::sockets) + "/mysqld.pid",
          "--tmpdir=/tmp",
          "--skip-networking",
          "--skip-grant-tables",
          "--max-allowed-packet=1G",
          "--sql-mode=NO_ENGINE_SUBSTITUTION"};
  if (server.careless)
    argv.insert(argv.end(), {"--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0"});
  return as_server(server, argv);
}

std::vector<std::string> ask_command(const CatalogServer& server, const std::string& user,
                                     const std::string& database) {
  if (!is_postgresql(server)) {
    Argv more{"--batch", "--skip-column-names"};
    if (!database.empty()) more.push_back("--database=" + database);
    return mariadb(server, "mariadb", more);
  }
  auto argv = psql(server, user, database);
  argv.push_back("--set=ON_ERROR_STOP=1");
  return argv;
}

std::vector<std::string> load_command(const CatalogServer& server, const DatabaseNames& names, bool own) {
  if (!is_postgresql(server) || own) return ask_command(server, names.user, names.database);
  return psql(server, names.user, names.database);
}

std::vector<std::string> dump_command(const CatalogServer& server, const DatabaseNames& names) {
  if (is_postgresql(server))
    return as_server(
        server, {program("pg_dump"), "--no-password", "--no-owner", "--no-privileges", "--no-tablespaces",
                 "--host=" + std::string(Places::sockets), "--port=" + std::string(Places::postgresql_port),
                 "--username=" + names.user, names.database});
  return mariadb(server, "mariadb-dump", {"--single-transaction", "--no-tablespaces", names.database});
}

std::string create_database(const std::string& kind, const std::string& database) {
  auto name = database;
  if (kind == "postgresql") {
    replace_all(name, "\"", "\"\"");
    return "CREATE DATABASE \"" + name +
           "\" TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C';\nALTER DATABASE \"" +
           name + "\" SET datestyle TO 'ISO, YMD';\n";
  }
  replace_all(name, "`", "``");
  return "CREATE DATABASE `" + name + "`;\n";
}

std::vector<std::string> scan_command(const CatalogServer& server, const DatabaseNames& names,
                                      std::vector<std::string> bscan) {
  Argv arguments{"-n", names.database, "-u", names.user};
  auto at = std::find(bscan.begin(), bscan.end(), "bscan");
  if (is_postgresql(server))
    arguments.insert(arguments.end(), {"-h", Places::sockets, "-t", Places::postgresql_port});
  else
    // It has no option for a socket; libmariadb's variable is the one way.
    for (const auto& word : {"MYSQL_UNIX_PORT=" + std::string(Places::mariadb_socket), std::string("env")})
      at = bscan.insert(at, word);
  at = std::find(bscan.begin(), bscan.end(), "bscan");
  bscan.insert(at == bscan.end() ? at : std::next(at), arguments.begin(), arguments.end());
  return bscan;
}

std::string statements_of(const std::string& script, const DatabaseNames& names) {
  constexpr std::string_view word = "END-OF-DATA";
  const auto begin = script.find("<<" + std::string(word) + "\n");
  const auto end = script.find("\n" + std::string(word) + "\n", begin);
  std::string text;
  if (begin != std::string::npos && end != std::string::npos)
    text = script.substr(begin + 3 + word.size(), end + 1 - begin - 3 - word.size());
  for (const auto* name : {"${db_name}", "XXX_DBNAME_XXX"}) replace_all(text, name, names.database);
  // The shell would put something else in their place.
  if (text.find("CREATE TABLE") == std::string::npos || text.find_first_of("$") != std::string::npos)
    throw Failed("Bacula's script that makes the tables of a catalog is not as it is known",
                 "Make an empty catalog with it by hand");
  return text;
}

}  // namespace recover::bacula
