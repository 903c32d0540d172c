// What lies about a catalog that a server has: the first byte says which. What it knows, what a client said
// while it loaded a dump, how a dump begins, Bacula's script with its tables, the Catalog resource.
#include <algorithm>
#include <optional>

#include "recover/bacula/catalog_server.hpp"
#include "recover/bacula/database_access.hpp"
#include "recover/bacula/dump_file.hpp"
#include "recover/bacula/known_backups.hpp"
#include "recover/bacula/table_script.hpp"
#include "tests/fuzz/target.hpp"

namespace recover::fuzz {
namespace {

using namespace recover::bacula;

void known(std::string_view text) {
  const auto known = parse_known_backups(text);
  NewestBackup newest;
  newest.jobs = known.backups;
  if (newest.jobs.empty()) return;
  const auto sight = sight_of(known, newest.jobs.back().job.name, newest);
  require(sight.knows_newest && sight.unknown.empty(), "what a catalog has told it knows");
}

void script(std::string_view text) {
  version_made_by(std::string(text));
  const auto statements = statements_of(std::string(text), {"bacula", "bacula"});
  require(statements.find('$') == std::string::npos, "nothing is left for a shell to put in");
}

void access_of(std::string_view text) {
  const auto access =
      find_database("/etc/bacula", "alder-fd", {[&](const std::string& path) -> std::optional<std::string> {
                      if (path != "/etc/bacula/bacula-dir.conf") return std::nullopt;
                      return std::string(text);
                    }});
  if (!access) return;
  for (const auto* kind : {"postgresql", "mysql"})
    for (const auto& way : dump_ways(kind, *access, true, true, "/usr/bin", "/run/secret"))
      require(!way.argv.empty() && !way.who.empty(), "a way to dump it has a command");
}

}  // namespace

void try_input(std::string_view input) {
  if (input.empty()) return;
  const auto text = input.substr(1);
  switch (input[0]) {
    case 'k':
      return known(text);
    case 'l':
      require(fault_in_load(text).size() <= 300, "a fault is a line");
      return;
    case 'd':
      for (const auto* kind : {"postgresql", "mysql", "sqlite3"}) not_a_dump_of(kind, text);
      return;
    case 's':
      return script(text);
    default:
      return access_of(text);
  }
}

}  // namespace recover::fuzz
