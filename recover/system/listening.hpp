// Has a daemon opened its port yet? Asked of the kernel: connecting to find out would look like an attack in
// the daemon's own log.
#pragma once

#include <sys/types.h>

namespace recover::system {

// True when the process holds a listening TCP socket. False also when the process is gone.
bool is_listening(pid_t pid);

}  // namespace recover::system
