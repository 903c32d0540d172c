// A catalog of SQLite with as many tables as recover asks of it.
#pragma once

#include <string>

#include "recover/bacula/sqlite_file.hpp"

namespace recover::tests {

inline const std::string catalog_tables =
    "CREATE TABLE Version (VersionId INTEGER UNSIGNED NOT NULL);\n"
    "CREATE TABLE Status (JobStatus CHAR(1) NOT NULL, JobStatusLong BLOB, Severity INT, PRIMARY KEY "
    "(JobStatus));\n"
    "CREATE TABLE Job (JobId INTEGER, Name VARCHAR(128) NOT NULL, Type CHAR(1), Level CHAR(1), JobStatus "
    "CHAR(1), StartTime DATETIME, VolSessionId INTEGER UNSIGNED, VolSessionTime INTEGER UNSIGNED, JobFiles "
    "INTEGER, JobBytes BIGINT, PRIMARY KEY(JobId));\n"
    "CREATE INDEX inx5 ON Job (Name);\n"
    "INSERT INTO Status VALUES ('T','Completed successfully',10);\n"
    "INSERT INTO Version VALUES (16);\n";

inline std::string catalog_job(int id, const std::string& name, int session,
                               const std::string& status = "T") {
  const auto number = std::to_string(session);
  return "INSERT INTO Job VALUES (" + std::to_string(id) + ",'" + name + "','B','F','" + status +
         "','2026-11-21 22:58:0" + number + "'," + number + ",77,3,300);\n";
}

// As `sqlite3 bacula.db .dump` writes it.
inline std::string catalog_dump(const std::string& jobs) {
  return "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n" + catalog_tables + jobs + "COMMIT;\n";
}

inline void make_catalog(const std::string& path, const std::string& jobs) {
  bacula::SqliteFile(path, bacula::SqliteFile::Way::fresh).run(catalog_tables + jobs);
}

}  // namespace recover::tests
