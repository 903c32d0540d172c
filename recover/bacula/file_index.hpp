// A list of files by their names: which version the backup has of each that somebody meets on a disk. 16
// bytes a file in memory; the list itself is mapped, so that the kernel reads and forgets it as it likes.
//
//     const FileIndex backup(keep + "/backup.files");
//     if (!backup.find("/etc/fstab", listed)) ...
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recover/bacula/file_list.hpp"

namespace recover::bacula {

class FileIndex {
 public:
  explicit FileIndex(const std::string& path);  // throws Failed as read_file_list() does
  ~FileIndex();
  FileIndex(const FileIndex&) = delete;
  FileIndex& operator=(const FileIndex&) = delete;

  // False when it is not in the list.
  bool find(const std::string& name, ListedFile& file) const;
  std::size_t size() const { return places_.size(); }

 private:
  struct Place {
    std::uint64_t name = 0;    // hash
    std::uint64_t offset = 0;  // of its line
  };
  std::string_view line_at(std::uint64_t offset) const;

  std::string_view text_;      // mapped
  std::vector<Place> places_;  // by their hashes
};

}  // namespace recover::bacula
