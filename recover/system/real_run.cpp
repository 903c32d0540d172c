#include "recover/system/real_run.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <utility>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/signals.hpp"

namespace recover::system {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kept_errors = 64 * 1024;
constexpr auto kill_after = 5s;  // after SIGTERM
// After SIGKILL: such a process waits in the kernel for a device that does not answer.
constexpr auto give_up_after = 10s;
// For output, after the child's end, while a process that it left behind holds the pipe.
constexpr auto grace = 500ms;
constexpr auto between_tellings = 1s;
constexpr auto tick = 50ms;  // while others of an ending group are waited for

struct Pipe {
  Descriptor read, write;
};

Pipe make_pipe(const std::string& program) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    const int error = errno;
    throw Failed("Could not start " + program + ": " + answer(error), remedy_for(error, "/proc"));
  }
  return {Descriptor(ends[0]), Descriptor(ends[1])};
}

Descriptor non_blocking(Descriptor fd) {
  // Of our end alone: the two ends of a pipe have flags of their own, and the child's must wait.
  if (fd) ::fcntl(fd.get(), F_SETFL, O_NONBLOCK);
  return fd;
}

}  // namespace

void Tail::add(std::string_view piece) {
  text_ += piece;
  if (text_.size() > 2 * kept_errors) text_.erase(0, text_.size() - kept_errors);
}

std::string Tail::take() {
  if (text_.size() > kept_errors) text_.erase(0, text_.size() - kept_errors);
  return std::exchange(text_, {});
}

ProcessRun::ProcessRun(const ProcessSpec& spec, const Sink& sink) : spec_(spec), sink_(sink) {
  const std::string program = spec.argv.empty() ? "" : spec.argv[0];
  Pipe in, out = make_pipe(program), err;
  if (spec.input.empty()) {
    const auto file = spec.input_file.empty() ? "/dev/null" : spec.input_file;
    in.read = Descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
    if (!in.read) {
      result_.status = 127;
      errors_.add("Could not open " + file + ": " + answer(errno));
      return;
    }
  } else {
    in = make_pipe(program);
  }
  if (!spec.merge_errors) err = make_pipe(program);
  auto child = spawn(spec.argv, in.read.get(), out.write.get(), (spec.merge_errors ? out : err).write.get());
  if (!child.problem.empty()) {
    result_.status = 127;
    errors_.add(child.problem);
    return;
  }
  group_.emplace(std::move(child));
  in_ = non_blocking(std::move(in.write));
  if (spec.on_input && !spec.input_file.empty()) {
    file_ = std::move(in.read);
    tell_at_ = Clock::now() + between_tellings;
  }
  out_ = non_blocking(std::move(out.read));
  err_ = non_blocking(std::move(err.read));
  if (spec.deadline) deadline_ = Clock::now() + *spec.deadline;
}

ProcessResult ProcessRun::to_the_end() {
  if (group_) {
    for (;;) {
      look_at_the_clock();
      tell_input();
      if (finished()) break;
      wait_and_move_data();
    }
    take_what_is_left(out_, true);
    take_what_is_left(err_, false);
    if (ended_at_) {
      if (ending_ != Ending::no) group_->signal(SIGKILL);  // who ended in time is past caring
    } else {
      group_->abandon();
      errors_.add("\n" + spec_.argv[0] + " could not be ended, not even by SIGKILL: it waits for a device\n");
    }
    result_.status = group_->reap();
  }
  if (ending_ == Ending::interrupted) {
    try {
      throw_if_interrupted();
    } catch (Interrupted& error) {
      error.add_context("running " + spec_.argv[0]);
      if (!ended_at_) error.add_aftermath(spec_.argv[0] + " could not be ended: it waits for a device");
      throw;
    }
  }
  result_.took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began_);
  result_.timed_out = ending_ == Ending::late;
  result_.stalled = ending_ == Ending::stalled;
  result_.err = errors_.take();
  return std::move(result_);
}

void ProcessRun::begin_ending(Ending why) {
  ending_ = why;
  group_->signal(SIGTERM);
  group_->signal(SIGCONT);  // a stopped process takes its SIGTERM only then
  kill_at_ = Clock::now() + kill_after;
}

void ProcessRun::look_at_the_clock() {
  const auto now = Clock::now();
  // First: what ended by itself is a result, also when a signal or the deadline came at the same moment.
  if (!ended_at_ && group_->ended()) ended_at_ = now;
  if (ending_ == Ending::no && !ended_at_) {
    if (interrupted()) {
      begin_ending(Ending::interrupted);
    } else if (deadline_ && now >= *deadline_) {
      begin_ending(Ending::late);
    } else if (hangs(now)) {
      begin_ending(Ending::stalled);
    }
  }
  if (kill_at_ && !killed_ && now >= *kill_at_) {
    group_->signal(SIGKILL);
    killed_ = true;
    give_up_at_ = now + give_up_after;
  }
}

