// Block devices, and whether anything has been written to them.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace killpoint {

class Disks {
 public:
  explicit Disks(std::vector<std::string> devices);

  // Brings everything to them that the kernel still holds back, what the process has mounted of them too;
  // true when sectors were written or discarded since the last call.
  bool changed(pid_t process);

 private:
  void flush(pid_t process) const;

  std::vector<std::string> devices_;
  std::vector<std::string> before_;
};

}  // namespace killpoint
