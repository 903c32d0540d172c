// What a salvage would take, by directories: so that an operator without room for all sees what to leave out.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "recover/salvage/collect.hpp"

namespace recover::salvage {

class Sizes {
 public:
  // `certain`: it will be taken; else the digest of its content decides.
  void add(const std::string& path, std::int64_t bytes, bool certain);
  std::vector<DirectorySize> largest() const;  // two names deep
  std::int64_t files() const { return files_; }
  std::int64_t bytes() const { return bytes_; }
  std::int64_t certain_bytes() const { return certain_bytes_; }

  struct Room {
    std::int64_t free = 0, kept = 0;  // bytes; `kept` of them are not for the salvage
  };
  // Throws Failed. `taken`: what is in the salvage already.
  [[noreturn]] void no_room(const std::string& directory, const Totals& taken, const Room& room) const;

 private:
  std::map<std::string, DirectorySize> directories_;
  std::int64_t files_ = 0, bytes_ = 0, certain_files_ = 0, certain_bytes_ = 0;
};

}  // namespace recover::salvage
