// The first and the last block that a session has in one piece of a volume: read at their addresses, with
// header, checksum, session and FileIndexes.
//
//     const auto ends = read_ends(path, range, {interval});
//     for (const auto& fault : ends.faults) ...
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recover/bacula/bootstrap.hpp"

namespace recover::bacula {

struct RangeEnds {
  std::int64_t blocks = 0, bytes = 0;  // that were read
  std::vector<std::string> faults;     // "block at 262144 of Vol-0002: checksum wrong"
};

// `interval`: one of the range's addresses; of a range without any, the whole volume. Where the last address
// is the end of no whole block of the session, everything between is read, to say where it breaks. Throws
// Failed when the volume cannot be opened; Interrupted.
RangeEnds read_ends(const std::string& path, const BootstrapRange& range, Interval interval);

}  // namespace recover::bacula
