#include "recover/bacula/locate.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "recover/bacula/volume_blocks.hpp"
#include "recover/error.hpp"
#include "recover/system/signals.hpp"

namespace recover::bacula {
namespace {

using Session = std::pair<std::uint32_t, std::uint32_t>;  // VolSessionTime, VolSessionId

constexpr std::size_t block_header = 24;
constexpr std::uint64_t worth_reading = 4 << 20;  // bytes between two files: less to read than a range more

// The ranges of one volume, as they grow block by block.
class VolumeRanges {
 public:
  VolumeRanges(const Bootstrap& bootstrap, const std::string& volume) {
    for (const auto& range : bootstrap.ranges)
      if (range.volume == volume) patterns_.emplace(Session{range.session_time, range.session_id}, range);
  }

  bool has(const Session& session) const { return patterns_.contains(session); }

  void add(const Session& session, std::uint64_t first, std::uint64_t last,
           const std::set<std::int32_t>& indexes) {
    auto& open = open_[session];
    if (open.addresses.empty()) {
      open = patterns_.at(session);
      open.addresses = {{first, last}};
      open.file_indexes.clear();
      open.count = 0;
    } else if (first - open.addresses.back().last > worth_reading) {
      close(session);
      return add(session, first, last, indexes);
    }
    open.addresses.back().last = last;
    for (const auto index : indexes)
      open.file_indexes.push_back({static_cast<std::uint64_t>(index), static_cast<std::uint64_t>(index)});
  }

  // No range goes over this place.
  void interrupt() {
    while (!open_.empty()) close(open_.begin()->first);
  }

  std::vector<BootstrapRange> take() {
    interrupt();
    std::sort(closed_.begin(), closed_.end(), [](const auto& a, const auto& b) {
      return a.addresses.front().first < b.addresses.front().first;
    });
    return std::move(closed_);
  }

 private:
  void close(const Session session) {
    auto range = std::move(open_[session]);
    open_.erase(session);
    if (range.addresses.empty()) return;
    range.file_indexes = merged(std::move(range.file_indexes));
    closed_.push_back(std::move(range));
  }

  std::map<Session, BootstrapRange> patterns_, open_;
  std::vector<BootstrapRange> closed_;
};

std::set<std::int32_t> wanted_of(const Session& session, const std::set<std::int32_t>& indexes,
                                 const std::set<FileKey>& files) {
  std::set<std::int32_t> wanted;
  for (const auto index : indexes)
    if (files.contains({session.first, session.second, index})) wanted.insert(index);
  return wanted;
}

}  // namespace

Bootstrap locate_files(const std::string& volumes_directory, const Bootstrap& bootstrap,
                       const std::set<FileKey>& files) {
  Bootstrap located;
  std::set<FileKey> found;
  for (const auto& volume : bootstrap.volumes()) {
    VolumeRanges ranges(bootstrap, volume);
    VolumeBlocks blocks(volumes_directory + "/" + volume, {});
    Block block;
    while (blocks.next(block)) {
      system::throw_if_interrupted();
      const Session session{block.session_time, block.session_id};
      if (!block.fault.empty()) {
        ranges.interrupt();
        continue;
      }
      if (!ranges.has(session)) continue;
      const auto wanted = wanted_of(session, indexes_in(block.records), files);
      if (wanted.empty()) continue;
      for (const auto index : wanted) found.insert({session.first, session.second, index});
      ranges.add(session, block.address, block.address + block_header + block.records.size() - 1, wanted);
    }
    auto more = ranges.take();
    located.ranges.insert(located.ranges.end(), more.begin(), more.end());
  }
  if (found.size() != files.size())
    throw Failed("Of " + std::to_string(files.size()) + " files to be brought back, only " +
                     std::to_string(found.size()) + " are on the volumes in " + volumes_directory,
                 "See that no volume was changed or exchanged, then start again");
  return located;
}

}  // namespace recover::bacula
