// SIGINT, SIGTERM, SIGHUP and SIGPIPE: noted, not obeyed on the spot, so that everything that is held can be
// released in order.
//
//     install_signal_handlers();
//     for (...) { throw_if_interrupted(); work(); }
#pragma once

namespace recover::system {

// SIGPIPE is ignored: a closed output is an error of the writer. A signal that was ignored when recover was
// started stays ignored: that is how nohup(1) asks for it.
void install_signal_handlers();
int pending_signal() noexcept;  // the first signal that arrived, or 0
int signals_seen() noexcept;    // how many arrived: a second SIGINT is answered by saying what is being
                                // released
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

}  // namespace recover::system
