#include "recover/catalog_text.hpp"

#include "recover/layout.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

using bacula::CatalogServer;
using Lines = std::vector<std::string>;
using Places = bacula::ServerPlaces;

const bacula::DatabaseNames usual{"bacula", "bacula"};

std::string names_are_in(const char* file) {
  return "# user and database have the names that " + std::string(file) +
         " says: dbuser, dbname. For example";
}

void start_and_load(const CatalogServer& server, const std::string& dump, Lines& lines) {
  for (const auto& command : bacula::socket_commands(server)) lines.push_back(typed(command));
  lines.push_back(typed(bacula::start_command(server)) + " &");
  auto statements = bacula::create_database(server.kind, usual.database);
  lines.push_back(typed(bacula::ask_command(server, usual.user, "")) + " <<'END'");
  for (std::size_t from = 0; from < statements.size();) {
    const auto end = statements.find('\n', from);
    lines.push_back(statements.substr(from, end - from));
    from = end + 1;
  }
  lines.push_back("END");
  lines.push_back(typed(bacula::load_command(server, usual, dump == server.environment + Places::dump)) +
                  " < " + system::shell_quoted(dump));
}

void take_from_volumes(const ProvideCatalog& action, Lines& lines) {
  if (action.bextract.empty()) return;
  lines.push_back("# or from the dump on the volumes that " + action.request.catalog_bootstrap + " names:");
  lines.push_back(typed(action.bextract));
}

Lines provide_sqlite(const ProvideCatalog& action) {
  const auto& request = action.request;
  const std::string usual_file = "/var/lib/bacula/bacula.db", bacula = request.environment + usual_file,
                    scratch = request.environment + Layout::catalog_scratch,
                    scanned = scratch + Layout::scanned_catalog;
  Lines lines{"# where the catalog is, bacula-dir.conf says: WorkingDirectory, dbname. For example",
              "#   " + bacula, "# only if it does not know the newest backup, make another beside it:",
              typed({"install", "-d", "-m", "0700", scratch})};
  if (!request.dump.empty()) {
    lines.emplace_back("# from the newest dump:");
    lines.push_back(typed({"sqlite3", scanned}) + " < " + system::shell_quoted(request.dump));
  }
  take_from_volumes(action, lines);
  lines.insert(lines.end(),
               {std::string(lines.size() > 4 ? "# or, " : "# ") +
                    "in empty tables (make_sqlite3_tables), from a list of all volumes, Volume=\"NAME\":",
                typed(action.bscan), "# when it is whole, and knows that backup:",
                typed({"ln", bacula, bacula + ".before-recovery"}), typed({"mv", scanned, bacula})});
  return lines;
}

Lines provide_served(const ProvideCatalog& action) {
  const auto& request = action.request;
  const CatalogServer server{request.kind, request.environment, Places::data_beside, true};
  const auto data = request.environment + Places::data, made = request.environment + Places::data_beside;
  const auto dump = request.dump.empty() ? request.environment + Places::dump : request.dump;
  Lines lines{"# the catalog is in " + data,
              "# only if it does not know the newest backup, make another beside it,",
              "# from the newest dump:"};
  for (auto& line : make_beside_lines(request.environment, request.kind, dump))
    lines.push_back(std::move(line));
  take_from_volumes(action, lines);
  lines.insert(lines.end(), {"# or, in empty tables (make_" + request.kind +
                                 "_tables), from a list of all volumes, Volume=\"NAME\":",
                             typed(bacula::scan_command(server, usual, action.bscan)),
                             "# when it is whole, and knows that backup, stop that server, and:",
                             typed({"rm", "-f", request.environment + Places::known}),
                             typed({"mv", data, data + ".before-recovery"}), typed({"mv", made, data})});
  return lines;
}

}  // namespace

std::string typed(const std::vector<std::string>& argv) {
  std::string line;
  for (const auto& word : argv) line += (line.empty() ? "" : " ") + system::shell_quoted(word);
  return line;
}

