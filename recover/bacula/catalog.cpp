#include "recover/bacula/catalog.hpp"

#include <algorithm>
#include <charconv>

#include "recover/error.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

using namespace std::chrono_literals;

constexpr const char* remedy =
    "See that the catalog is whole (dbcheck, and the Director's log), then run the same command again";

std::string joined(const std::vector<std::int64_t>& ids) {
  std::string text;
  for (const auto id : ids) text += (text.empty() ? "" : ",") + std::to_string(id);
  return text;
}

std::string unhex(std::string_view hex) {
  auto digit = [&](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    throw Failed("The catalog's list of files holds \"" + system::printable(hex.substr(0, 200)) +
                     "\" where a name in hexadecimal should be",
                 remedy);
  };
  std::string bytes;
  bytes.reserve(hex.size() / 2);
  if (hex.size() % 2 != 0) digit('x');
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(digit(hex[i]) << 4 | digit(hex[i + 1]));
  }
  return bytes;
}

// The rows' fields as they stream by, each followed by a tab.
class FileRows {
 public:
  using Row = std::vector<std::string>;

  FileRows(std::size_t columns, const std::function<void(const Row&)>& each)
      : each_(each), fields_(columns) {}

  void feed(std::string_view text) {
    for (std::size_t tab; (tab = text.find('\t')) != std::string_view::npos; text.remove_prefix(tab + 1)) {
      fields_[count_] += text.substr(0, tab);
      if (++count_ == fields_.size()) finish_row();
    }
    fields_[count_] += text;
    // No field is as long as this; an answer that is no table must not fill the memory.
    if (fields_[count_].size() > 1'000'000) broken();
  }

  void finish() {
    const std::string& rest = fields_[0];
    const bool note =
        rest.find_first_not_of(" \r\n") == std::string::npos || rest.rfind("You have messages.", 0) == 0;
    if (count_ != 0 || !note) broken();
  }

 private:
  [[noreturn]] void broken() {
    throw Failed("The catalog's list of files cannot be read; the Director said \"" +
                     system::printable(system::redact(fields_[0].substr(0, 500))) + "\"",
                 remedy);
  }

  void finish_row() {
    each_(fields_);
    for (auto& field : fields_) field.clear();
    count_ = 0;
  }

  const std::function<void(const Row&)>& each_;
  Row fields_;
  std::size_t count_ = 0;
};

// How files are named in a query: the columns for path and name, and the tables that they come from.
struct NameColumns {
  std::string path, name, tables;
  bool own_table = true;  // of names
};

NameColumns name_columns(const std::string& catalog_kind, std::int64_t version) {
  // Names are any bytes; tabs and newlines among them would break the rows, so they are asked for in
  // hexadecimal.
  std::string hex_begin = "hex(", hex_end = ")";
  if (catalog_kind == "postgresql") {
    // From the database's encoding to itself: the bytes as they are (Bacula makes its database SQL_ASCII).
    hex_begin = "encode(convert_to(";
    hex_end = ",getdatabaseencoding()),'hex')";
  } else if (catalog_kind != "sqlite3" && catalog_kind != "mysql") {
    throw UsageError("The catalog kind \"" + system::printable(catalog_kind) + "\" is not known",
                     "Give sqlite3, postgresql or mysql in the machine profile");
  }
  NameColumns columns;
  // From version 1021 on (Bacula 11; update_postgresql_tables of its source tree) the table Filename is gone
  // and File has a column Filename instead.
  columns.own_table = version < 1021;
  columns.path = hex_begin + "P.Path" + hex_end;
  columns.name = hex_begin + (columns.own_table ? "N.Name" : "F.Filename") + hex_end;
  columns.tables = "JOIN Path AS P ON P.PathId=F.PathId";
  if (columns.own_table) columns.tables += " JOIN Filename AS N ON N.FilenameId=F.FilenameId";
  return columns;
}

std::int64_t catalog_version(system::Processes& processes, const Console& console) {
  const auto version = query(processes, console, "SELECT MAX(VersionId) FROM Version", 1, 60s);
  return version.empty() ? 0 : whole_number(version[0][0]);
}

void stream_rows(system::Processes& processes, const Console& console, const std::string& sql,
                 std::size_t columns, const std::function<void(const FileRows::Row&)>& each) {
  FileRows rows(columns, each);
  converse(processes, console, {sql_line(sql)}, 60min, [&](std::string_view text) { rows.feed(text); });
  rows.finish();
}

}  // namespace

std::int64_t whole_number(std::string_view text) {
  std::string digits(text);
  digits.erase(std::remove(digits.begin(), digits.end(), ','), digits.end());
  std::int64_t value = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, value);
  if (error != std::errc{} || stopped != end || digits.empty()) {
    throw Failed("Bacula said \"" + system::printable(text.substr(0, 100)) + "\" where a number should be",
                 remedy);
  }
  return value;
}

