#include "recover/taken_list.hpp"

#include <array>
#include <cstdint>

#include "recover/bacula/file_list.hpp"
#include "recover/system/files.hpp"

namespace recover {
namespace {

// Big-endian digits of six bits, a minus before a negative one.
std::string digits_of(std::int64_t value) {
  constexpr const char* digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  auto rest = value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  std::string text;
  do {
    text.insert(text.begin(), digits[rest & 63]);
    rest >>= 6;
  } while (rest != 0);
  return value < 0 ? "-" + text : text;
}

}  // namespace

std::string to_lstat(const struct stat& status) {
  // dev ino mode nlink uid gid rdev size blksize blocks atime mtime ctime LinkFI flags data-stream
  const std::array<std::int64_t, 16> fields{static_cast<std::int64_t>(status.st_dev),
                                            static_cast<std::int64_t>(status.st_ino),
                                            status.st_mode,
                                            static_cast<std::int64_t>(status.st_nlink),
                                            status.st_uid,
                                            status.st_gid,
                                            static_cast<std::int64_t>(status.st_rdev),
                                            status.st_size,
                                            status.st_blksize,
                                            status.st_blocks,
                                            status.st_atim.tv_sec,
                                            status.st_mtim.tv_sec,
                                            status.st_ctim.tv_sec,
                                            0,
                                            0,
                                            0};
  std::string text;
  for (const auto field : fields) text += (text.empty() ? "" : " ") + digits_of(field);
  return text;
}

TakenFiles read_taken(const std::string& keep) {
  TakenFiles taken;
  const auto list = keep + taken_list_name;
  if (system::exists(list))
    bacula::read_file_list(list, [&](const bacula::ListedFile& file) { taken[file.name] = file.lstat; });
  return taken;
}

void add_taken(const std::string& keep, const TakenFiles& taken) {
  auto all = read_taken(keep);
  for (const auto& [path, lstat] : taken) all[path] = lstat;
  bacula::FileListWriter writer(keep + taken_list_name);
  for (const auto& [path, lstat] : all) writer.add({path, lstat});
  writer.finish();
}

}  // namespace recover
