// Knows SQLite, as catalog_copy.cpp does for its task (libraries.cpp knows its version).
#include "recover/bacula/sqlite_file.hpp"

#include <fcntl.h>
#include <sqlite3.h>

#include <cctype>
#include <cerrno>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

constexpr int longest_statement = 64 << 20;
constexpr int busy_milliseconds = 10'000;

struct Finalize {
  void operator()(sqlite3_stmt* statement) const { ::sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

// sqlite.org/uri.html: what would end the path is written as %HH.
std::string uri_of(const std::string& path) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string uri = "file:";
  for (const unsigned char c : path) {
    if (std::isalnum(c) != 0 || c == '/' || c == '-' || c == '_' || c == '.') {
      uri += static_cast<char>(c);
    } else {
      uri += '%';
      uri += digits[c >> 4U];
      uri += digits[c & 15U];
    }
  }
  return uri + "?immutable=1";
}

// What SQLite calls while it makes tables and fills them, its own tables' changes among it.
int only_tables(void*, int action, const char*, const char*, const char*, const char*) {
  switch (action) {
    case SQLITE_CREATE_TABLE:
    case SQLITE_CREATE_INDEX:
    case SQLITE_INSERT:
    case SQLITE_UPDATE:
    case SQLITE_DELETE:
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_TRANSACTION:
    case SQLITE_FUNCTION:
    case SQLITE_REINDEX:
    case SQLITE_ANALYZE:
      return SQLITE_OK;
    case SQLITE_PRAGMA:
      return SQLITE_IGNORE;  // every dump begins with one; it does nothing
    default:
      return SQLITE_DENY;
  }
}

}  // namespace

void SqliteFile::Close::operator()(sqlite3* database) const {
  ::sqlite3_close(database);
}

SqliteFile::SqliteFile(const std::string& path, Way way) : path_(path) {
  if (way == Way::fresh) {
    // SQLite would make it for everybody to read.
    if (const system::Descriptor made(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        !made)
      throw Failed("Could not make " + path + ": " + system::answer(errno), system::remedy_for(errno, path));
  }
  const bool as_it_lies = way == Way::as_it_lies;
  const int flags = as_it_lies ? SQLITE_OPEN_READONLY | SQLITE_OPEN_URI : SQLITE_OPEN_READWRITE;
  sqlite3* raw = nullptr;
  const int result = ::sqlite3_open_v2((as_it_lies ? uri_of(path) : path).c_str(), &raw, flags, nullptr);
  database_.reset(raw);
  if (result != SQLITE_OK) fail();
  ::sqlite3_extended_result_codes(raw, 1);
  ::sqlite3_busy_timeout(raw, busy_milliseconds);
  ::sqlite3_limit(raw, SQLITE_LIMIT_ATTACHED, 0);
  ::sqlite3_limit(raw, SQLITE_LIMIT_LENGTH, longest_statement);
  ::sqlite3_limit(raw, SQLITE_LIMIT_SQL_LENGTH, longest_statement);
  // A damaged or forged schema must not do more than hold rows.
  ::sqlite3_db_config(raw, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  ::sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
}

void SqliteFile::fail() const {
  const std::string words = database_ ? ::sqlite3_errmsg(database_.get()) : "out of memory";
  throw Failed("SQLite says of " + path_ + ": " + system::printable(words.substr(0, 300)),
               "See that it is a whole catalog, and that there is room on its volume");
}

std::vector<SqliteFile::Row> SqliteFile::rows(const std::string& statement,
                                              const std::vector<std::string>& values) {
  std::vector<Row> rows;
  each_row(statement, values, [&](const Row& row) { rows.push_back(row); });
  return rows;
}

void SqliteFile::each_row(const std::string& statement, const std::vector<std::string>& values,
                          const std::function<void(const Row&)>& each) {
  sqlite3_stmt* raw = nullptr;
  if (::sqlite3_prepare_v2(database_.get(), statement.c_str(), -1, &raw, nullptr) != SQLITE_OK) fail();
  const Statement prepared(raw);
  for (std::size_t i = 0; i < values.size(); ++i)
    if (::sqlite3_bind_text(raw, static_cast<int>(i) + 1, values[i].data(),
                            static_cast<int>(values[i].size()), SQLITE_TRANSIENT) != SQLITE_OK)
      fail();
  Row row(static_cast<std::size_t>(::sqlite3_column_count(raw)));
  for (;;) {
    const int result = ::sqlite3_step(raw);
    if (result == SQLITE_DONE) return;
    if (result != SQLITE_ROW) fail();
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto* text = reinterpret_cast<const char*>(::sqlite3_column_text(raw, static_cast<int>(i)));
      row[i] = text == nullptr ? "" : text;
    }
    each(row);
  }
}

void SqliteFile::run(const std::string& statements) {
  if (::sqlite3_exec(database_.get(), statements.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail();
}

void SqliteFile::distrust() {
  ::sqlite3_set_authorizer(database_.get(), only_tables, nullptr);
}

bool SqliteFile::in_transaction() const {
  return ::sqlite3_get_autocommit(database_.get()) == 0;
}

bool SqliteFile::is_complete(const std::string& text) {
  return ::sqlite3_complete(text.c_str()) != 0;
}

}  // namespace recover::bacula
