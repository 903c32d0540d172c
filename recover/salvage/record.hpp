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
};

class Record {
 public:
  explicit Record(const std::string& directory);  // reads the manifest, goes on with it; throws Failed

  const Recorded* find(const std::string& path) const;
  // Where it is stored; empty: nowhere.
  std::string stored(const std::string& path) const;
  // Which path has that name in the tree: itself, or another that had to be stored so.
  bool is_anothers(const std::string& stored, const std::string& path) const;
  const std::string& rung_of(const Recorded& recorded) const { return rungs_[recorded.rung]; }
  bool is_of(const Recorded& recorded, const Source& source) const {
    return rung_of(recorded) == source.rung.name && recorded.generation == source.generation;
  }

  void add(const ManifestEntry& entry);
  void sync();  // of the manifest, and before it of what it tells of
  bool is_long() const { return unsynced_ > 20'000; }
  Totals totals() const { return totals_; }  // but for `seen`

 private:
  void take_in(const ManifestEntry& entry);
  void count(const Recorded& recorded, int sign);

  std::unordered_map<std::uint64_t, Recorded> paths_;         // by the path's hash
  std::unordered_map<std::uint64_t, std::string> elsewhere_;  // stored under another name: by the path's hash
  std::unordered_map<std::uint64_t, std::uint64_t> owners_;   // hashes: of such a name, of whose it is
  std::vector<std::string> rungs_;
  Totals totals_;
  std::optional<ManifestWriter> writer_;
  std::size_t unsynced_ = 0;
};

}  // namespace recover::salvage
