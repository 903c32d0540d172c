// What a file with a dump of a catalog is, by its beginning and its end.
#pragma once

#include <string>
#include <string_view>

namespace recover::bacula {

// The first bytes of a file that tell what it is; empty: it cannot be read.
std::string beginning_of(const std::string& path);

// Why what begins so is no text that a catalog of that kind can be loaded from: "it is compressed by gzip",
// "it is a dump of PostgreSQL"; empty when nothing tells.
std::string not_a_dump_of(const std::string& kind, std::string_view beginning);

// The same of a whole file for a server's catalog: pg_dump and mariadb-dump say at its end that it is all.
// Throws Failed with it.
void require_dump_of(const std::string& kind, const std::string& path);

// The first line of what psql said while it loaded a dump that tells of a fault; empty: all of it is in. That
// something does not exist is none: `pg_dump -c`, as Bacula calls it, first drops what an empty database has
// not, and names owners of the machine (measured: 150 such lines of 150). Other faults would show as such.
std::string fault_in_load(std::string_view said);

}  // namespace recover::bacula
