// What the end-of-session labels of a volume tell: which jobs have ended on it, whatever a catalog or a
// bootstrap file knows (Developer's Guide 9.6, "Storage Media Output Format": Session Label).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace recover::bacula {

struct EndedSession {
  std::int64_t job_id = 0;
  std::uint32_t session_id = 0, session_time = 0;
  std::string job, client, fileset;      // names, of the job without its time
  std::string ended;                     // local time, YYYY-MM-DD HH:MM:SS
  char type = 0, level = 0, status = 0;  // letters: B, F, T are a good Full backup
  std::int64_t files = 0, bytes = 0;
  bool operator==(const EndedSession&) const = default;
};

// The data of such a record; nothing when it is not whole, or of a version that is not known.
std::optional<EndedSession> parse_session_end(std::string_view label);

// Of the blocks behind that many bytes of the volume, in their order. It may be in the midst of a block: the
// next whole one is looked for. Damaged blocks are passed over. Of a label that cannot be parsed the numbers
// alone are known, and its type is 0. Throws Failed when the volume cannot be
// opened, Interrupted.
std::vector<EndedSession> sessions_ended_behind(const std::string& volume, std::uint64_t bytes);

}  // namespace recover::bacula
