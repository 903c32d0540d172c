// fork and exec, with all that a child must not inherit taken away. For real_processes.cpp.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "recover/system/files.hpp"

namespace recover::system {

struct Spawned {
  pid_t pid = -1;       // its process group and session have the same number
  Descriptor handle;    // a pidfd: readable from its end on
  std::string problem;  // why it could not be executed; then there is no child, and the two above are empty
};

// The child gets the three descriptors as its standard streams and no other, default signals, LC_ALL=C, a
// PATH with the sbin directories, no controlling terminal, and SIGKILL when the thread that called this ends.
// Throws Failed when the system has no room for another process.
Spawned spawn(const std::vector<std::string>& argv, int in, int out, int err);

}  // namespace recover::system
