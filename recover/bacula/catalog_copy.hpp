// A copy of a SQLite catalog as it is at one moment, while its Director lives: by SQLite's own backup, which
// waits for a change that is being made and lets none in between (sqlite.org/backup.html). A plain copy of
// the file may hold half a change.
#pragma once

#include <cstdint>
#include <string>

namespace recover::bacula {

// `to` must not be there yet; it is made with the mode 0600, for its caller to give away. Returns its size.
// Throws Failed with SQLite's words.
std::int64_t copy_sqlite_catalog(const std::string& from, const std::string& to);

}  // namespace recover::bacula
