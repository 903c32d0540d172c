#include "recover/salvage/record.hpp"

#include <algorithm>

#include "recover/salvage/place.hpp"

namespace recover::salvage {
namespace {

// No path has a zero in it.
system::KeyedHash hash_of(const std::string& path, const std::string& further = "") {
  return system::keyed_hash(further.empty() ? path : path + '\0' + further);
}

}  // namespace

Quality quality_of(const ManifestEntry& entry) {
  if (entry.provenance == Provenance::unreadable)
    return entry.stored.empty() || entry.kind == "directory" ? Quality::lost : Quality::damaged;
  // A socket, or what the backup has after all.
  return entry.stored.empty() ? Quality::nothing_needed : Quality::whole;
}

std::int64_t counted_bytes(std::int64_t size) {
  constexpr std::int64_t absurd = std::int64_t{1} << 50;  // of a hole, or a damaged inode
  return std::min(size, absurd);
}

Record::Record(const std::string& directory) {
  read_manifest(directory, [&](const ManifestEntry& entry) { take_in(entry); });
  writer_.emplace(directory);
}

const Recorded* Record::find(const std::string& path, const std::string& further) const {
  const auto found = paths_.find(hash_of(path, further));
  return found == paths_.end() ? nullptr : &found->second;
}

std::string Record::stored(const std::string& path, const std::string& further) const {
  const auto* recorded = find(path, further);
  if (recorded == nullptr || !recorded->stored) return "";
  const auto other = elsewhere_.find(hash_of(path, further));
  return other == elsewhere_.end() ? stored_of(path) : other->second;
}

bool Record::is_anothers(const std::string& stored, const std::string& path,
                         const std::string& further) const {
  if (const auto owner = owners_.find(hash_of(stored)); owner != owners_.end())
    return owner->second != hash_of(path, further);
  const auto own = stored.substr(std::string("tree").size());
  return (own != path || !further.empty()) && this->stored(own) == stored;
}

Damage Record::damage(const std::string& path) const {
  const auto found = damage_.find(hash_of(path));
  return found == damage_.end() ? Damage{} : found->second;
}

void Record::add(const ManifestEntry& entry) {
  writer_->add(entry);
  ++unsynced_;
  take_in(entry).mine = true;
}

void Record::sync() {
  writer_->sync();
  unsynced_ = 0;
}

Recorded& Record::take_in(const ManifestEntry& entry) {
  const auto path = hash_of(entry.path, entry.further);
  auto& recorded = paths_[path];
  count(recorded, -1);
  if (const auto old = elsewhere_.find(path); old != elsewhere_.end()) {
    // The name may have become a further one's.
    const auto owner = owners_.find(hash_of(old->second));
    if (owner != owners_.end() && owner->second == path) owners_.erase(owner);
    elsewhere_.erase(old);
  }
  auto rung = std::find(rungs_.begin(), rungs_.end(), entry.rung);
  if (rung == rungs_.end()) rung = rungs_.insert(rungs_.end(), entry.rung);
  recorded.quality = quality_of(entry);
  recorded.provenance = entry.provenance;
  recorded.rung = static_cast<std::uint16_t>(rung - rungs_.begin());
  recorded.directory = entry.kind == "directory";
  recorded.generation = entry.generation;
  recorded.size = entry.size;
  recorded.data = entry.data;
  recorded.mtime = entry.mtime;
  recorded.stored = !entry.stored.empty();
  recorded.part = entry.further == "part";
  recorded.missing = 0;
  for (const auto& range : entry.missing) recorded.missing += static_cast<std::uint64_t>(range.length);
  if (recorded.quality == Quality::damaged && entry.missing.empty()) recorded.missing = all_of_it;
  if (recorded.quality == Quality::damaged) {
    damage_[path] = {entry.missing, entry.problem};
  } else {
    damage_.erase(path);
  }
  if (recorded.stored && (!entry.further.empty() || entry.stored != stored_of(entry.path))) {
    elsewhere_[path] = entry.stored;
    owners_[hash_of(entry.stored)] = path;
  }
  count(recorded, 1);
  return recorded;
}

void Record::count(const Recorded& recorded, int sign) {
  if (recorded.part) return;  // its path counts once
  if (recorded.quality == Quality::lost) totals_.lost += sign;
  if (recorded.quality == Quality::damaged) totals_.damaged += sign;
  if (recorded.quality != Quality::whole || recorded.directory) return;
  totals_.taken += sign;
  totals_.bytes += sign * counted_bytes(recorded.data);
  if (recorded.provenance == Provenance::unchecked) totals_.unchecked += sign;
  if (recorded.provenance == Provenance::older_generation) totals_.older += sign;
}

}  // namespace recover::salvage