// A child that works may be silent for long, but not without reading: proc_pid_io(5), rchar.
bool ProcessRun::hangs(Clock::time_point now) {
  if (!spec_.stall || now < alive_at_ + *spec_.stall) return false;
  const auto io = read_file_or("/proc/" + std::to_string(group_->pid()) + "/io", "");
  auto read = io.substr(0, io.find('\n'));
  if (read == read_so_far_) return true;
  read_so_far_ = std::move(read);
  alive_at_ = now;
  return false;
}

bool ProcessRun::finished() {
  const auto now = Clock::now();
  if (!ended_at_) return give_up_at_ && now >= *give_up_at_;
  if (ending_ != Ending::no && !killed_ && group_->others_run()) return false;
  return (!out_ && !err_) || now >= *ended_at_ + grace;
}

ProcessRun::Clock::time_point ProcessRun::next_look() const {
  auto next = Clock::time_point::max();
  const auto at_most = [&next](Clock::time_point time) {
    next = std::min(next, time);
  };
  if (ended_at_) {
    // Past the grace it is only the rest of an ending group that is waited for.
    const auto now = Clock::now();
    at_most(ending_ != Ending::no ? now + tick : *ended_at_ + grace);
    return next;
  }
  if (ending_ == Ending::no && deadline_) at_most(*deadline_);
  if (tell_at_) at_most(*tell_at_);
  if (ending_ == Ending::no && spec_.stall) at_most(alive_at_ + *spec_.stall);
  if (kill_at_ && !killed_) at_most(*kill_at_);
  if (give_up_at_) at_most(*give_up_at_);
  return next;
}

void ProcessRun::wait_and_move_data() {
  const auto next = next_look();
  int milliseconds = -1;
  if (next != Clock::time_point::max()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - Clock::now()).count();
    milliseconds = static_cast<int>(std::clamp<std::int64_t>(left, 0, INT_MAX));
  }
  pollfd wanted[] = {
      {in_.get(), POLLOUT, 0},
      {out_.get(), POLLIN, 0},
      {err_.get(), POLLIN, 0},
      {ended_at_ ? -1 : group_->handle(), POLLIN, 0},
      {ending_ == Ending::no && !ended_at_ ? wakeup_descriptor() : -1, POLLIN, 0},
  };
  if (::poll(wanted, std::size(wanted), milliseconds) <= 0) return;  // EINTR: a signal, look at it
  if (wanted[0].revents != 0) give_input();
  if (wanted[1].revents != 0) take(out_, true);
  if (wanted[2].revents != 0) take(err_, false);
}

void ProcessRun::give_input() {
  const auto rest = std::string_view(spec_.input).substr(given_);
  const auto written = ::write(in_.get(), rest.data(), rest.size());
  if (written < 0 && (errno == EAGAIN || errno == EINTR)) return;
  // EPIPE: it closed its input, which is its right; what it makes of that, its status says.
  if (written >= 0) given_ += static_cast<std::size_t>(written);
  if (written < 0 || given_ == spec_.input.size()) in_.close();
}

void ProcessRun::tell_input() {
  if (!tell_at_ || Clock::now() < *tell_at_) return;
  if (const auto at = ::lseek(file_.get(), 0, SEEK_CUR); at >= 0) spec_.on_input(at);
  tell_at_ = Clock::now() + between_tellings;
}

void ProcessRun::take(Descriptor& from, bool is_output) {
  char piece[16384];
  const auto got = ::read(from.get(), piece, sizeof piece);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) {
    from.close();
    return;
  }
  alive_at_ = Clock::now();
  const std::string_view text(piece, static_cast<std::size_t>(got));
  if (!is_output) {
    errors_.add(text);
  } else if (sink_) {
    sink_(text);
  } else {
    result_.out += text;
  }
}

// All that the child itself wrote is in the pipe by now, in front of what a process it left behind still
// writes; so one pipe's fill is enough.
void ProcessRun::take_what_is_left(Descriptor& from, bool is_output) {
  if (!from) return;
  const int capacity = ::fcntl(from.get(), F_GETPIPE_SZ);
  for (int taken = 0; from && taken < capacity; taken += 16384) {
    pollfd wanted = {from.get(), POLLIN, 0};
    if (::poll(&wanted, 1, 0) != 1) return;
    take(from, is_output);
  }
}

}  // namespace recover::system
