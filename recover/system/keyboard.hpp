// Who can be asked: somebody at a terminal, or nobody. A question is an effect like any other: a test answers
// it by a script.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace recover::system {

class Keyboard {
 public:
  virtual ~Keyboard() = default;
  virtual bool is_there() const = 0;  // a question would be seen, and could be answered
  // As system::ask() (terminal.hpp): as long as it takes; nothing at the end of the input. Throws
  // Interrupted.
  virtual std::optional<std::string> ask(const std::string& prompt) = 0;
  // These words were given with the command (--confirm), so nobody needs to type them.
  virtual bool has_said(const std::string& /*words*/) const { return false; }
};

// Of this process: there when both input and output are a terminal. `wanted`: false when the output is for a
// program, which would not see the question. `said`: words that were given with the command.
std::unique_ptr<Keyboard> terminal_keyboard(bool wanted = true, std::vector<std::string> said = {});

}  // namespace recover::system
