#include "recover/bacula/choose.hpp"
#include "recover/bacula/keep.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/toml_file.hpp"

namespace recover::bacula {
namespace {

// A TOML basic string. Names come from the catalog: any bytes.
std::string quoted(const std::string& text) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += std::string("\\") + c;
    } else if (byte < 0x20 || byte >= 0x7F) {
      out += std::string("\\u00") + digits[byte >> 4] + digits[byte & 15];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

BackupJob read_job(TomlTable table) {
  return {table.integer("id"),    table.text("name"),     table.text("level"),          table.text("start"),
          table.integer("files"), table.integer("bytes"), table.integer_or("errors", 0)};
}

}  // namespace

void write_backup(const std::string& keep, const Backup& backup) {
  std::string text = "files = " + std::to_string(backup.files) + "\nbytes = " + std::to_string(backup.bytes) +
                     "\nby-director = " + (backup.by_director ? "true" : "false") + "\nvolumes = [";
  for (const auto& volume : backup.volumes) text += quoted(volume) + ", ";
  text += "]\n";
  for (const auto& job : backup.jobs)
    text += "\n[[job]]\nid = " + std::to_string(job.id) + "\nname = " + quoted(job.name) +
            "\nlevel = " + quoted(job.level) + "\nstart = " + quoted(job.start) +
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
    backup.volumes = root.texts_or("volumes", {});
    for (auto& job : root.tables("job")) backup.jobs.push_back(read_job(job));
    root.finish();
    return backup;
  } catch (const UsageError& error) {
    throw Failed("What was kept of the backup that was chosen cannot be read: " + error.problem(),
                 "Choose the backup again: start the run anew with --restart");
  }
}

}  // namespace recover::bacula
