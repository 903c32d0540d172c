#include "recover/bacula/later_jobs.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "recover/bacula/volume_blocks.hpp"
#include "recover/system/signals.hpp"

namespace recover::bacula {

std::set<EndedJob> jobs_ended_behind(const std::string& volume, std::uint64_t bytes) {
  constexpr std::int32_t end_of_session = -5;  // EOS_LABEL, stored/record.h; its Stream is the JobId
  constexpr std::size_t header = 12;
  std::set<EndedJob> jobs;
  VolumeBlocks blocks(volume, {{bytes, std::numeric_limits<std::int64_t>::max()}});
  for (Block block; blocks.next(block);) {
    system::throw_if_interrupted();
    for (auto records = block.records; block.fault.empty() && records.size() >= header;) {
      const auto index = static_cast<std::int32_t>(big_endian(records, 0));
      const auto stream = static_cast<std::int32_t>(big_endian(records, 4));
      const std::size_t length = big_endian(records, 8);
      // Negative where it goes on from the block before.
      if (index == end_of_session) jobs.insert({std::llabs(stream), block.session_id, block.session_time});
      records.remove_prefix(std::min(records.size(), header + length));
    }
  }
  return jobs;
}

}  // namespace recover::bacula