std::vector<CatalogJob> catalog_jobs(system::Processes& processes, const Console& console,
                                     const std::vector<std::int64_t>& ids) {
  const auto found = query(
      processes, console,
      "SELECT JobId,Name,Level,StartTime,JobFiles,JobBytes,JobStatus,JobErrors FROM Job WHERE JobId IN (" +
          joined(ids) + ")",
      8, 60s);
  std::vector<CatalogJob> jobs;
  for (const auto id : ids) {
    const auto row = std::find_if(found.begin(), found.end(),
                                  [&](const auto& fields) { return fields[0] == std::to_string(id); });
    if (row == found.end()) {
      throw Failed("The catalog knows no job " + std::to_string(id) + ", which the Director chose", remedy);
    }
    const auto& fields = *row;
    CatalogJob job;
    job.job.id = id;
    job.job.name = fields[1];
    job.job.level = level_name(fields[2].empty() ? 0 : fields[2].front());
    job.job.start = fields[3].substr(0, 19);
    job.job.files = whole_number(fields[4]);
    job.job.bytes = whole_number(fields[5]);
    job.status = fields[6];
    job.job.errors = whole_number(fields[7]);
    jobs.push_back(std::move(job));
  }
  return jobs;
}

std::string files_query(const std::string& catalog_kind, std::int64_t version,
                        const std::vector<std::int64_t>& ids) {
  const auto columns = name_columns(catalog_kind, version);
  const std::string key = columns.own_table ? "PathId,FilenameId" : "PathId,Filename";
  // FileId grows with time, also when bscan made the catalog from the volumes, so the greatest is the newest
  // version; and of a directory that a job holds twice (a mount point that the FileSet names too) it is the
  // one that the Director takes. FileIndex is 0 or negative in the record that says that a file was deleted.
  std::string sql = "SELECT " + columns.path + "," + columns.name + ",F.LStat,F.MD5 FROM (";
  sql += "SELECT MAX(FileId) AS FileId FROM File WHERE JobId IN (" + joined(ids) + ") GROUP BY " + key +
         ") AS T";
  return sql + " JOIN File AS F ON F.FileId=T.FileId " + columns.tables + " WHERE F.FileIndex>0";
}

ListedFile listed_file(const std::vector<std::string>& row) {
  // Bacula keeps a directory as a path with an empty name; the path ends with a slash.
  ListedFile file{unhex(row[0]) + unhex(row[1]), row[2], row[3]};
  if (file.name.size() > 1 && file.name.back() == '/') file.name.pop_back();
  return file;
}

void catalog_files(system::Processes& processes, const Console& console, const std::string& catalog_kind,
                   const std::vector<std::int64_t>& ids, const std::function<void(const ListedFile&)>& each) {
  const auto sql = files_query(catalog_kind, catalog_version(processes, console), ids);
  stream_rows(processes, console, sql, 4, [&](const FileRows::Row& row) {
    const auto file = listed_file(row);
    if (!file.name.empty()) each(file);
  });
}

std::string job_files_query(const std::string& catalog_kind, std::int64_t version, std::int64_t job,
                            const std::vector<std::int64_t>& indexes) {
  const auto columns = name_columns(catalog_kind, version);
  std::string sql = "SELECT F.FileIndex," + columns.path + "," + columns.name +
                    ",F.LStat,F.MD5 FROM File AS F " + columns.tables +
                    " WHERE F.JobId=" + std::to_string(job);
  if (!indexes.empty()) sql += " AND F.FileIndex IN (" + joined(indexes) + ")";
  return sql;
}

void job_files(system::Processes& processes, const Console& console, const std::string& catalog_kind,
               std::int64_t job, const std::vector<std::int64_t>& indexes,
               const std::function<void(const CatalogEntry&)>& each) {
  CatalogEntry file;
  const auto sql = job_files_query(catalog_kind, catalog_version(processes, console), job, indexes);
  stream_rows(processes, console, sql, 5, [&](const FileRows::Row& row) {
    file.index = whole_number(row[0]);
    file.name = unhex(row[1]) + unhex(row[2]);
    file.lstat = row[3];
    file.digest = row[4];
    each(file);
  });
}

std::int64_t catalog_objects(system::Processes& processes, const Console& console,
                             const std::vector<std::int64_t>& ids) {
  const auto found = query(processes, console,
                           "SELECT COUNT(*) FROM RestoreObject WHERE JobId IN (" + joined(ids) + ")", 1, 60s);
  return found.empty() ? 0 : whole_number(found[0][0]);
}

}  // namespace recover::bacula
