// What the kernel says of devices that fail. A program often tells less, or something else: mkfs.btrfs calls
// a write error "Operation not permitted".
//
//     KernelLog log;
//     ...                  // what may fail
//     log.device_errors(); // {"Buffer I/O error on dev sda2, logical block 0, async page read"}
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "recover/system/files.hpp"

namespace recover::system {

class KernelLog {
 public:
  KernelLog();  // from now on; without /dev/kmsg it never hears anything
  // The first three of what came since it was asked last, each once.
  std::vector<std::string> device_errors();
  // What btrfs warned of since then on one of these devices ("loop3", as the kernel names them), each once
  // and without the time; at most the first five.
  std::vector<std::string> btrfs_words(const std::vector<std::string>& devices);

 private:
  template <typename Each>
  void read(const Each& each);

  Descriptor file_;
};

// The message of a record of /dev/kmsg when it tells of a device that fails; otherwise empty.
std::string device_error(std::string_view record);

// The message of a record when btrfs warns of that device, by its name, or its path behind /dev/; empty
// otherwise, and when it merely tells what it does.
std::string btrfs_word(std::string_view record, std::string_view device);

}  // namespace recover::system
