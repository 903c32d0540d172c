// Knows SQLite, as sqlite_file.cpp does for whoever reads or makes a catalog.
#include "recover/bacula/catalog_copy.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/files.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

constexpr int busy_milliseconds = 250;  // between two looks whether the run was interrupted
constexpr int busy_tries = 240;         // a minute

struct Close {
  void operator()(sqlite3* database) const { ::sqlite3_close(database); }
};
using Database = std::unique_ptr<sqlite3, Close>;

[[noreturn]] void fail(const std::string& path, const std::string& words) {
  throw Failed("Could not copy the catalog " + path + ": " + system::printable(words),
               "See that it is whole: bacula-dir -t, dbcheck; and that there is room for its copy");
}

Database open(const std::string& path, int flags) {
  sqlite3* raw = nullptr;
  const int result = ::sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  Database database(raw);
  if (result != SQLITE_OK) fail(path, raw == nullptr ? "out of memory" : ::sqlite3_errmsg(raw));
  return database;
}

}  // namespace

std::int64_t copy_sqlite_catalog(const std::string& from, const std::string& to) {
  // SQLite would make it for everybody to read.
  if (const system::Descriptor made(::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)); !made)
    throw Failed("Could not make " + to + ": " + system::answer(errno), system::remedy_for(errno, to));
  const auto source = open(from, SQLITE_OPEN_READONLY);
  const auto target = open(to, SQLITE_OPEN_READWRITE);
  ::sqlite3_busy_timeout(source.get(), busy_milliseconds);
  auto* backup = ::sqlite3_backup_init(target.get(), "main", source.get(), "main");
  if (backup == nullptr) fail(from, ::sqlite3_errmsg(target.get()));
  // All pages at once. In pieces it would begin anew with each change of a job that runs, and might never
  // end; the Director waits for as long as a copy takes.
  int result = SQLITE_BUSY;
  for (int tries = 0; tries < busy_tries && (result == SQLITE_BUSY || result == SQLITE_LOCKED); ++tries) {
    if (system::interrupted()) break;
    result = ::sqlite3_backup_step(backup, -1);
  }
  const int finished = ::sqlite3_backup_finish(backup);
  system::throw_if_interrupted();
  if (result != SQLITE_DONE) fail(from, ::sqlite3_errstr(result));
  if (finished != SQLITE_OK) fail(from, ::sqlite3_errmsg(target.get()));
  struct stat status {};
  if (::stat(to.c_str(), &status) != 0) fail(to, system::answer(errno));
  return status.st_size;
}

}  // namespace recover::bacula
