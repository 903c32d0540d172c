#include "recover/bacula/salvage_catalog.hpp"

#include <algorithm>
#include <sstream>

#include "recover/bacula/bootstrap.hpp"
#include "recover/bacula/catalog.hpp"
#include "recover/bacula/lstat.hpp"
#include "recover/bacula/sqlite_file.hpp"
#include "recover/error.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

// From Bacula 11 on the table Filename is gone, and File has a column of that name.
bool has_filenames(SqliteFile& catalog) {
  return !catalog.rows("SELECT name FROM sqlite_master WHERE type='table' AND name='Filename'").empty();
}

std::string name_column(SqliteFile& catalog) {
  return has_filenames(catalog) ? "FilenameId" : "Filename";
}

std::string file_query(SqliteFile& catalog) {
  const bool own_table = has_filenames(catalog);
  return std::string("SELECT F.FileId,MAX(F.FileIndex,0),P.Path||") + (own_table ? "N.Name" : "F.Filename") +
         ",F.LStat FROM File AS F JOIN Path AS P ON P.PathId=F.PathId" +
         (own_table ? " JOIN Filename AS N ON N.FilenameId=F.FilenameId" : "") + " WHERE F.JobId=?";
}

}  // namespace

void require_base(const std::string& path, const SalvageBase& base, std::int64_t now) {
  SqliteFile catalog(path, SqliteFile::Way::as_it_lies);
  const auto full = catalog.rows(
      "SELECT J.PurgedFiles FROM Job AS J JOIN Client AS C ON C.ClientId=J.ClientId JOIN FileSet AS S ON "
      "S.FileSetId=J.FileSetId WHERE J.Type='B' AND J.Level='F' AND J.JobStatus IN ('T','W') AND "
      "J.Name=? AND C.Name=? AND S.FileSet=? ORDER BY J.JobTDate DESC LIMIT 1",
      {base.backup_job, base.client, base.fileset});
  const std::string job = "the job \"" + system::printable(base.backup_job) + "\"";
  if (full.empty())
    throw Refused("The catalog of the recovery environment knows no good Full of " + job +
                      " of the Client \"" + system::printable(base.client) + "\" with the FileSet \"" +
                      system::printable(base.fileset) +
                      "\": Bacula would make one of the broken filesystem, and every restore would begin "
                      "with it",
                  "Take the files as files: recover --playbook salvage");
  if (full.front().front() != "0" && !full.front().front().empty())
    throw Refused("The files of the newest Full of " + job +
                      " are pruned from the environment's catalog, so Bacula cannot tell what has changed "
                      "since",
                  "Take the files as files: recover --playbook salvage");
  const auto newest =
      catalog.rows("SELECT MAX(StartTime) FROM Job WHERE Type='B' AND Name=?", {base.backup_job});
  const auto began = newest.empty() ? "" : newest.front().front().substr(0, 19);
  if (system::seconds_of_local_time(began) >= now)
    throw Refused("The newest backup of " + job + " began at " + began +
                      ", which by the clock of this system is still to come: a restore would take that one "
                      "for the newest for ever",
                  "Set the clock and the time zone (timedatectl, hwclock --hctosys), and start again");
}

std::vector<SalvagedFile> files_of(const std::string& path, std::int64_t job) {
  SqliteFile catalog(path, SqliteFile::Way::as_it_lies);
  std::vector<SalvagedFile> files;
  for (auto& row : catalog.rows(file_query(catalog), {std::to_string(job)}))
    files.push_back(
        {whole_number(row[0]), whole_number(row[1]), parse_lstat(row[3]).link_index, std::move(row[2])});
  return files;
}

std::vector<FileKey> keys_of(const std::string& path, const std::vector<std::int64_t>& ids) {
  SqliteFile catalog(path, SqliteFile::Way::as_it_lies);
  const auto query = "SELECT PathId," + name_column(catalog) + " FROM File WHERE FileId=?";
  std::vector<FileKey> keys;
  for (const auto id : ids)
    for (auto& row : catalog.rows(query, {std::to_string(id)}))
      keys.emplace_back(std::move(row[0]), std::move(row[1]));
  return keys;
}

void hide_files(const std::string& path, const std::vector<FileKey>& keys) {
  SqliteFile catalog(path, SqliteFile::Way::existing);
  const auto statement =
      "UPDATE File SET JobId=-JobId WHERE JobId>0 AND PathId=? AND " + name_column(catalog) + "=?";
  catalog.run("BEGIN IMMEDIATE");
  for (const auto& [directory, name] : keys) catalog.rows(statement, {directory, name});
  catalog.run("COMMIT");
}

void show_files(const std::string& path) {
  SqliteFile(path, SqliteFile::Way::existing).run("UPDATE File SET JobId=-JobId WHERE JobId<0");
}

void settle_salvage(const std::string& path, const std::vector<std::int64_t>& out, const std::string& pool) {
  SqliteFile catalog(path, SqliteFile::Way::existing);
  catalog.run("BEGIN IMMEDIATE");
  for (const auto id : out) catalog.rows("DELETE FROM File WHERE FileId=?", {std::to_string(id)});
  catalog.rows(
      "UPDATE Media SET VolStatus='Read-Only',Recycle=0 WHERE PoolId IN (SELECT PoolId FROM Pool WHERE "
      "Name=?)",
      {pool});
  catalog.run("COMMIT");
}

std::vector<std::string> salvage_volumes(const std::string& path, std::int64_t job) {
  SqliteFile catalog(path, SqliteFile::Way::as_it_lies);
  std::vector<std::string> names;
  for (auto& row :
       catalog.rows("SELECT M.VolumeName FROM JobMedia AS J JOIN Media AS M ON M.MediaId=J.MediaId "
                    "WHERE J.JobId=? ORDER BY J.JobMediaId",
                    {std::to_string(job)}))
    if (std::find(names.begin(), names.end(), row[0]) == names.end()) names.push_back(std::move(row[0]));
  return names;
}

std::string without_files(const std::string& bootstrap, std::vector<std::int64_t> indexes) {
  std::sort(indexes.begin(), indexes.end());
  std::istringstream lines(bootstrap);
  std::string text;
  constexpr std::string_view directive = "FileIndex=";
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(directive)) {
      text += line + "\n";
      continue;
    }
    const auto dash = line.find('-');
    auto first = whole_number(line.substr(directive.size(), dash - directive.size()));
    const auto last = dash == std::string::npos ? first : whole_number(line.substr(dash + 1));
    const auto add = [&](std::int64_t from, std::int64_t to) {
      if (from > to) return;
      text += std::string(directive) + std::to_string(from);
      text += from == to ? "\n" : "-" + std::to_string(to) + "\n";
    };
    for (const auto index : indexes) {
      if (index < first || index > last) continue;
      add(first, index - 1);
      first = index + 1;
    }
    add(first, last);
  }
  return text;
}

}  // namespace recover::bacula
