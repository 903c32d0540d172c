// A root tree that is not the running system's: the recovery environment, or a restored machine. Paths in it
// are resolved as a chroot would resolve them, so that a link in it (/tmp -> /var/tmp) cannot lead out of it,
// into the rescue system.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "recover/system/files.hpp"

namespace recover::system {

class TreeRoot {
 public:
  explicit TreeRoot(const std::string& path);  // throws Failed when it is no directory

  // Holds nothing when it is not there. `flags` as for open(2).
  Descriptor open(const std::string& inside, int flags) const;
  // The same, but no link is followed, not even the last name: a path of a backup has none in it, so one that
  // is there now was put there since, and leads somewhere else. errno tells why it holds nothing.
  Descriptor open_without_links(const std::string& inside, int flags) const;
  bool has(const std::string& inside) const;
  // Like mkdir -p. The mode is given to the last one, also when it is there already. Throws Failed.
  void make_directories(const std::string& inside, std::optional<mode_t> mode) const;
  // Where a directory of the tree really is, for the running system. Throws Failed when it is not there.
  std::string real_path(const std::string& inside) const;

 private:
  Descriptor open_how(const std::string& inside, int flags, std::uint64_t resolve) const;

  std::string path_;
  Descriptor root_;
};

}  // namespace recover::system
