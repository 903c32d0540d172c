#include "recover/system/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "recover/system/files.hpp"
#include "recover/system/signals.hpp"

namespace recover::system {
namespace {

constexpr std::size_t longest_answer = 4096;  // what a terminal gives in one line, termios(3)

void print(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // the terminal is gone: reading from it will say so
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

// Where a prompt is seen: `recover ... | tee log` must not wait in silence.
class PromptOutput {
 public:
  PromptOutput() {
    if (::isatty(STDOUT_FILENO) != 0) return;
    if (::isatty(STDERR_FILENO) != 0) {
      fd_ = STDERR_FILENO;
    } else if (input_is_terminal()) {
      opened_ = Descriptor(::open("/dev/tty", O_WRONLY | O_NOCTTY | O_CLOEXEC));
      if (opened_) fd_ = opened_.get();
    }
  }
  int get() const { return fd_; }

 private:
  Descriptor opened_;
  int fd_ = STDOUT_FILENO;
};

// Byte by byte: what follows the line is not ours to take.
std::optional<std::string> read_line() {
  std::string line;
  for (;;) {
    throw_if_interrupted();
    pollfd wanted[] = {{STDIN_FILENO, POLLIN, 0}, {wakeup_descriptor(), POLLIN, 0}};
    if (::poll(wanted, 2, -1) < 0 && errno != EINTR) return {};
    if (wanted[0].revents == 0) continue;
    char c = 0;
    const auto got = ::read(STDIN_FILENO, &c, 1);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got <= 0) return {};  // its end; EIO: the terminal was hung up
    if (c == '\n') break;
    if (line.size() < longest_answer) line += c;
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

}  // namespace

bool output_is_terminal() noexcept {
  return ::isatty(STDOUT_FILENO) != 0;
}
bool line_can_be_rewritten() noexcept {
  const char* kind = std::getenv("TERM");
  return output_is_terminal() && kind != nullptr && *kind != '\0' && std::string_view(kind) != "dumb";
}
bool input_is_terminal() noexcept {
  return ::isatty(STDIN_FILENO) != 0;
}

int terminal_width() noexcept {
  winsize size = {};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20) return 80;
  return std::min<int>(size.ws_col, 200);
}

std::optional<std::string> ask(const std::string& prompt) {
  std::cout.flush();
  std::fflush(stdout);
  const PromptOutput output;
  print(output.get(), prompt);
  try {
    auto line = read_line();
    if (!line) print(output.get(), "\n");
    return line;
  } catch (...) {
    print(output.get(), "\n");  // what is said next begins on a line of its own
    throw;
  }
}

}  // namespace recover::system
