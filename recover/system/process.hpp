// Child processes: an argv, never a shell string; LC_ALL=C; output captured and streamed; a deadline where
// one makes sense. Every effect goes through the interface `Processes`, so that a unit test hands in a script
// and cannot start anything real.
//
//     auto result = processes.run({.argv = {"mkfs.btrfs", "--version"}});
//     if (result.status != 0) ...
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace recover::system {

struct ProcessSpec {
  std::vector<std::string> argv;  // argv[0] is looked up in PATH (and the sbin directories)
  std::string input = {};         // given on standard input, which is then closed
  std::string input_file = {};    // or this file, which may be larger than the memory
  // Once a second: how much of that file it has read.
  std::function<void(std::int64_t bytes)> on_input = {};
  std::optional<std::chrono::milliseconds> deadline =
      {};                     // SIGTERM to its process group then, SIGKILL 5 s later
  bool merge_errors = false;  // standard error arrives in `out`, in the order of writing
  // The same when for so long, or up to twice as long, it has neither said nor read anything: it hangs.
  std::optional<std::chrono::milliseconds> stall = {};
};

struct ProcessResult {
  int status = 0;          // exit status; 128 + N when signal N ended it; 127 when it could not be executed
  bool timed_out = false;  // the deadline passed
  bool stalled = false;    // it was ended because it did nothing any more
  std::chrono::milliseconds took{};  // from its start to its end, or to where it was given up
  std::string out;                   // captured standard output; empty when a sink took it
  std::string err;                   // captured standard error: at most its last 64 KiB
};

// Receives standard output as it arrives, in pieces of any size.
using Sink = std::function<void(std::string_view piece)>;

// A child that runs until it is stopped: a Bacula daemon in the foreground.
class Child {
 public:
  virtual ~Child() = default;  // stops it when it still runs
  virtual bool running() = 0;
  virtual bool listening() = 0;    // it has opened a TCP port
  virtual void ask_to_stop() = 0;  // SIGTERM to its process group; does not wait
  // SIGTERM to its process group, SIGKILL after `patience`. Returns how it ended, as ProcessResult::status.
  virtual int stop(std::chrono::milliseconds patience) = 0;
  // The last 64 KiB of its standard output and error.
  virtual std::string output() = 0;
};

class Processes {
 public:
  virtual ~Processes() = default;
  // Runs to its end. Throws Interrupted when a signal arrives meanwhile: its process group gets SIGTERM and,
  // after 5 s, SIGKILL first. A child that ended by itself at the same moment is a result; the next call
  // throws. A child that fails, or cannot be executed (127, the reason in `err`), is a result, not an
  // exception. What a process that the child leaves behind still writes is waited for half a second. Throws
  // Failed when there is no room for a process.
  virtual ProcessResult run(const ProcessSpec& spec, const Sink& sink = {}) = 0;
  // Starts and returns once it is executed. Throws Failed when it cannot be.
  virtual std::unique_ptr<Child> start(const std::vector<std::string>& argv) = 0;
  // Sleeps; throws Interrupted when a signal arrives meanwhile. Here because tests must not sleep.
  virtual void pause(std::chrono::milliseconds time) = 0;
};

// The real ones: children in process groups of their own (a ^C on the terminal reaches recover alone, which
// ends them in order), standard input never the terminal, killed by the kernel when recover dies
// (PR_SET_PDEATHSIG). Lives in a library of its own that the unit tests do not link.
std::unique_ptr<Processes> real_processes();

}  // namespace recover::system
