// Errors are sentences with a remedy: what was tried, on what, what the system answered, what to do now.
// Code below main throws one of these and does not log; each level may add context; main is the only catch.
//
//     throw Refused("The device /dev/sdb1 is mounted on /mnt", "Unmount it: umount /mnt");
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <vector>

namespace recover {

// What a user can rely on: the manual page and README list those that a command returns today.
enum class Exit {
  finished = 0,      // a run or verify-backup: the gate has passed; other commands: done
  failed = 1,        // a step failed; what is left to do is on the screen
  usage = 2,         // bad usage, or a playbook, profile or journal that cannot be read
  refused = 3,       // refused by a check before anything was written
  not_finished = 4,  // the work is done, but no backup has verified yet
  interrupted = 5,   // --resume continues
  locked = 6,        // another run holds the lock
  degraded = 7,      // done, but something is damaged or degraded, and each is named
};

class Error : public std::exception {
 public:
  // `problem` says what was tried, on what, and what the system answered; `remedy` what to do now.
  // Both are plain sentences without a trailing full stop and must hold no secret.
  Error(Exit exit, std::string problem, std::string remedy);

  Exit exit() const noexcept { return exit_; }
  const std::string& problem() const noexcept { return problem_; }
  const std::string& remedy() const noexcept { return remedy_; }

  // "while CONTEXT: problem". The outermost context comes first.
  void add_context(std::string_view context);
  // What others said of the same: a sentence behind the problem.
  void add_evidence(std::string_view evidence);
  // A failure while cleaning up is added to the first error; it never replaces it.
  void add_aftermath(std::string aftermath);
  const std::vector<std::string>& aftermath() const noexcept { return aftermath_; }

  // The whole as text: problem, remedy, aftermath, one sentence a line.
  const char* what() const noexcept override { return text_.c_str(); }

 private:
  void rebuild();

  Exit exit_;
  std::string problem_;
  std::string remedy_;
  std::vector<std::string> aftermath_;
  std::string text_;
};

// A step or an action could not be done, or was done and the world does not show it.
struct Failed : Error {
  Failed(std::string problem, std::string remedy)
      : Error(Exit::failed, std::move(problem), std::move(remedy)) {}
};
// Bad usage, or an input file that cannot be read.
struct UsageError : Error {
  UsageError(std::string problem, std::string remedy)
      : Error(Exit::usage, std::move(problem), std::move(remedy)) {}
};
// A check says no. Never answered by a fallback.
struct Refused : Error {
  Refused(std::string problem, std::string remedy)
      : Error(Exit::refused, std::move(problem), std::move(remedy)) {}
};
// A signal arrived, or the terminal is gone.
struct Interrupted : Error {
  explicit Interrupted(std::string problem);
};
struct Locked : Error {
  Locked(std::string problem, std::string remedy)
      : Error(Exit::locked, std::move(problem), std::move(remedy)) {}
};

}  // namespace recover
