// The directory for canaries in a place, held by descriptors. A place may be anybody's: a user's home, or
// /tmp, where everybody may make and exchange names. So no link is followed on the way to it or in it, no
// mode is set by name, and what is not root's own is neither written to nor believed.
//
//     const auto directory = CanaryDirectory::make("/home");
//     directory.write("standing", text);
//     CanaryDirectory::find("/home").read("standing");
#pragma once

#include <string>

#include "recover/system/files.hpp"

namespace recover::verify {

// "/home" -> "/home/.recover-canary"
std::string canary_path(const std::string& place);

class CanaryDirectory {
 public:
  // Makes it where there is none. Throws Failed, also where something of its name is somebody else's.
  static CanaryDirectory make(const std::string& place);
  // Holds nothing where there is none, or somebody else's.
  static CanaryDirectory find(const std::string& place);

  const std::string& path() const { return path_; }
  // Whole and on the disk, or the old one and Failed; what stood there, a link too, is replaced.
  void write(const std::string& name, const std::string& content) const;
  // Only a regular file of root's own, with no other name; else empty.
  std::string read(const std::string& name) const;
  void remove_all(const std::string& beginning) const;  // the files whose names begin so

 private:
  explicit CanaryDirectory(std::string path) : path_(std::move(path)) {}

  std::string path_;
  system::Descriptor directory_;
};

}  // namespace recover::verify
