// One run at a time: flock(2) on a file of the state directory, which holds from every chroot and terminal
// because it is on the file, not on a name. The kernel lets go of it when recover ends, however it ends; the
// file stays.
//
//     const Lock lock(state + "/lock");
#pragma once

#include <string>

#include "recover/system/files.hpp"

namespace recover::system {

class Lock {
 public:
  // Throws Locked naming the holder (pid, terminal, since when), Failed when the file cannot be made.
  explicit Lock(const std::string& path);

 private:
  Descriptor file_;
};

}  // namespace recover::system
