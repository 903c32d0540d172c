// Where single files lie on the volumes, as a bootstrap for them alone. The Storage Daemon reads a
// bootstrap's ranges from one end to the other, and the first damaged block between ends the job, whoever's
// it is. So each range here is of blocks that are whole (measured with Bacula 9.6.7: between two ranges it
// seeks).
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <tuple>

#include "recover/bacula/bootstrap.hpp"

namespace recover::bacula {

struct FileKey {
  std::uint32_t session_time = 0, session_id = 0;
  std::int32_t index = 0;  // FileIndex
  bool operator==(const FileKey&) const = default;
  bool operator<(const FileKey& other) const {
    return std::tie(session_time, session_id, index) <
           std::tie(other.session_time, other.session_id, other.index);
  }
};

// `bootstrap`: names the volumes, their media and their sessions. `files`: none that a damaged block touches.
// Throws Failed when a volume cannot be opened, or holds none of some session's blocks any more.
Bootstrap locate_files(const std::string& volumes_directory, const Bootstrap& bootstrap,
                       const std::set<FileKey>& files);

}  // namespace recover::bacula
