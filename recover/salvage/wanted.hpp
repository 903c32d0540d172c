// Which of what is found the backup does not have, or has another version of.
//
//     const Wanted wanted(keep + "/backup.files");
//     switch (wanted.ask(path, found).answer) ...
#pragma once

#include <sys/stat.h>

#include <functional>
#include <memory>
#include <string>

#include "recover/bacula/file_index.hpp"

namespace recover::salvage {

// What is known of a thing without reading it.
struct Found {
  struct stat status {};
  // Whether it has ACLs or other extended attributes, which no list tells of; asked where that matters.
  std::function<bool()> has_attributes = {};
  // Its ctime is that of its copy (btrfs restore): it says nothing.
  bool ctime_is_new = false;
  // Of an older generation: what is not newer than the backup's version is not wanted.
  bool older = false;
};

struct Wish {
  enum class Answer { no, yes, if_digest_differs };
  Answer answer = Answer::no;
  std::string why;     // new, changed, all
  std::string digest;  // that decides, as the catalog has it
};

class Wanted {
 public:
  // Of backup.files; empty: everything is wanted. 16 bytes a file. Throws Failed.
  explicit Wanted(const std::string& list);
  // `path`: on the machine.
  Wish ask(const std::string& path, const Found& found) const;

 private:
  std::unique_ptr<bacula::FileIndex> index_;
};

}  // namespace recover::salvage
