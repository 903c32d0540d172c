// Reads Bacula's file volumes: labels, blocks and record headers (format BB02, Bacula Developer's Guide 9.6,
// "Storage Media Output Format"). It names what a restore should bring back without Director or catalog: the
// files of a bootstrap, the streams that each has, and the files that a damaged block touches. It does not
// decode data.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "recover/bacula/bootstrap.hpp"

namespace recover::bacula {

struct VolumeLabel {
  std::string volume, pool, media_type, host;
  bool operator==(const VolumeLabel&) const = default;
};

// Reads the first block. Throws Failed when it cannot be read or is no Bacula volume label (says which).
VolumeLabel read_label(const std::string& path);

struct VolumeFile {
  std::uint32_t session_id = 0, session_time = 0;
  std::int32_t index = 0;  // FileIndex
  int type = 0;            // what the File Daemon took it for; 23: it says that the file was deleted
  std::string name;        // as backed up, absolute; any bytes
  std::string lstat;       // Bacula's base64 stat
  std::string link;        // target of a symbolic or hard link
  bool has_acl = false;    // streams 1007/1008 and the other systems' ACL streams
  bool has_xattr = false;  // stream 1998 ...
  std::vector<std::string>
      damage;  // sentences: "block at 262144 of Vol-0002: checksum wrong"; empty when whole
};

// Calls `each` for every file of the bootstrap, in the order of the volumes, one at a time: memory does not
// grow with the number of files. A block with a wrong checksum marks the files it touches and is passed over;
// files whose names were lost in it are given with an empty name and their FileIndex.
// `volumes_directory`/NAME is the volume. Throws Failed when a volume cannot be opened, Refused for
// encrypted, aligned, dedup or cloud volumes.
void for_each_file(const std::string& volumes_directory, const Bootstrap& bootstrap,
                   const std::function<void(const VolumeFile&)>& each);

}  // namespace recover::bacula
