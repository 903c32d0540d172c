#include "recover/system/real_group.hpp"

#include <poll.h>
#include <sys/wait.h>

#include <cctype>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <filesystem>

namespace recover::system {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds last_patience{10'000};
constexpr milliseconds tick{20};

// proc_pid_stat(5): "PID (NAME) STATE PPID PGRP ..."; the name may hold anything, so from the last ')' on.
bool runs_in_group(const std::string& stat, pid_t group) {
  const auto name_end = stat.rfind(')');
  char state = 'Z';
  int parent = 0, its_group = 0;
  if (name_end == std::string::npos ||
      std::sscanf(stat.c_str() + name_end + 1, " %c %d %d", &state, &parent, &its_group) != 3) {
    return false;
  }
  return its_group == group && state != 'Z' && state != 'X';
}

}  // namespace

ProcessGroup::~ProcessGroup() {
  if (!status_) stop(last_patience);
}

bool ProcessGroup::ended() const noexcept {
  if (status_) return true;
  pollfd wanted = {handle_.get(), POLLIN, 0};
  return ::poll(&wanted, 1, 0) == 1;
}

// The leader is not reaped before this was asked for the last time, so its number cannot mean another group.
bool ProcessGroup::others_run() const {
  std::error_code error;
  for (fs::directory_iterator at("/proc", error), end; !error && at != end; at.increment(error)) {
    const auto name = at->path().filename().string();
    if (std::isdigit(static_cast<unsigned char>(name[0])) == 0 || name == std::to_string(pid_)) continue;
    if (runs_in_group(read_file_or("/proc/" + name + "/stat", ""), pid_)) return true;
  }
  return false;
}

void ProcessGroup::signal(int number) const noexcept {
  if (!status_) ::kill(-pid_, number);
}

int ProcessGroup::reap() noexcept {
  while (!status_) {
    siginfo_t info = {};
    if (::waitid(P_PIDFD, static_cast<id_t>(handle_.get()), &info, WEXITED) == 0) {
      status_ = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
    } else if (errno != EINTR) {
      status_ = 127;  // ECHILD: somebody else waited for it
    }
  }
  return *status_;
}

void ProcessGroup::wait_until_all_ended(Clock::time_point give_up) const noexcept {
  while (Clock::now() < give_up && (!ended() || others_run())) {
    // Wakes at the end of the leader; for the others it looks again.
    pollfd wanted = {ended() ? -1 : handle_.get(), POLLIN, 0};
    ::poll(&wanted, 1, static_cast<int>(tick.count()));
  }
}

int ProcessGroup::stop(milliseconds patience) noexcept {
  if (status_) return *status_;
  signal(SIGTERM);
  signal(SIGCONT);  // a stopped process takes its SIGTERM only then
  wait_until_all_ended(Clock::now() + patience);
  signal(SIGKILL);
  wait_until_all_ended(Clock::now() + last_patience);
  if (!ended()) abandon();
  return reap();
}

void ProcessGroup::abandon() noexcept {
  if (!status_) status_ = 128 + SIGKILL;
}

}  // namespace recover::system
