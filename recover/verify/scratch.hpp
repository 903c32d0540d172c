// A directory that is gone with all in it when its owner is.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

#include "recover/system/files.hpp"

namespace recover::verify {

class Scratch {
 public:
  Scratch(std::string path, mode_t mode) : path_(std::move(path)) {
    std::filesystem::remove_all(path_);
    system::make_directories(path_, mode);
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace recover::verify
