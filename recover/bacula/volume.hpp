// Reads Bacula's file volumes: labels, blocks and record headers (format BB02, Bacula Developer's Guide 9.6,
// "Storage Media Output Format"). It names what a restore should bring back without Director or catalog: the
// files of a bootstrap, the streams that each has, and the files that a damaged block touches. It does not
// decode data.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "recover/bacula/bootstrap.hpp"

namespace recover::bacula {

struct VolumeLabel {
  std::string volume, pool, media_type, host;
  std::int64_t written = 0;  // when the first job began to write to it, seconds since 1970; 0: not told
  bool operator==(const VolumeLabel&) const = default;
};

// Reads the first block. Throws Failed when it cannot be read or is no Bacula volume label (says which).
VolumeLabel read_label(const std::string& path);

// Whether its first bytes are those of a block. For any file of a directory: read_label() would look through
// all of a long one for a block that it could begin with.
bool begins_like_a_volume(const std::string& path);

// Some of what the File Daemon may take a file for (Bacula's src/filetypes.h).
namespace file_type {
constexpr int hard_link = 1;  // to a file of the same job, which has the data
constexpr int deleted = 23;   // it says that the file was deleted
constexpr int base = 24;      // its data stands in a Base job
}  // namespace file_type

struct VolumeFile {
  std::uint32_t session_id = 0, session_time = 0;
  std::int32_t index = 0;       // FileIndex of its records: catalog and bootstraps go by it
  std::int32_t text_index = 0;  // the number in its attributes, see text_numbers.hpp; 0: they were not read
  int type = 0;                 // a file_type
  std::string name;             // as backed up, absolute; any bytes
  std::string lstat;            // Bacula's base64 stat
  std::string link;             // target of a symbolic or hard link
  bool has_acl = false;         // streams 1007/1008 and the other systems' ACL streams
  bool has_xattr = false;       // stream 1998 ...
  std::vector<std::string>
      damage;  // sentences: "block at 262144 of Vol-0002: checksum wrong"; empty when whole
};

// A record, or the part of it that one block holds.
struct RecordPart {
  std::int32_t stream = 0;  // with its flags; never negative
  std::string_view data;    // valid during the call
  bool begins = false, ends = false;
  bool checked = true;  // it stands in a block that has a checksum
};

// For who wants more than the names: told what is read, as it is read.
class RecordReader {
 public:
  virtual ~RecordReader() = default;
  virtual void block(std::uint64_t length) = 0;         // of any session
  virtual void fault(const std::string& sentence) = 0;  // a damaged block, before the files that it touches
  // Of a file that has its index, and after its first record its name. A file with damage may lack parts.
  virtual void record(const VolumeFile& file, const RecordPart& part) = 0;
};

// Calls `each` for every file of the bootstrap, in the order of the volumes, one at a time: memory does not
// grow with the number of files. A block with a wrong checksum marks the files it touches and is passed over;
// files whose names were lost in it are given with an empty name and their FileIndex.
// `volumes_directory`/NAME is the volume. Throws Failed when a volume cannot be opened, Refused for
// encrypted, aligned, dedup or cloud volumes.
void for_each_file(const std::string& volumes_directory, const Bootstrap& bootstrap,
                   const std::function<void(const VolumeFile&)>& each, RecordReader* reader = nullptr);

}  // namespace recover::bacula
