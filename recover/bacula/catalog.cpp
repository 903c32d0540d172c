#include "recover/bacula/catalog.hpp"

#include <algorithm>
#include <array>
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

std::string level_name(const std::string& letter) {
  if (letter == "F") return "Full";
  if (letter == "D") return "Differential";
  if (letter == "I") return "Incremental";
  if (letter == "B") return "Base";
  return {};
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
  explicit FileRows(const std::function<void(const ListedFile&)>& each) : each_(each) {}

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
    // Bacula keeps a directory as a path with an empty name; the path ends with a slash.
    file_.name = unhex(fields_[0]) + unhex(fields_[1]);
    if (file_.name.size() > 1 && file_.name.back() == '/') file_.name.pop_back();
    file_.lstat = fields_[2];
    if (!file_.name.empty()) each_(file_);
    for (auto& field : fields_) field.clear();
    count_ = 0;
  }

  const std::function<void(const ListedFile&)>& each_;
  std::array<std::string, 3> fields_;
  std::size_t count_ = 0;
  ListedFile file_;
};

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
    job.job.level = level_name(fields[2]);
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
  // From version 1021 on (Bacula 11; update_postgresql_tables of its source tree) the table Filename is gone
  // and File has a column Filename instead.
  const bool own_table = version < 1021;
  const std::string key = own_table ? "PathId,FilenameId" : "PathId,Filename";
  const std::string name = own_table ? "N.Name" : "F.Filename";
  // FileId grows with time, also when bscan made the catalog from the volumes, so the greatest is the newest
  // version; and of a directory that a job holds twice (a mount point that the FileSet names too) it is the
  // one that the Director takes. FileIndex is 0 or negative in the record that says that a file was deleted.
  std::string sql =
      "SELECT " + hex_begin + "P.Path" + hex_end + "," + hex_begin + name + hex_end + ",F.LStat FROM (";
  sql += "SELECT MAX(FileId) AS FileId FROM File WHERE JobId IN (" + joined(ids) + ") GROUP BY " + key +
         ") AS T";
  sql += " JOIN File AS F ON F.FileId=T.FileId JOIN Path AS P ON P.PathId=F.PathId";
  if (own_table) sql += " JOIN Filename AS N ON N.FilenameId=F.FilenameId";
  return sql + " WHERE F.FileIndex>0";
}

void catalog_files(system::Processes& processes, const Console& console, const std::string& catalog_kind,
                   const std::vector<std::int64_t>& ids, const std::function<void(const ListedFile&)>& each) {
  const auto version = query(processes, console, "SELECT MAX(VersionId) FROM Version", 1, 60s);
  const std::int64_t number = version.empty() ? 0 : whole_number(version[0][0]);
  FileRows rows(each);
  converse(processes, console, {sql_line(files_query(catalog_kind, number, ids))}, 60min,
           [&](std::string_view text) { rows.feed(text); });
  rows.finish();
}

std::int64_t catalog_objects(system::Processes& processes, const Console& console,
                             const std::vector<std::int64_t>& ids) {
  const auto found = query(processes, console,
                           "SELECT COUNT(*) FROM RestoreObject WHERE JobId IN (" + joined(ids) + ")", 1, 60s);
  return found.empty() ? 0 : whole_number(found[0][0]);
}

}  // namespace recover::bacula
