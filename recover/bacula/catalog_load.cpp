#include "recover/bacula/catalog_load.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <string_view>

#include "recover/bacula/catalog_copy.hpp"
#include "recover/bacula/dump_file.hpp"
#include "recover/bacula/sqlite_file.hpp"
#include "recover/error.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/files.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

constexpr std::size_t longest_statement = 16U << 20U;
constexpr std::int64_t between_reports = 1 << 20;
constexpr std::string_view sqlite_magic = "SQLite format 3";

[[noreturn]] void refuse(const std::string& from, const std::string& why) {
  throw Failed("The dump " + from + " cannot be loaded: " + why,
               "Keep an uncompressed dump of a SQLite catalog there, as make_catalog_backup writes it");
}

bool ends_with_semicolon(const std::string& line) {
  const auto last = line.find_last_not_of(" \t\r");
  return last != std::string::npos && line[last] == ';';
}

bool is_blank(const std::string& text) {
  return text.find_first_not_of(" \t\r\n") == std::string::npos;
}

void run(const std::string& from, SqliteFile& catalog, const std::string& statement) try {
  catalog.run(statement);
} catch (const Failed& error) {
  refuse(from, error.problem());
}

// Each statement by itself: a dump may be larger than the memory.
void load(const std::string& from, SqliteFile& catalog, const OnLoaded& on_loaded) {
  struct stat status {};
  std::ifstream dump(from, std::ios::binary);
  if (!dump || ::stat(from.c_str(), &status) != 0) refuse(from, "it cannot be read");
  std::int64_t done = 0, told = 0;
  std::string statement;
  for (std::string line; std::getline(dump, line);) {
    system::throw_if_interrupted();
    done += static_cast<std::int64_t>(line.size()) + 1;
    statement += line + "\n";
    if (statement.size() > longest_statement) refuse(from, "a statement in it has no end");
    if (!ends_with_semicolon(line) || !SqliteFile::is_complete(statement)) continue;
    run(from, catalog, statement);
    statement.clear();
    if (on_loaded && done - told >= between_reports) {
      told = done;
      on_loaded(done, status.st_size);
    }
  }
  if (dump.bad()) refuse(from, "it cannot be read to its end");
  if (!is_blank(statement) || catalog.in_transaction()) refuse(from, "it is cut short");
}

}  // namespace

void load_catalog_dump(const std::string& from, const std::string& to, const OnLoaded& on_loaded) {
  const auto beginning = beginning_of(from);
  if (beginning.empty()) refuse(from, "it is empty, or cannot be read");
  if (const auto other = not_a_dump_of("sqlite3", beginning); !other.empty()) refuse(from, other);
  if (beginning.starts_with(sqlite_magic)) {
    copy_sqlite_catalog(from, to);
    return close_catalog(to);
  }
  {
    SqliteFile catalog(to, SqliteFile::Way::fresh);
    // What is killed here is made anew from its start.
    catalog.run("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;");
    catalog.distrust();
    load(from, catalog, on_loaded);
  }
  close_catalog(to);
}

void make_empty_catalog(const std::string& example, const std::string& to) {
  SqliteFile from(example, SqliteFile::Way::as_it_lies);
  SqliteFile catalog(to, SqliteFile::Way::fresh);
  catalog.distrust();
  catalog.run("BEGIN;");
  // Tables before their indexes; what SQLite makes by itself has no text, or a name that it keeps.
  for (const auto& row : from.rows("SELECT sql FROM sqlite_master WHERE type IN ('table','index') AND sql IS "
                                   "NOT NULL AND name NOT LIKE 'sqlite!_%' ESCAPE '!' ORDER BY type DESC"))
    catalog.run(row.front());
  for (const auto& row : from.rows("SELECT VersionId FROM Version"))
    catalog.rows("INSERT INTO Version (VersionId) VALUES (CAST(? AS INTEGER))", row);
  for (const auto& row : from.rows("SELECT JobStatus,JobStatusLong,Severity FROM Status"))
    catalog.rows("INSERT INTO Status (JobStatus,JobStatusLong,Severity) VALUES (?,?,CAST(? AS INTEGER))",
                 row);
  catalog.run("COMMIT;");
}

void make_empty_catalog_by(const std::string& script, const std::string& to) {
  constexpr std::string_view word = "END-OF-DATA";
  const auto begin = script.find("<<" + std::string(word) + "\n");
  const auto end = script.find("\n" + std::string(word) + "\n", begin);
  if (begin == std::string::npos || end == std::string::npos)
    throw Failed("Bacula's script that makes a SQLite catalog is not as it is known",
                 "Make an empty catalog with it by hand");
  SqliteFile catalog(to, SqliteFile::Way::fresh);
  catalog.distrust();
  catalog.run(script.substr(begin + 2 + word.size(), end - begin - 2 - word.size()));
}

void write_ahead(const std::string& path) {
  SqliteFile(path, SqliteFile::Way::existing).run("PRAGMA journal_mode=WAL;");
}

void close_catalog(const std::string& path) {
  {
    SqliteFile catalog(path, SqliteFile::Way::existing);
    catalog.run("PRAGMA journal_mode=DELETE;");
    const auto said = catalog.rows("PRAGMA quick_check(1)");
    if (said.empty() || said.front().front() != "ok")
      throw Failed("The catalog " + path +
                       " is not whole: " + system::printable(said.empty() ? "" : said.front().front()),
                   "Make it anew");
  }
  const system::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file || ::fsync(file.get()) != 0)
    throw Failed("Could not bring " + path + " to the disk: " + system::answer(errno),
                 system::remedy_for(errno, path));
}

}  // namespace recover::bacula
