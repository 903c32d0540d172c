// Bacula's base64 stat packet ("LStat"), as catalog and attribute records hold it: 64-character digits
// without padding, most significant first, fields by blanks: dev ino mode nlink uid gid rdev size blksize
// blocks atime mtime ctime LinkFI flags data-stream. Bacula source tree, src/lib/base64.c and src/lib/attr.c,
// tell the order.
#pragma once

#include <cstdint>
#include <string_view>

namespace recover::bacula {

struct Lstat {
  std::uint64_t dev = 0, ino = 0, mode = 0, nlink = 0, uid = 0, gid = 0, rdev = 0, size = 0,
                blocks = 0;     // of 512 bytes, as they were on the disk that was backed up
  std::int64_t mtime = 0;       // seconds since 1970
  std::int64_t ctime = 0;       // the same
  std::int64_t link_index = 0;  // FileIndex of the file this is a hard link to; 0 when none
  bool operator==(const Lstat&) const = default;
};

// Throws Failed on rubbish.
Lstat parse_lstat(std::string_view text);

}  // namespace recover::bacula
