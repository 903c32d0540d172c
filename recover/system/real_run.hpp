// One run of a program from its start to its end. For real_processes.cpp.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "recover/system/files.hpp"
#include "recover/system/process.hpp"
#include "recover/system/real_group.hpp"

namespace recover::system {

// The last 64 KiB of what was added.
class Tail {
 public:
  void add(std::string_view piece);
  std::string take();

 private:
  std::string text_;
};

class ProcessRun {
 public:
  ProcessRun(const ProcessSpec& spec, const Sink& sink);
  ProcessResult to_the_end();

 private:
  using Clock = std::chrono::steady_clock;
  enum class Ending { no, late, stalled, interrupted };

  void begin_ending(Ending why);
  void look_at_the_clock();
  bool hangs(Clock::time_point now);
  bool finished();
  Clock::time_point next_look() const;
  void wait_and_move_data();
  void give_input();
  void tell_input();
  void take(Descriptor& from, bool is_output);
  void take_what_is_left(Descriptor& from, bool is_output);

  const ProcessSpec& spec_;
  const Sink& sink_;
  // Before the pipes, so that they are closed first when an exception ends the child: it must not wait for a
  // reader.
  std::optional<ProcessGroup> group_;
  Descriptor in_, out_, err_;
  Descriptor file_;        // the same open file as the child's input: one position for both, dup(2)
  std::size_t given_ = 0;  // of the input
  ProcessResult result_;
  Tail errors_;
  Ending ending_ = Ending::no;
  bool killed_ = false;
  std::optional<Clock::time_point> deadline_, kill_at_, give_up_at_, ended_at_, tell_at_;
  Clock::time_point alive_at_ = Clock::now();
  const Clock::time_point began_ = Clock::now();
  std::string read_so_far_;  // as /proc tells it
};

}  // namespace recover::system
