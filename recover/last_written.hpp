// When a btrfs that the profile does not know was last written. Its superblock has no time; each subvolume's
// item in the root tree has one, which the kernel renews whenever it writes an inode of it
// (btrfs_update_root_times() in Linux, fs/btrfs/root-tree.c).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "recover/facts.hpp"
#include "recover/profile.hpp"
#include "recover/system/process.hpp"

namespace recover {

// Reads what `btrfs inspect-internal dump-tree -t root` prints, in pieces of any size. Memory is bounded
// whatever it is given.
class RootTreeTimes {
 public:
  void read(std::string_view piece);
  // The newest ctime in it, seconds since 1970.
  std::optional<std::int64_t> newest() const { return newest_; }

 private:
  void read_line();

  std::string line_;  // begun, not ended yet; cut where it is longer than any that matters
  std::optional<std::int64_t> newest_;
};

// Completes `usage.written` of each btrfs that a destroying step would erase and the profile does not know.
// One that cannot be read, as where another device of it is missing, stays without. Throws what
// Processes::run() throws.
void add_last_written(Facts& facts, const Profile& profile, system::Processes& processes);

}  // namespace recover
