// The salvage directory as what is taken comes into it: each file is made whole beside the tree, and then
// gets its name in it. No link is followed there, whatever an earlier salvage has stored.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <string>

#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/tree_root.hpp"

namespace recover::salvage {

// There is no room left on the storage volume.
struct Full : Failed {
  using Failed::Failed;
};

// The storage volume's filesystem takes no such name: it is too long there, or has what may not be in one.
struct NameRefused : Failed {
  using Failed::Failed;
};

class Place {
 public:
  // Made when it is not there. `kept_free`: bytes that are left free on its filesystem. Throws Failed, as all
  // below.
  explicit Place(const std::string& directory, std::int64_t kept_free = 0);

  const std::string& path() const { return path_; }

  // A directory of the tree by its path on the machine. Holds nothing when it is not there, or something
  // else has its name.
  system::Descriptor open(const std::string& path) const;
  // Made when it is not there, mode 0700, in one that is there. Throws NameRefused.
  struct Made {
    system::Descriptor file;
    bool is_new = false;
    bool other_kind = false;  // what is no directory has the name, and nothing was made
  };
  Made make(const std::string& path) const;

  // Before something of so many bytes is made. Throws Full when they are not free.
  void spend(std::int64_t bytes);

  // What is not whole yet lies under one name beside the tree. Removes what is left of an earlier one.
  void clear_unfinished();
  system::Descriptor make_unfinished();  // a regular file, to be written
  // For who makes another thing there, by directory() and the name: there is none, and then there may be one.
  void will_make_unfinished();
  int directory() const { return directory_.get(); }
  static constexpr const char* unfinished = "unfinished";
  system::Descriptor open_unfinished() const;  // O_PATH

  // Gives it its name in a directory of the tree, over what has it. False when that is a directory. Throws
  // NameRefused.
  bool finish(int directory, const std::string& name);
  // "tree/home/x": takes it away. Nothing when it is not there.
  void remove(const std::string& stored) const;
  // The thing itself, O_PATH; holds nothing when it is not there.
  system::Descriptor find(const std::string& stored) const;

  // Of a call that could not write here. Throws Failed, or Full.
  [[noreturn]] void fail(const std::string& tried, const std::string& name, int error) const;

 private:
  std::string path_;
  system::Descriptor directory_;
  std::unique_ptr<system::TreeRoot> root_;
  bool unfinished_ = true;                    // there may be one
  std::int64_t kept_free_ = 0, allowed_ = 0;  // bytes; those that may be spent before it is asked again

  [[noreturn]] void fail_to_name(const std::string& tried, const std::string& name, int error) const;
};

// "/home/x" -> "/home"; "/x" -> "/".
std::string above(const std::string& path);
// "tree/home/x" of "/home/x".
std::string stored_of(const std::string& path);

}  // namespace recover::salvage
