// The only file that knows ptrace(2).
#include "tracee.hpp"

#include <fcntl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace killpoint {
namespace {

long trace(int request, pid_t pid, std::uint64_t address, void* data) {
  return ::ptrace(static_cast<__ptrace_request>(request), pid, reinterpret_cast<void*>(address), data);
}

void require(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

constexpr int syscall_stop = SIGTRAP | 0x80;  // PTRACE_O_TRACESYSGOOD

}  // namespace

Tracee::Tracee(char** argv) {
  int ends[2];
  require(::pipe2(ends, O_CLOEXEC) == 0, "pipe2");
  pid_ = ::fork();
  require(pid_ >= 0, "fork");
  if (pid_ == 0) {
    char go = 0;
    if (::read(ends[0], &go, 1) == 1) ::execv(argv[0], argv);
    ::_exit(127);
  }
  // Seized, not attached: only so can a stop of its whole group be told from a signal.
  require(trace(PTRACE_SEIZE, pid_, 0,
                reinterpret_cast<void*>(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC)) == 0,
          "ptrace(PTRACE_SEIZE)");
  require(trace(PTRACE_INTERRUPT, pid_, 0, nullptr) == 0, "ptrace(PTRACE_INTERRUPT)");
  require(wait() && ::write(ends[1], "", 1) == 1, "starting");
  ::close(ends[0]);
  ::close(ends[1]);
  // Up to the program that it becomes.
  while (stopped_ >> 8 != (SIGTRAP | (PTRACE_EVENT_EXEC << 8))) {
    require(trace(PTRACE_CONT, pid_, 0, nullptr) == 0 && wait(), "exec");
  }
}

bool Tracee::wait() {
  while (::waitpid(pid_, &stopped_, __WALL) < 0)
    if (errno != EINTR) throw std::runtime_error("waitpid");
  if (WIFSTOPPED(stopped_)) return true;
  ended_ = true;
  status_ = WIFEXITED(stopped_) ? WEXITSTATUS(stopped_) : 128 + WTERMSIG(stopped_);
  return false;
}

std::optional<Call> Tracee::next() {
  for (;;) {
    const int request = listen_ ? PTRACE_LISTEN : PTRACE_SYSCALL;
    const auto signal = static_cast<std::uintptr_t>(listen_ ? 0 : pass_on_);
    listen_ = false;
    pass_on_ = 0;
    // ESRCH: somebody else has killed it; wait() tells.
    if (trace(request, pid_, 0, reinterpret_cast<void*>(signal)) != 0 && errno != ESRCH)
      require(false, "ptrace");
    if (!wait()) return std::nullopt;
    if (WSTOPSIG(stopped_) == syscall_stop) break;
    const int event = stopped_ >> 16;
    if (event == PTRACE_EVENT_STOP) {
      // A stop of the group lasts until SIGCONT; the other one is only the end of it.
      listen_ = WSTOPSIG(stopped_) != SIGTRAP;
    } else if (event == 0) {
      pass_on_ = WSTOPSIG(stopped_);
    }
  }
  __ptrace_syscall_info info = {};
  if (trace(PTRACE_GET_SYSCALL_INFO, pid_, sizeof info, &info) <= 0) return next();  // killed this moment
  if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
    last_ = {.entered = true, .number = info.entry.nr};
    std::copy(std::begin(info.entry.args), std::end(info.entry.args), last_.arguments);
  } else {
    last_.entered = false;
    last_.result = info.exit.rval;
  }
  return last_;
}

void Tracee::shorten(std::uint64_t third_argument) {
  trace(PTRACE_POKEUSER, pid_, offsetof(user_regs_struct, rdx), reinterpret_cast<void*>(third_argument));
}

void Tracee::kill() {
  if (ended_) return;
  ::kill(pid_, SIGKILL);
  while (wait()) trace(PTRACE_CONT, pid_, 0, nullptr);
}

std::string Tracee::text_at(std::uint64_t address, std::size_t length) const {
  std::string text(length, '\0');
  iovec here{text.data(), text.size()}, there{reinterpret_cast<void*>(address), length};
  const auto got = ::process_vm_readv(pid_, &here, 1, &there, 1, 0);
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  return text;
}

std::string Tracee::path_at(std::uint64_t address) const {
  // Not beyond the page: what follows may not be mapped.
  std::string path;
  constexpr std::uint64_t page = 4096;
  while (path.size() < PATH_MAX) {
    const auto piece = text_at(address + path.size(), page - (address + path.size()) % page);
    const auto end = piece.find('\0');
    path += piece.substr(0, end);
    if (piece.empty() || end != std::string::npos) break;
  }
  return path;
}

std::string Tracee::link(const std::string& in_proc) const {
  char target[PATH_MAX];
  const auto length =
      ::readlink(("/proc/" + std::to_string(pid_) + "/" + in_proc).c_str(), target, sizeof target);
  return length < 0 ? std::string() : std::string(target, static_cast<std::size_t>(length));
}

std::string words_of_process(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline", std::ios::binary);
  std::string words{std::istreambuf_iterator<char>(file), {}};
  while (!words.empty() && words.back() == '\0') words.pop_back();
  if (words.empty()) {  // it has ended already
    std::ifstream name("/proc/" + std::to_string(pid) + "/comm");
    std::getline(name, words);
  }
  for (auto& letter : words)
    if (letter == '\0' || letter == '\n' || letter == '\t') letter = ' ';
  return words;
}

}  // namespace killpoint
