// Makes a SQLite catalog from a dump, or an empty one, in a file of its own beside the one in use.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace recover::bacula {

// Bytes of the dump that are in, and of how many.
using OnLoaded = std::function<void(std::int64_t bytes, std::int64_t total)>;

// `from`: what `sqlite3 bacula.db .dump` wrote, as Bacula's make_catalog_backup calls it, or a copy of a
// SQLite file. `to` must not be there. Throws Failed: another database's dump, a compressed one, one that is
// cut short, or text that would do more than make and fill tables; Interrupted.
void load_catalog_dump(const std::string& from, const std::string& to, const OnLoaded& on_loaded);

// Tables and indexes as `example` has them, the rows of Version and Status, and nothing else.
void make_empty_catalog(const std::string& example, const std::string& to);

// The same from the text of Bacula's own script make_sqlite3_tables: what stands between its END-OF-DATA.
void make_empty_catalog_by(const std::string& script, const std::string& to);

// For a writer that commits each row by itself, as bscan does: with the rollback journal each waits for the
// disk. Measured with 5689 files: 157 s, and 3.5 s with a write-ahead log.
void write_ahead(const std::string& path);
// All of it is in the one file again, whole (PRAGMA quick_check) and on the disk.
void close_catalog(const std::string& path);

}  // namespace recover::bacula
