// Which jobs have ended behind a place of a volume: what a catalog cannot know that was dumped when the
// volume was only so long.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <tuple>

namespace recover::bacula {

// Its number alone tells nothing: a catalog that is older gives it again.
struct EndedJob {
  std::int64_t id = 0;
  std::uint32_t session_id = 0, session_time = 0;
  bool operator==(const EndedJob&) const = default;
  bool operator<(const EndedJob& other) const {
    return std::tie(id, session_id, session_time) < std::tie(other.id, other.session_id, other.session_time);
  }
};

// By the end-of-session labels behind that many bytes. A job that was cut off has none. Throws Failed when
// the volume cannot be opened, Interrupted.
std::set<EndedJob> jobs_ended_behind(const std::string& volume, std::uint64_t bytes);

}  // namespace recover::bacula
