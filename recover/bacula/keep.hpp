// What choosing and adopting leave in the keep: backup.bsr and backup.files, and last of all backup.toml,
// whose presence says that the three are complete.
#pragma once

#include <cstdint>
#include <string>

#include "recover/bacula/backup.hpp"
#include "recover/bacula/file_list.hpp"

namespace recover::bacula {

// Forgets an older choice first, so that no mixture of two can be taken for one.
void clear_keep(const std::string& keep);
void write_backup(const std::string& keep, const Backup& backup);

// A TOML basic string of what printable() makes of it: names come from the catalog, and are any bytes. What
// is read back goes through system::from_printable().
std::string toml_quoted(const std::string& text);

// The data that a restore writes for this file: the size of a regular file, 0 for a further hard link and the
// rest.
std::int64_t data_bytes(const ListedFile& file);

}  // namespace recover::bacula
