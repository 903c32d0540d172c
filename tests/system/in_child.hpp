// For tests that change what cannot be changed back: signals that arrived, standard streams, mount
// namespaces.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <exception>
#include <fstream>
#include <functional>
#include <string>

namespace recover::tests {

// What `what` returned in a forked child, or how that child ended instead: "status 3", "signal 9".
inline std::string in_child(const std::function<std::string()>& what) {
  int ends[2];
  if (::pipe(ends) != 0) return "no pipe";
  const pid_t pid = ::fork();
  if (pid == 0) {
    ::close(ends[0]);
    std::string text;
    try {
      text = what();
    } catch (const std::exception& error) {
      text = std::string("threw: ") + error.what();
    }
    [[maybe_unused]] auto written = ::write(ends[1], text.data(), text.size());
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string text;
  char piece[4096];
  for (ssize_t got; (got = ::read(ends[0], piece, sizeof piece)) != 0;) {
    if (got > 0) text.append(piece, static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  if (WIFSIGNALED(status)) return "signal " + std::to_string(WTERMSIG(status));
  return WEXITSTATUS(status) == 0 ? text : "status " + std::to_string(WEXITSTATUS(status));
}

// Whether the process is gone within a second: SIGKILL takes effect a moment later. A zombie that its new
// parent has not noticed yet is gone too.
inline bool gone(const std::string& pid) {
  const int number = std::atoi(pid.c_str());
  for (int i = 0; number > 0 && i < 100; ++i) {
    std::ifstream file("/proc/" + std::to_string(number) + "/stat");
    std::string stat;
    if (!std::getline(file, stat) || stat.substr(stat.rfind(')') + 2, 1) == "Z") return true;
    const timespec moment = {0, 10'000'000};
    ::nanosleep(&moment, nullptr);
  }
  return false;
}

}  // namespace recover::tests
