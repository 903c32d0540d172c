// One file of a tree, held by descriptors: what is done with it is done with this very file, whatever its
// owner does to the names on the way to it meanwhile.
#pragma once

#include <sys/stat.h>

#include <string>

#include "recover/system/tree_root.hpp"

namespace recover::system {

struct TreeEntry {
  Descriptor parent;  // its directory; holds nothing when that is not there
  std::string name;   // in it
  Descriptor file;    // O_PATH; holds nothing when it is not there
  struct stat status {};
  bool behind_link = false;  // a symbolic link stands where the path had a directory

  bool there() const { return static_cast<bool>(file); }
  // For calls of this process that follow links.
  std::string self() const;
  // Its name, and another one beside it, for a child process as well.
  std::string path() const { return beside(name); }
  std::string beside(const std::string& other) const;
};

// `path`: absolute. No link on the way to it is followed.
TreeEntry find_entry(const TreeRoot& root, const std::string& path);
TreeEntry find_entry(Descriptor parent, const std::string& name);

// Type, mode, owner, size, device, and time to the second, as Bacula keeps it; of directories no time.
bool same_state(const struct stat& a, const struct stat& b);

}  // namespace recover::system
