// A child and the process group it leads: signalled together, ended on every way out. For real_processes.cpp.
#pragma once

#include <chrono>
#include <optional>

#include "recover/system/real_spawn.hpp"

namespace recover::system {

class ProcessGroup {
 public:
  explicit ProcessGroup(Spawned child) : pid_(child.pid), handle_(std::move(child.handle)) {}
  ~ProcessGroup();  // stop(10 s), unless it was reaped
  ProcessGroup(const ProcessGroup&) = delete;
  ProcessGroup& operator=(const ProcessGroup&) = delete;

  pid_t pid() const noexcept { return pid_; }
  int handle() const noexcept { return handle_.get(); }  // for poll(): readable from its end on
  bool ended() const noexcept;                           // the leader
  // Whether others of the group still run.
  bool others_run() const;
  void signal(int number) const noexcept;  // to all of the group
  // Waits for the leader's end. As ProcessResult::status. The same every time.
  int reap() noexcept;
  // SIGTERM to all; SIGKILL to all when not all have ended after `patience`. A process that even SIGKILL
  // cannot end (it waits for a device that does not answer) is left behind after 10 s more, with the status
  // 137.
  int stop(std::chrono::milliseconds patience) noexcept;
  // Will not be waited for, nor ended.
  void abandon() noexcept;

 private:
  void wait_until_all_ended(std::chrono::steady_clock::time_point give_up) const noexcept;

  pid_t pid_;
  Descriptor handle_;
  std::optional<int> status_;
};

}  // namespace recover::system
