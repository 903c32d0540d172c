// A process that is followed by ptrace(2) from one system call to the next. Its own children are not.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace killpoint {

struct Call {
  bool entered = false;  // or has returned
  std::uint64_t number = 0;
  std::uint64_t arguments[6] = {};  // of the entry, also when it has returned
  std::int64_t result = 0;
};

class Tracee {
 public:
  // Starts it; it waits before its first system call. Dies with the tracer.
  explicit Tracee(char** argv);
  Tracee(const Tracee&) = delete;
  Tracee& operator=(const Tracee&) = delete;

  // Goes on to the next entry into a system call, or return from one; nothing when it has ended. Signals and
  // stops take their way as if nobody looked on.
  std::optional<Call> next();

  // At the entry: the call gets this third argument instead.
  void shorten(std::uint64_t third_argument);
  // Now: a call that was only entered is not made.
  void kill();

  pid_t pid() const { return pid_; }
  int status() const { return status_; }  // exit status, or 128 + signal

  std::string text_at(std::uint64_t address, std::size_t length) const;  // what can be read of it
  std::string path_at(std::uint64_t address) const;
  std::string link(const std::string& in_proc) const;  // of /proc/PID/...

 private:
  bool wait();

  pid_t pid_ = -1;
  int status_ = 0, stopped_ = 0, pass_on_ = 0;
  bool ended_ = false, listen_ = false;
  Call last_;
};

// What a process was started with; empty when it has gone, or has no words.
std::string words_of_process(pid_t pid);

}  // namespace killpoint
