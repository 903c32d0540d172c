// What a salvage has so far, as its manifest tells: of each path how good what it has is. About a hundred
// bytes in memory for each path that the manifest names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "recover/salvage/collect.hpp"
#include "recover/salvage/manifest.hpp"
#include "recover/system/keyed_hash.hpp"

namespace recover::salvage {

enum class Quality : std::uint8_t { nothing_needed, whole, damaged, lost };
Quality quality_of(const ManifestEntry& entry);

// So that no sum of them overflows.
std::int64_t counted_bytes(std::int64_t size);

constexpr std::uint64_t all_of_it = UINT64_MAX;

struct Recorded {
  Quality quality = Quality::nothing_needed;
  Provenance provenance = Provenance::clean;
  std::uint16_t rung = 0;  // its place among the names of rungs
  bool directory = false;
  std::uint64_t generation = 0;
  std::int64_t size = 0, data = 0, mtime = 0;
  std::uint64_t missing = 0;  // bytes; all_of_it: nobody knows which
  bool stored = false;
  bool mine = false;  // of this process
  bool part = false;  // ManifestEntry::further
};

// What is not there of a damaged one.
struct Damage {
  std::vector<MissingRange> missing;
  std::string problem;
};

class Record {
 public:
  explicit Record(const std::string& directory);  // reads the manifest, goes on with it; throws Failed

  // `further` as in the manifest.
  const Recorded* find(const std::string& path, const std::string& further = "") const;
  // Where it is stored; empty: nowhere.
  std::string stored(const std::string& path, const std::string& further = "") const;
  // Whether another than itself has that name in the tree, or had to be stored so.
  bool is_anothers(const std::string& stored, const std::string& path, const std::string& further) const;
  Damage damage(const std::string& path) const;
  const std::string& rung_of(const Recorded& recorded) const { return rungs_[recorded.rung]; }
  bool is_of(const Recorded& recorded, const Source& source) const {
    return rung_of(recorded) == source.rung.name && recorded.generation == source.generation;
  }

  void add(const ManifestEntry& entry);
  void sync();  // of the manifest, and before it of what it tells of
  bool is_long() const { return unsynced_ > 20'000; }
  Totals totals() const { return totals_; }  // but for `seen`

 private:
  Recorded& take_in(const ManifestEntry& entry);
  void count(const Recorded& recorded, int sign);

  // Anybody may have chosen the names on the machine: no two of them may be made to share a place here.
  using Hash = system::KeyedHash;
  std::unordered_map<Hash, Recorded> paths_;         // by the path
  std::unordered_map<Hash, std::string> elsewhere_;  // stored under another name: by the path
  std::unordered_map<Hash, Hash> owners_;            // by such a name: whose it is
  std::unordered_map<Hash, Damage> damage_;          // by the path of what is damaged
  std::vector<std::string> rungs_;
  Totals totals_;
  std::optional<ManifestWriter> writer_;
  std::size_t unsynced_ = 0;
};

}  // namespace recover::salvage
