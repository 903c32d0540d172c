// Takes one thing of a source into the salvage: data and all that belongs to it, under a name that nothing
// else has there.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "recover/salvage/place.hpp"
#include "recover/salvage/record.hpp"
#include "recover/salvage/walk.hpp"

namespace recover::salvage {

class Taker {
 public:
  Taker(Place& place, Record& record) : place_(place), record_(record) {}

  void begin(const Source& source, const Walk& walk);
  // The times of the directories, which what came into them has changed.
  void finish();

  // The directory at its place in the tree, with all that belongs to it. Holds nothing when a thing of
  // another kind has the name and cannot be moved.
  const system::Descriptor& directory(const WalkedDirectory& walked);
  // What of it could not be kept, in words.
  std::string not_kept(const std::string& path) const;

  // `entry` has what is known beforehand: path, kind, why, provenance, rung, generation, size, mtime. It gets
  // the rest, and is recorded, unless what is there already is better.
  void take(const WalkedThing& thing, ManifestEntry entry);
  // Another name of what was taken in this source: true, and it is recorded.
  bool link(const WalkedThing& thing, ManifestEntry& entry);
  // It is there of this very source, from an earlier run: further names of it are links of it.
  void remember_there(const WalkedThing& thing, ManifestEntry& entry);
  // What a better one has taken the place of, once that is on the disk.
  void remove_replaced();
  // How much has been taken since the last call, bytes.
  std::int64_t taken_bytes() { return std::exchange(bytes_, 0); }

 private:
  void remember(const WalkedThing& thing, const ManifestEntry& entry);
  bool make(const WalkedThing& thing, ManifestEntry& entry);
  bool make_file(const WalkedThing& thing, ManifestEntry& entry);
  bool move(const WalkedThing& thing, ManifestEntry& entry);
  // `data`: bytes of it, those of a further name too.
  void store(const WalkedThing& thing, ManifestEntry& entry, std::int64_t data);
  bool store_damaged(const WalkedThing& thing, ManifestEntry& entry, const Recorded& there,
                     std::int64_t data);
  void drop_part(const ManifestEntry& whole);
  void put(const WalkedDirectory& directory, const std::string& suffix, ManifestEntry& entry);
  void keep_beside(const std::string& path, const Recorded& recorded, const std::string& stored,
                   const std::string& further, const std::string& why);
  system::Descriptor make_directory(const std::string& path);
  void move_aside(const std::string& path);

  Place& place_;
  Record& record_;
  const Source* source_ = nullptr;
  const Walk* walk_ = nullptr;
  std::string open_path_;
  system::Descriptor open_;
  // Directories that have what belongs to them, from the best source that shows them; and those among them
  // whose times something has changed since.
  std::unordered_map<std::string, struct stat> given_;
  std::unordered_set<std::string> touched_;
  std::unordered_map<std::string, std::string> not_kept_;
  std::unordered_map<std::uint64_t, ManifestEntry> links_;  // by inode
  std::vector<std::string> replaced_;                       // stored
  std::int64_t bytes_ = 0;
};

}  // namespace recover::salvage
