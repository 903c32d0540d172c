#include "recover/bacula/dump_file.hpp"

#include <fstream>

#include "recover/bacula/catalog_server.hpp"
#include "recover/error.hpp"

namespace recover::bacula {
namespace {

constexpr std::streamoff end_that_tells = 4096;

struct Beginning {
  std::string_view bytes, what, kind;
};
// pg_dump since its releases of August 2025 begins with more lines; the first ones stayed. mariadb-dump
// begins with a comment for the client since 10.5.25.
constexpr Beginning known[] = {
    {"\x1f\x8b", "it is compressed by gzip", ""},
    {"BZh", "it is compressed by bzip2", ""},
    {"\xfd"
     "7zXZ",
     "it is compressed by xz", ""},
    {"\x28\xb5\x2f\xfd", "it is compressed by zstd", ""},
    {"PGDMP", "it is a dump of PostgreSQL in its custom format", ""},
    {"--\n-- PostgreSQL", "it is a dump of PostgreSQL", "postgresql"},
    {"-- MySQL dump", "it is a dump of MySQL", "mysql"},
    {"-- MariaDB dump", "it is a dump of MariaDB", "mysql"},
    {"/*M!", "it is a dump of MariaDB", "mysql"},
    {"SQLite format 3", "it is a file of SQLite", "sqlite3"},
    {"PRAGMA ", "it is a dump of SQLite", "sqlite3"},
};

std::string ending_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  const auto size = static_cast<std::streamoff>(file.tellg());
  const auto length = std::min(size, end_that_tells);
  if (!file || length <= 0) return "";
  std::string bytes(static_cast<std::size_t>(length), '\0');
  file.seekg(size - length);
  file.read(bytes.data(), static_cast<std::streamsize>(length));
  return bytes;
}

[[noreturn]] void refuse(const std::string& kind, const std::string& path, const std::string& why) {
  throw Failed("The dump " + path + " cannot be loaded: " + why,
               "Keep an uncompressed dump of the catalog there, as make_catalog_backup has " +
                   std::string(kind == "postgresql" ? "pg_dump" : "mysqldump") + " write it");
}

}  // namespace

std::string beginning_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(64, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

std::string not_a_dump_of(const std::string& kind, std::string_view beginning) {
  for (const auto& one : known)
    if (beginning.starts_with(one.bytes) && one.kind != kind) return std::string(one.what);
  return "";
}

void require_dump_of(const std::string& kind, const std::string& path) {
  const auto beginning = beginning_of(path);
  if (beginning.empty()) refuse(kind, path, "it is empty, or cannot be read");
  if (const auto other = not_a_dump_of(kind, beginning); !other.empty()) refuse(kind, path, other);
  const auto ending = ending_of(path);
  const auto* last = kind == "postgresql" ? "-- PostgreSQL database dump complete" : "-- Dump completed";
  if (ending.find(last) == std::string::npos)
    refuse(kind, path, "it is cut short: it does not end with \"" + std::string(last) + "\"");
}

std::string fault_in_load(std::string_view said) {
  while (!said.empty()) {
    const auto end = said.find('\n');
    const auto line = said.substr(0, end);
    said.remove_prefix(end == std::string_view::npos ? said.size() : end + 1);
    const bool fault = line.find("ERROR:") != std::string_view::npos ||
                       line.find("FATAL:") != std::string_view::npos || line.starts_with("psql: error:");
    if (fault && !line.ends_with(" does not exist")) return std::string(line.substr(0, 300));
  }
  return "";
}

}  // namespace recover::bacula
