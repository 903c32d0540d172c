// Goes through a source, one directory at a time: no link is followed, no other filesystem and no subvolume
// in it entered, and what cannot be read is told of and gone behind. Memory: the directories that are still
// to come, and eight bytes for each.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "recover/salvage/collect.hpp"
#include "recover/system/tree_root.hpp"

namespace recover::salvage {

// A directory that is open, or that could not be opened.
struct WalkedDirectory {
  std::string path;    // on the machine
  std::string inside;  // from the source's root: "/", "/a/b"
  int file = -1;
  struct stat status {};
};

struct WalkedThing {
  const WalkedDirectory& directory;
  std::string name, path;  // on the machine
  struct stat status {};   // only its kind counts where there was an error
  int error = 0;           // errno of looking at it
};

class Walker {
 public:
  virtual ~Walker() = default;
  virtual bool enter(const WalkedDirectory& directory) = 0;  // false: it is passed over
  virtual void thing(const WalkedThing& thing) = 0;          // no directory, unless it cannot be looked at
  // `error`: errno of reading it; then names of it may be missing. It may not have been entered at all.
  virtual void leave(const WalkedDirectory& directory, int error) = 0;
};

class Walk {
 public:
  // Throws Failed when the source is no directory.
  Walk(const Source& source, const std::vector<std::string>& left_out);
  void run(Walker& walker);  // throws Interrupted, and what the walker throws

  // For open(2) in the source: reading leaves no time behind.
  static system::Descriptor open_quietly(int directory, const std::string& name, int flags);
  const system::TreeRoot& root() const { return root_; }

 private:
  void read(WalkedDirectory& directory, Walker& walker);
  void look(const WalkedDirectory& directory, const char* name, unsigned char type, Walker& walker);
  bool is_left_out(const std::string& path) const;
  bool is_entered(const WalkedDirectory& directory, const struct stat& status, const std::string& path);

  const Source& source_;
  const std::vector<std::string>& left_out_;
  system::TreeRoot root_;
  struct stat top_ {};
  bool btrfs_ = false;
  std::vector<std::string> waiting_;           // inside
  std::unordered_set<std::uint64_t> entered_;  // inodes: of a damaged tree a directory may lie in itself
};

}  // namespace recover::salvage
