#include "recover/system/signals.hpp"

#include <sys/eventfd.h>
#include <unistd.h>
#include <csignal>

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"

namespace recover::system {
namespace {

// All that the handler touches. Lock-free atomics are the ones that a handler may use (signal-safety(7)).
std::atomic<int> first{0};
std::atomic<int> seen{0};
std::atomic<int> wakeup{-1};
std::atomic<const char*> releasing{nullptr};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<const char*>::is_always_lock_free);

int uninterrupted = 0;  // how many Uninterrupted live; the handler does not look at it

void print(const char* text) {
  [[maybe_unused]] auto written = ::write(STDERR_FILENO, text, std::strlen(text));
}

// The words in words[next] may still be printed by a handler while those in the other are made.
char words[2][201];
int next = 0;

void note(int signal) {
  const int saved = errno;
  int none = 0;
  first.compare_exchange_strong(none, signal);
  if (++seen > 1 && signal == SIGINT) {
    const char* what = releasing;
    print("\nStopping already, in order, so that nothing stays behind; now: ");
    print(what == nullptr ? "ending what was begun" : what);
    print("\n");
  }
  const std::uint64_t one = 1;
  // Cannot block or fail in a way that matters: the counter only has to be other than 0.
  [[maybe_unused]] auto written = ::write(wakeup, &one, sizeof one);
  errno = saved;
}

std::string name_of(int signal) {
  switch (signal) {
    case SIGINT:
      return "SIGINT (Ctrl-C)";
    case SIGHUP:
      return "SIGHUP (the terminal or the connection is gone)";
    case SIGTERM:
      return "SIGTERM (kill, or the system is shutting down)";
    default:
      return "signal " + std::to_string(signal);
  }
}

}  // namespace

void install_signal_handlers() {
  if (wakeup < 0) {
    wakeup = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wakeup < 0) {
      const int error = errno;
      throw Failed("Could not prepare for signals: " + answer(error), remedy_for(error, "/proc/self/fd"));
    }
  }
  struct sigaction action = {};
  sigemptyset(&action.sa_mask);
  action.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &action, nullptr);
  ::sigaction(SIGXFSZ, &action, nullptr);  // a file size limit is an error of the writer too
  // No SA_RESTART: a read that waits comes back with EINTR and its caller looks at what arrived.
  action.sa_handler = note;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before = {};
    if (::sigaction(signal, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) continue;
    ::sigaction(signal, &action, nullptr);
  }
}

int pending_signal() noexcept {
  return first;
}
bool interrupted() noexcept {
  return uninterrupted == 0 && first != 0;
}
int wakeup_descriptor() noexcept {
  return uninterrupted == 0 ? wakeup.load() : -1;
}

void throw_if_interrupted() {
  if (interrupted()) throw Interrupted("Interrupted by " + name_of(first));
}

Releasing::Releasing(const std::string& what) noexcept {
  next = 1 - next;
  words[next][what.copy(words[next], sizeof words[next] - 1)] = '\0';
  releasing = words[next];
}
Releasing::~Releasing() {
  releasing = nullptr;
}

Uninterrupted::Uninterrupted() {
  ++uninterrupted;
}
Uninterrupted::~Uninterrupted() {
  --uninterrupted;
}

}  // namespace recover::system
