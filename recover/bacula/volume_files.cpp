#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "recover/bacula/volume.hpp"
#include "recover/bacula/volume_blocks.hpp"
#include "recover/bacula/volume_session.hpp"
#include "recover/error.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

using Key = std::pair<std::uint32_t, std::uint32_t>;  // VolSessionTime, VolSessionId

// A session's part of one volume.
struct Part {
  VolumeSession* session = nullptr;
  std::vector<Interval> addresses;  // empty: anywhere

  bool covers(std::uint64_t address) const {
    return addresses.empty() ||
           std::any_of(addresses.begin(), addresses.end(), [&](const Interval& interval) {
             return address >= interval.first && address <= interval.last;
           });
  }
};

// Throws Refused for a kind of volume that is not understood. A plain one whose label is damaged may still be
// read.
void check_label(const std::string& path, const std::string& volume) {
  VolumeLabel label;
  try {
    label = read_label(path);
  } catch (const Failed&) {
    return;
  }
  if (label.volume != volume) {
    throw Failed("The file " + path + " holds the volume \"" + system::printable(label.volume) +
                     "\", not \"" + volume + "\"",
                 "Put the volumes back under their own names");
  }
}

void read_volume(const std::string& path, const std::string& volume, const std::map<Key, Part>& parts,
                 RecordReader* reader) {
  std::vector<Interval> wanted;
  bool all = false;
  for (const auto& [key, part] : parts) {
    wanted.insert(wanted.end(), part.addresses.begin(), part.addresses.end());
    all = all || part.addresses.empty();
  }
  VolumeBlocks blocks(path, all ? std::vector<Interval>{} : merged(std::move(wanted)));
  check_label(path, volume);
  Block block;
  while (blocks.next(block)) {
    system::throw_if_interrupted();
    if (reader != nullptr) reader->block(block.length);
    const auto part = block.known ? parts.find({block.session_time, block.session_id}) : parts.end();
    if (block.fault.empty()) {
      if (part != parts.end()) part->second.session->records(block.records, block.checked);
      continue;
    }
    const std::string fault =
        "block at " + std::to_string(block.address) + " of " + volume + ": " + block.fault;
    if (reader != nullptr) reader->fault(fault);
    if (part != parts.end()) {
      part->second.session->doubtful_records(block.records, fault);
      continue;
    }
    // Whose it was cannot be known: any session's that has a part there.
    for (const auto& [key, each] : parts) {
      if (each.covers(block.address)) each.session->lost(fault);
    }
  }
}

}  // namespace

void for_each_file(const std::string& volumes_directory, const Bootstrap& bootstrap,
                   const std::function<void(const VolumeFile&)>& each, RecordReader* reader) {
  std::map<Key, std::vector<Interval>> indexes;
  std::vector<Key> order;
  for (const auto& range : bootstrap.ranges) {
    const Key key{range.session_time, range.session_id};
    if (indexes.find(key) == indexes.end()) order.push_back(key);
    auto& wanted = indexes[key];
    wanted.insert(wanted.end(), range.file_indexes.begin(), range.file_indexes.end());
  }
  std::map<Key, std::unique_ptr<VolumeSession>> sessions;
  for (const auto& key : order) {
    sessions[key] =
        std::make_unique<VolumeSession>(key.second, key.first, merged(indexes[key]), each, reader);
  }
  for (const auto& volume : bootstrap.volumes()) {
    std::map<Key, Part> parts;
    for (const auto& range : bootstrap.ranges) {
      if (range.volume != volume) continue;
      const Key key{range.session_time, range.session_id};
      const bool fresh = parts.find(key) == parts.end();
      auto& part = parts[key];
      part.session = sessions[key].get();
      // One range without addresses makes the session stand anywhere.
      if (range.addresses.empty()) part.addresses.clear();
      if (!range.addresses.empty() && (fresh || !part.addresses.empty())) {
        part.addresses.insert(part.addresses.end(), range.addresses.begin(), range.addresses.end());
      }
    }
    read_volume(volumes_directory + "/" + volume, volume, parts, reader);
  }
  for (const auto& key : order) sessions[key]->finish();
}

}  // namespace recover::bacula
