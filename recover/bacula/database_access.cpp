#include "recover/bacula/database_access.hpp"

#include <fcntl.h>

#include <algorithm>

#include "recover/bacula/environment_maker.hpp"
#include "recover/system/text.hpp"
#include "recover/system/tree_root.hpp"

namespace recover::bacula {
namespace {

using Argv = std::vector<std::string>;

const ConfigurationNode* find(const std::vector<ConfigurationNode>& nodes, const char* kind,
                              const std::string& name) {
  for (const auto& node : nodes)
    if (node.block && node.word == kind && (name.empty() || node.name() == name)) return &node;
  return nullptr;
}

std::string either(const ConfigurationNode& node, const char* one, const char* other) {
  auto value = node.text(one);
  return value.empty() ? node.text(other) : value;
}

// libpq, "The Password File": a backslash before ':' and '\'.
std::string pgpass(const std::string& password) {
  std::string line = "*:*:*:*:";
  for (const char c : password) {
    if (c == ':' || c == '\\') line += '\\';
    line += c;
  }
  return line + "\n";
}

// MariaDB's option files: in quotes, with a backslash before quote and backslash.
std::string option(const std::string& name, const std::string& value) {
  std::string line = name + "=\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') line += '\\';
    line += c;
  }
  return line + "\"\n";
}

Argv as_user(const std::string& user, const Argv& command) {
  Argv argv{"setpriv", "--reuid=" + user, "--regid=" + user, "--init-groups", "--pdeathsig=KILL"};
  argv.insert(argv.end(), command.begin(), command.end());
  return argv;
}

// pg_dump has the transaction that makes the copy one moment's; nothing in it names a role of the machine.
// btemp and a number is a table that the Director makes and drops again for a job with Accurate = yes: gone
// between pg_dump's look and its lock, it would be an error (measured).
Argv pg_dump(const DatabaseAccess& access, const std::string& programs, const std::string& user) {
  Argv argv{programs + "/pg_dump", "--no-password",    "--no-owner",
            "--no-privileges",     "--no-tablespaces", "--exclude-table=btemp*"};
  if (!access.address.empty()) argv.push_back("--host=" + access.address);
  if (!access.port.empty()) argv.push_back("--port=" + access.port);
  if (!user.empty()) argv.push_back("--username=" + user);
  argv.push_back(access.names.database);
  return argv;
}

std::vector<DumpWay> postgresql_ways(const DatabaseAccess& access, bool here, bool has_system_user,
                                     const std::string& programs, const std::string& secret_path) {
  std::vector<DumpWay> ways;
  if (access.has_user) {
    auto argv = pg_dump(access, programs, access.names.user);
    if (!access.password.empty()) argv.insert(argv.begin(), {"env", "PGPASSFILE=" + secret_path});
    ways.push_back({"as the Director's user " + access.names.user, argv,
                    access.password.empty() ? "" : pgpass(access.password)});
    // "peer": who is that user on this machine may be it in the database.
    if (here && has_system_user)
      ways.push_back({"as the user " + access.names.user + " of this machine",
                      as_user(access.names.user, pg_dump(access, programs, access.names.user)), ""});
  }
  if (here)
    ways.push_back({"as the user postgres", as_user("postgres", pg_dump(access, programs, "postgres")), ""});
  return ways;
}

std::vector<DumpWay> mysql_ways(const DatabaseAccess& access, bool here, const std::string& secret_path) {
  std::string options = "[client]\n";
  if (access.has_user) options += option("user", access.names.user);
  if (!access.password.empty()) options += option("password", access.password);
  if (!access.address.empty()) options += option("host", access.address);
  if (!access.port.empty()) options += option("port", access.port);
  if (!access.socket.empty()) options += option("socket", access.socket);
  const Argv dump{"--single-transaction", "--no-tablespaces", "--max-allowed-packet=1G",
                  access.names.database};
  std::vector<DumpWay> ways;
  Argv argv{"mariadb-dump", "--defaults-extra-file=" + secret_path};
  argv.insert(argv.end(), dump.begin(), dump.end());
  if (access.has_user) ways.push_back({"as the Director's user " + access.names.user, argv, options});
  argv = {"mariadb-dump", "--user=root"};
  argv.insert(argv.end(), dump.begin(), dump.end());
  if (here) ways.push_back({"as the user root", argv, ""});
  return ways;
}

}  // namespace

bool DatabaseAccess::is_here(const std::vector<std::string>& own) const {
  const auto word = system::lower(address);
  return word.empty() || word.front() == '/' || is_loopback(word) ||
         std::any_of(own.begin(), own.end(), [&](const auto& name) { return system::lower(name) == word; });
}

std::optional<DatabaseAccess> find_database(const std::string& configuration, const std::string& client,
                                            const Sources& sources) {
  ConfigurationText text;
  const auto director = parse_into(text, configuration + "/bacula-dir.conf", sources);
  const auto* one = client.empty() ? nullptr : find(director, "client", client);
  const auto* catalog = one == nullptr || one->text("catalog").empty()
                            ? nullptr
                            : find(director, "catalog", one->text("catalog"));
  if (catalog == nullptr) catalog = find(director, "catalog", "");
  if (catalog == nullptr) return std::nullopt;
  DatabaseAccess access;
  access.names.database = either(*catalog, "dbname", "databasename");
  if (access.names.database.empty()) access.names.database = "bacula";
  access.names.user = either(*catalog, "dbuser", "user");
  access.has_user = !access.names.user.empty();
  if (!access.has_user) access.names.user = "root";
  access.password = either(*catalog, "dbpassword", "password");
  access.address = either(*catalog, "dbaddress", "address");
  access.port = catalog->text("dbport");
  access.socket = catalog->text("dbsocket");
  if (access.port == "0") access.port.clear();
  return access;
}

bool DatabaseAccess::is_own_server(const std::string& kind) const {
  return kind == "postgresql" ? address == ServerPlaces::sockets : socket == ServerPlaces::mariadb_socket;
}

std::optional<DatabaseAccess> find_database_in(const std::string& root, const std::string& configuration,
                                               const std::string& client) {
  const system::TreeRoot tree(root);
  return find_database(configuration, client,
                       {[&tree](const std::string& path) -> std::optional<std::string> {
                         const auto file = tree.open(path, O_RDONLY | O_NONBLOCK);
                         if (!file) return std::nullopt;
                         return system::read_file_or("/proc/self/fd/" + std::to_string(file.get()), "");
                       }});
}

std::optional<DatabaseNames> find_database_names(const std::string& root, const std::string& configuration,
                                                 const std::string& client) {
  const auto access = find_database_in(root, configuration, client);
  if (!access) return std::nullopt;
  return access->names;
}

std::vector<DumpWay> dump_ways(const std::string& kind, const DatabaseAccess& access, bool here,
                               bool has_system_user, const std::string& programs,
                               const std::string& secret_path) {
  return kind == "postgresql" ? postgresql_ways(access, here, has_system_user, programs, secret_path)
                              : mysql_ways(access, here, secret_path);
}

}  // namespace recover::bacula
