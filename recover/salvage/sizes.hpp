// What a salvage would take, by directories: so that an operator without room for all sees what to leave out.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "recover/salvage/collect.hpp"

namespace recover::salvage {

class Sizes {
 public:
  void add(const std::string& path, std::int64_t bytes);
  std::vector<DirectorySize> largest() const;  // two names deep
  std::int64_t files() const { return files_; }
  std::int64_t bytes() const { return bytes_; }

  // Throws Failed. `taken`: what is in the salvage already, `free`: bytes.
  [[noreturn]] void no_room(const std::string& directory, const Totals& taken, std::int64_t free) const;

 private:
  std::map<std::string, DirectorySize> directories_;
  std::int64_t files_ = 0, bytes_ = 0;
};

}  // namespace recover::salvage
