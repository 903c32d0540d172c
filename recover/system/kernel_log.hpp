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

 private:
  Descriptor file_;
};

// The message of a record of /dev/kmsg when it tells of a device that fails; otherwise empty.
std::string device_error(std::string_view record);

}  // namespace recover::system
