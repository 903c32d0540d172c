// Which file the number in an attribute record's text means. A job that was written by the Storage Daemon out
// of other jobs (VirtualFull, Migration, Copy) gives its records FileIndexes of its own and leaves the texts
// as the File Daemon wrote them (Bacula's src/stored/vbackup.c, record_cb). The link index in a hard link's
// stat packet is of the text's numbering; all else, the catalog too, goes by the record's.
//
//     numbers.add(file);  // each file of the session, in the order of the volumes
//     const auto first = numbers.index_of(parse_lstat(file.lstat).link_index);
#pragma once

#include <cstdint>
#include <unordered_map>

#include "recover/bacula/volume.hpp"

namespace recover::bacula {

// Of one session. Memory: none where the numberings are the same; else what has several names counts.
class TextNumbers {
 public:
  // Throws Failed when its stat packet cannot be read.
  void add(const VolumeFile& file);
  // FileIndex of the file to which hard links say this number; 0: there was none. A number may come once from
  // each of the jobs that a VirtualFull was made of: the last counts, as a hard link stands behind its first
  // name, and the jobs behind each other.
  std::int32_t index_of(std::int64_t number) const;

 private:
  std::int32_t shifted_from_ = 0;  // FileIndex of the first file whose text has another number; 0: none has
  std::unordered_map<std::int64_t, std::int32_t> shifted_;  // from there on
};

}  // namespace recover::bacula
