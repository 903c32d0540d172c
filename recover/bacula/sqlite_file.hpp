// A file of SQLite, for who reads, loads or makes a catalog without its Director.
//
//     SqliteFile catalog("/mnt/storage/environment/var/lib/bacula/bacula.db", SqliteFile::Way::as_it_lies);
//     for (const auto& row : catalog.rows("SELECT Name FROM Job WHERE JobId=?", {"7"})) ...
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

struct sqlite3;

namespace recover::bacula {

class SqliteFile {
 public:
  enum class Way {
    // Read only, and not even what an unfinished change left beside it is rolled back: nothing is written
    // anywhere (sqlite.org/uri.html, "immutable").
    as_it_lies,
    existing,  // to be written; what was left unfinished is rolled back when it is first read
    fresh,     // must not be there; made with the mode 0600
  };

  // Throws Failed with SQLite's words, as all below.
  SqliteFile(const std::string& path, Way way);

  using Row = std::vector<std::string>;  // NULL is empty
  std::vector<Row> rows(const std::string& statement, const std::vector<std::string>& values = {});
  // The same, one at a time: for those that are as many as files.
  void each_row(const std::string& statement, const std::vector<std::string>& values,
                const std::function<void(const Row&)>& each);
  void run(const std::string& statements);

  // From here on statements may make tables and indexes and fill them, and nothing else: no other file, no
  // extension, no setting. For text that somebody else wrote.
  void distrust();
  bool in_transaction() const;

  // Whether the text ends with a whole statement.
  static bool is_complete(const std::string& text);

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  [[noreturn]] void fail() const;

  std::string path_;
  std::unique_ptr<sqlite3, Close> database_;
};

}  // namespace recover::bacula
