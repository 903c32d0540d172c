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
  lines.push_back(typed(bacula::load_command(server, usual)) + " < " + system::shell_quoted(dump));
}

}  // namespace

std::string typed(const std::vector<std::string>& argv) {
  std::string line;
  for (const auto& word : argv) line += (line.empty() ? "" : " ") + system::shell_quoted(word);
  return line;
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
    return {typed({"runuser", "-u", "postgres", "--", "dropdb", "--if-exists", names.database}),
            typed({"runuser", "-u", "postgres", "--", "createdb", "--template=template0",
                   "--encoding=SQL_ASCII", "--locale=C", "--owner=" + names.user, names.database}),
            typed({"runuser", "-u", "postgres", "--", "psql", "--quiet", "-c",
                   "SET ROLE \"" + names.user + "\"", "-f", "-", names.database}) +
                " < " + system::shell_quoted(dump)};
  return {
      typed({"mariadb", "-e",
             "DROP DATABASE IF EXISTS `" + names.database + "`; CREATE DATABASE `" + names.database + "`"}),
      typed({"mariadb", names.database}) + " < " + system::shell_quoted(dump)};
}

}  // namespace recover
