// How full a filesystem is and when it was last written, from its superblock, without mounting it: what an
// operator must know of a filesystem that nobody expected.
#pragma once

#include <string>

#include "recover/facts.hpp"

namespace recover::system {

// `fd`: an open device, or a file that looks like one; it is only read. `type`: as blkid calls it. What was
// not unmounted cleanly may have changed since its superblock was written.
FilesystemUsage read_usage(int fd, const std::string& type);

}  // namespace recover::system
