// SIGINT, SIGTERM, SIGHUP and SIGPIPE: noted, not obeyed on the spot, so that everything that is held can be
// released in order.
//
//     install_signal_handlers();
//     for (...) { throw_if_interrupted(); work(); }
#pragma once

#include <string>

namespace recover::system {

// SIGPIPE is ignored: a closed output is an error of the writer. A signal that was ignored when recover was
// started stays ignored: that is how nohup(1) asks for it.
void install_signal_handlers();
int pending_signal() noexcept;  // the first signal that arrived, or 0
bool interrupted() noexcept;    // throw_if_interrupted() would throw
void throw_if_interrupted();    // throws Interrupted, naming the signal
// For poll(): readable from the first signal on, for ever; -1 (which poll passes over) before
// install_signal_handlers() and while an Uninterrupted lives.
int wakeup_descriptor() noexcept;
// While one lives, throw_if_interrupted() and the processes' runs do not throw: for releasing. They nest.
class Uninterrupted {
 public:
  Uninterrupted();
  ~Uninterrupted();
  Uninterrupted(const Uninterrupted&) = delete;
  Uninterrupted& operator=(const Uninterrupted&) = delete;
};

// What is being given back while one lives: "unmounting /mnt/x". A second SIGINT is answered with it, at
// once, on standard error: who presses ^C again wants to know what is still waited for. They do not nest.
class Releasing {
 public:
  explicit Releasing(const std::string& what) noexcept;  // the first 200 bytes count
  ~Releasing();
  Releasing(const Releasing&) = delete;
  Releasing& operator=(const Releasing&) = delete;
};

}  // namespace recover::system
