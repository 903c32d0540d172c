// Copies single files of a tree that lives to the same place in another one, with all that belongs to them:
// owner, mode, times, ACLs, capabilities and other extended attributes, hard links among those that are
// copied. Directories on the way are made as they are there. A path may lead through links, as the lists of a
// package manager do (/bin/sh, where /bin is a link to usr/bin): the file is copied to where it really is.
//
//     TreeCopy copy("/", "/mnt/storage/environment.new");
//     copy.add("/bin/bash");
//     copy.finish();
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "recover/system/tree_root.hpp"

namespace recover::system {

// A file that is there already.
enum class There { stays, makes_way };

class TreeCopy {
 public:
  // `to` is a directory that nobody else writes in. A directory that is there is given what belongs to it;
  // that a file would have to take a directory's place, or the reverse, is Refused. Throws Failed.
  TreeCopy(const std::string& from, const std::string& to, There there = There::stays);

  // Where a path really is in the tree, its last name not followed; empty: its directory is not there.
  std::string real_place(const std::string& path);
  // Whether it is there. Nothing happens when it has been copied already. A socket is passed over. Throws
  // Failed.
  bool add(const std::string& path);
  bool has(const std::string& real_place) const { return done_.contains(real_place); }
  // Links that no list names, in directories that were copied, are added when what they lead to was:
  // /usr/bin/awk -> /etc/alternatives/awk -> /usr/bin/mawk, or /bin -> usr/bin. Those on the way too.
  void add_links();
  // The times of the directories, which each file in them has changed.
  void finish();

  std::int64_t files() const { return files_; }
  std::int64_t bytes() const { return bytes_; }

 private:
  void add_directory(const std::string& place);
  void copy_entry(const std::string& place, const struct stat& status);
  void copy_file(const std::string& place, const struct stat& status);
  std::vector<std::string> chain_of(const std::string& place);

  std::string from_, to_;  // without a slash at the end; "" is the root
  There there_;
  TreeRoot tree_;
  std::map<std::string, std::string> directories_;  // as named -> where it really is
  std::set<std::string> done_;                      // real places
  std::map<std::pair<dev_t, ino_t>, std::string> names_;
  std::vector<std::pair<std::string, struct stat>> made_;  // directories
  std::int64_t files_ = 0, bytes_ = 0;
};

}  // namespace recover::system
