#include "recover/system/lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/machine.hpp"

namespace recover::system {
namespace {

// When a process began, in clock ticks since boot: field 22 of proc_pid_stat(5). With it a pid of another pid
// namespace, or one that was given again, is not taken for the holder. The name before it may hold spaces and
// parentheses, so counting starts at the last ')'.
std::string start_of(const std::string& pid) {
  const auto stat = read_file_or("/proc/" + pid + "/stat", "");
  auto at = stat.rfind(')');
  for (int field = 2; field < 22 && at != std::string::npos; ++field) at = stat.find(' ', at + 1);
  return at == std::string::npos ? "" : stat.substr(at + 1, stat.find(' ', at + 1) - at - 1);
}

std::string own_terminal() {
  char name[256];
  for (const int fd : {0, 2, 1}) {
    if (::ttyname_r(fd, name, sizeof name) == 0) return name;
  }
  return "no terminal";
}

std::string host_name() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

std::string description() {
  const auto pid = std::to_string(::getpid());
  return "pid " + pid + "\nterminal " + own_terminal() + "\nsince " + local_time(now()) + "\nhost " +
         host_name() + "\nstart " + start_of(pid) + "\n";
}

std::string value_of(std::string_view content, std::string_view key) {
  while (!content.empty()) {
    const auto line = content.substr(0, content.find('\n'));
    if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == ' ') {
      return std::string(line.substr(key.size() + 1));
    }
    content.remove_prefix(std::min(content.size(), line.size() + 1));
  }
  return "";
}

[[noreturn]] void throw_locked(const std::string& path) {
  const auto content = read_file_or(path, "");
  const auto pid = value_of(content, "pid");
  const auto terminal = value_of(content, "terminal");
  auto problem = "Another run of recover holds " + path;
  if (pid.empty()) {
    throw Locked(problem, "Wait for it to end; lslocks and fuser -v " + path + " show which process it is");
  }
  problem += ": pid " + pid + (terminal.starts_with('/') ? " on " + terminal : ", without a terminal,");
  problem += " since " + value_of(content, "since");
  const auto start = value_of(content, "start");
  if (!start.empty() && start_of(pid) == start) {
    throw Locked(problem, "Wait for it to end, or go to its terminal; kill " + pid + " ends it in order");
  }
  problem += " on " + value_of(content, "host") + ", as the file says; from here that process cannot be seen";
  throw Locked(problem,
               "Wait for it to end, or end it where it runs: another container or chroot, perhaps "
               "(outside of them, fuser -v " +
                   path + " shows it)");
}

}  // namespace

Lock::Lock(const std::string& path)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0644)) {
  const auto fail = [&path](int error) {
    throw Failed("Could not lock " + path + ": " + answer(error), remedy_for(error, path));
  };
  if (!file_) fail(errno);
  int locked;
  do locked = ::flock(file_.get(), LOCK_EX | LOCK_NB);
  while (locked != 0 && errno == EINTR);
  if (locked != 0 && errno == EWOULDBLOCK) throw_locked(path);
  if (locked != 0) fail(errno);
  // The words are for the next one to read; a full disk must not stop the run that may be there to cure it.
  const auto text = description();
  if (::ftruncate(file_.get(), 0) == 0) {
    [[maybe_unused]] auto written = ::pwrite(file_.get(), text.data(), text.size(), 0);
  }
}

}  // namespace recover::system
