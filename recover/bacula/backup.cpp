#include "recover/bacula/choose.hpp"
#include "recover/bacula/keep.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"
#include "recover/toml_file.hpp"

namespace recover::bacula {
namespace {

BackupJob read_job(TomlTable table) {
  const auto text = [&](const char* key) {
    return system::from_printable(table.text(key));
  };
  return {table.integer("id"),
          text("name"),
          text("level"),
          text("start"),
          table.integer("files"),
          table.integer("bytes"),
          table.integer_or("errors", 0)};
}

}  // namespace

std::string level_name(char letter) {
  switch (letter) {
    case 'F':
      return "Full";
    case 'D':
      return "Differential";
    case 'I':
      return "Incremental";
    case 'B':
      return "Base";
    default:
      return {};
  }
}

void write_backup(const std::string& keep, const Backup& backup) {
  std::string text = "files = " + std::to_string(backup.files) + "\nbytes = " + std::to_string(backup.bytes) +
                     "\nby-director = " + (backup.by_director ? "true" : "false") +
                     "\ndamaged = " + std::to_string(backup.damaged) + "\nvolumes = [";
  for (const auto& volume : backup.volumes) text += toml_quoted(volume) + ", ";
  text += "]\n";
  for (const auto& job : backup.jobs)
    text += "\n[[job]]\nid = " + std::to_string(job.id) + "\nname = " + toml_quoted(job.name) +
            "\nlevel = " + toml_quoted(job.level) + "\nstart = " + toml_quoted(job.start) +
            "\nfiles = " + std::to_string(job.files) + "\nbytes = " + std::to_string(job.bytes) +
            "\nerrors = " + std::to_string(job.errors) + "\n";
  system::write_file(keep + "/backup.toml", text, 0600);
}

Backup read_backup(const std::string& keep) {
  try {
    auto root = TomlFile::load(keep + "/backup.toml").root();
    Backup backup;
    backup.files = root.integer("files");
    backup.bytes = root.integer("bytes");
    backup.by_director = root.boolean_or("by-director", false);
    backup.damaged = root.integer_or("damaged", 0);
    for (const auto& volume : root.texts_or("volumes", {}))
      backup.volumes.push_back(system::from_printable(volume));
    for (auto& job : root.tables("job")) backup.jobs.push_back(read_job(job));
    root.finish();
    return backup;
  } catch (const UsageError& error) {
    throw Failed("What was kept of the backup that was chosen cannot be read: " + error.problem(),
                 "Choose the backup again: start the run anew with --restart");
  }
}

}  // namespace recover::bacula