Lines provide_lines(const ProvideCatalog& action) {
  return bacula::is_served(action.request.kind) ? provide_served(action) : provide_sqlite(action);
}

Lines start_lines(const StartCatalog& action) {
  const CatalogServer server{action.kind, action.environment};
  Lines lines;
  for (const auto& command : bacula::socket_commands(server)) lines.push_back(typed(command));
  lines.push_back(typed(bacula::start_command(server)) + " &   # unless it runs already");
  return lines;
}

Lines dump_lines(const DumpCatalog& action) {
  const auto to = action.root + Places::dump;
  const Lines dump = action.kind == "postgresql"
                         ? Lines{"setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups",
                                 "pg_dump", "--no-owner",       "--no-privileges",  usual.database}
                         : Lines{"mariadb-dump", "--single-transaction", usual.database};
  return {"# as the Director asks its catalog, or who else may; for example",
          typed({"install", "-d", "-m", "0755", action.root + Places::home}),
          typed(dump) + " > " + system::shell_quoted(to)};
}

Lines make_beside_lines(const std::string& environment, const std::string& kind, const std::string& dump) {
  const CatalogServer server{kind, environment, Places::data_beside, true};
  Lines lines{names_are_in("bacula-dir.conf")};
  if (kind == "postgresql")
    lines.push_back(typed({"ln", "-sfn", "/usr/lib/postgresql/VERSION/bin", environment + Places::programs}));
  for (const auto& command : bacula::init_commands(server, usual.user)) lines.push_back(typed(command));
  start_and_load(server, dump, lines);
  return lines;
}

Lines load_lines(const LoadCatalog& action) {
  auto lines = make_beside_lines(action.root, action.kind, action.root + Places::dump);
  const auto made = action.root + Places::data_beside, data = action.root + Places::data;
  lines.push_back("# stop that server; then, when there is no other data there:");
  lines.push_back(typed({"mv", made, data}));
  return lines;
}

Lines hand_over_lines(const HandOverCatalog& action) {
  const CatalogServer server{action.kind, action.environment};
  const auto to = action.root + Layout::handed_over + Layout::handed_over_dump;
  Lines lines{"# with that server running (as above) once more:"};
  lines.push_back(typed(bacula::dump_command(server, usual)) + " > " + system::shell_quoted(to));
  lines.push_back("# on the machine, when it has booted, before its first backup job:");
  for (const auto& command :
       load_there_commands(action.kind, usual, std::string(Layout::handed_over) + Layout::handed_over_dump))
    lines.push_back("#   " + command);
  return lines;
}

// The Director's user owns the tables, so it makes them: pg_dump --no-owner.
Lines load_there_commands(const std::string& kind, const bacula::DatabaseNames& names,
                          const std::string& dump) {
  if (kind == "postgresql")
    return {
        typed(
            {"runuser", "-u", "postgres", "--", "psql", "-c",
             "ALTER DATABASE \"" + names.database + "\" RENAME TO \"" + names.database + "_before_recovery\"",
             "postgres"}),
        typed({"runuser", "-u", "postgres", "--", "createdb", "--template=template0", "--encoding=SQL_ASCII",
               "--locale=C", "--owner=" + names.user, names.database}),
        typed({"runuser", "-u", "postgres", "--", "psql", "--quiet", "--set=ON_ERROR_STOP=1",
               "--single-transaction", "-c", "SET ROLE \"" + names.user + "\"", "-f", "-", names.database}) +
            " < " + system::shell_quoted(dump)};
  return {
      typed({"mariadb-dump", names.database}) + " > " + system::shell_quoted(dump + ".before-recovery"),
      typed({"mariadb", "-e",
             "DROP DATABASE IF EXISTS `" + names.database + "`; CREATE DATABASE `" + names.database + "`"}),
      typed({"mariadb", names.database}) + " < " + system::shell_quoted(dump)};
}

}  // namespace recover
