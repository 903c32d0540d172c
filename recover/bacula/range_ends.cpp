#include "recover/bacula/range_ends.hpp"

#include <optional>

#include "recover/bacula/volume_blocks.hpp"
#include "recover/system/signals.hpp"

namespace recover::bacula {
namespace {

constexpr std::uint64_t a_block_or_two = 128 * 1024;
constexpr std::uint64_t around = 1024 * 1024;  // more than is read at either end

class Ends {
 public:
  Ends(const std::string& path, const BootstrapRange& range, Interval interval)
      : path_(path), range_(range), interval_(interval) {}

  RangeEnds read() {
    if (const auto first = first_block()) last_block(*first);
    return std::move(ends_);
  }

 private:
  bool is_ours(const Block& block) const {
    return block.session_id == range_.session_id && block.session_time == range_.session_time;
  }

  void count(const Block& block) {
    system::throw_if_interrupted();
    ++ends_.blocks;
    ends_.bytes += static_cast<std::int64_t>(block.length);
  }

  void fault(std::uint64_t address, const std::string& words) {
    ends_.faults.push_back("block at " + std::to_string(address) + " of " + range_.volume + ": " + words);
  }

  // Jobs that run at the same time take turns: another's block may stand before the first.
  std::optional<std::uint64_t> first_block() {
    VolumeBlocks blocks(path_, {interval_}, a_block_or_two);
    blocks.forget(interval_.first, around);
    Block block;
    while (blocks.next(block)) {
      count(block);
      if (!block.fault.empty()) {
        fault(block.address, block.fault);
        return std::nullopt;
      }
      if (!is_ours(block)) continue;
      const auto indexes = indexes_in(block.records);
      if (!indexes.empty() && !range_.file_indexes.empty() &&
          static_cast<std::uint64_t>(*indexes.begin()) > range_.file_indexes.back().last)
        fault(block.address, "it begins with FileIndex " + std::to_string(*indexes.begin()) +
                                 ", behind all that the bootstrap file wants of it");
      return block.address;
    }
    fault(interval_.first, "from there on to " + std::to_string(interval_.last) + " no block is of session " +
                               std::to_string(range_.session_id) + " of " +
                               std::to_string(range_.session_time) + ", which should stand there");
    return std::nullopt;
  }

  void last_block(std::uint64_t first) {
    VolumeBlocks blocks(path_, {interval_}, a_block_or_two);
    blocks.forget(std::max(interval_.first, interval_.last - std::min(interval_.last, around)));
    const auto last = blocks.begin_of_last();
    if (last && *last == first) return;
    if (!last || !checked_last(*last)) read_all();
  }

  // False when it is another session's.
  bool checked_last(std::uint64_t begin) {
    VolumeBlocks blocks(path_, {{begin, interval_.last}}, a_block_or_two);
    Block block;
    if (!blocks.next(block) || !block.fault.empty() || !is_ours(block)) return false;
    count(block);
    require_index(block);
    return true;
  }

  void require_index(const Block& block) {
    const auto indexes = indexes_in(block.records);
    if (!indexes.empty() && !range_.file_indexes.empty() &&
        static_cast<std::uint64_t>(*indexes.rbegin()) < range_.file_indexes.front().first)
      fault(block.address, "it ends with FileIndex " + std::to_string(*indexes.rbegin()) +
                               ", before all that the bootstrap file wants of it");
  }

  void read_all() {
    VolumeBlocks blocks(path_, {interval_});
    Block block;
    while (blocks.next(block)) {
      count(block);
      if (!block.fault.empty()) fault(block.address, block.fault);
    }
  }

  const std::string& path_;
  const BootstrapRange& range_;
  const Interval interval_;
  RangeEnds ends_;
};

}  // namespace

RangeEnds read_ends(const std::string& path, const BootstrapRange& range, Interval interval) {
  return Ends(path, range, interval).read();
}

}  // namespace recover::bacula
