// What choosing a backup has left: the first part of the input is backup.toml, the second backup.files.
#include "recover/bacula/backup.hpp"

#include "recover/bacula/choose.hpp"
#include "recover/bacula/file_list.hpp"
#include "recover/bacula/keep.hpp"
#include "tests/fuzz/target.hpp"

namespace recover::fuzz {

void try_input(std::string_view input) {
  static const Directory keep, again;
  const auto files = parts(input);
  keep.put("backup.toml", files[0]);
  answered([] {
    const auto backup = bacula::read_backup(keep.path());
    bacula::write_backup(again.path(), backup);
    require(bacula::read_backup(again.path()) == backup,
            "what is kept of a backup is read as it was written");
  });
  if (files.size() < 2) return;
  std::vector<bacula::ListedFile> listed;
  const auto list = keep.put("backup.files", files[1]);
  const bool whole = answered([&] {
    bacula::read_file_list(list, [&](const auto& file) {
      listed.push_back(file);
      answered([&] { require(bacula::data_bytes(file) >= 0, "a file's data is not less than nothing"); });
    });
  });
  bacula::FileListWriter writer(again.path() + "/backup.files");
  for (const auto& file : listed) writer.add(file);
  writer.finish();
  std::size_t number = 0;
  bacula::read_file_list(again.path() + "/backup.files", [&](const auto& file) {
    require(number < listed.size() && file.name == listed[number].name && file.lstat == listed[number].lstat,
            "a list of files is read as it was written");
    ++number;
  });
  require(number == listed.size() || !whole, "and as long as it was");
}

}  // namespace recover::fuzz
