// The kernel's log as it is now, and what is added to it while something is tried.
//
//     KernelListener kernel;
//     ...               // what may fail
//     kernel.news();    // {"BTRFS error (device sda2): open_ctree failed: -5"}
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recover/system/files.hpp"

namespace recover::system {

// The message of a record of /dev/kmsg (Documentation/ABI/testing/dev-kmsg), printable; nothing when it is
// none.
std::optional<std::string> kernel_message(std::string_view record);

// All that the kernel still has, oldest first. Nothing where /dev/kmsg cannot be read.
std::optional<std::vector<std::string>> read_kernel_log();

class KernelListener {
 public:
  KernelListener();  // from now on; without /dev/kmsg it never hears anything
  std::vector<std::string> news();

 private:
  Descriptor file_;
};

}  // namespace recover::system
