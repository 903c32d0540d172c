#include "recover/system/keyboard.hpp"

#include "recover/system/terminal.hpp"

namespace recover::system {
namespace {

class TerminalKeyboard : public Keyboard {
 public:
  explicit TerminalKeyboard(bool wanted) : wanted_(wanted) {}
  bool is_there() const override { return wanted_ && input_is_terminal() && output_is_terminal(); }
  std::optional<std::string> ask(const std::string& prompt) override { return system::ask(prompt); }

 private:
  bool wanted_;
};

}  // namespace

std::unique_ptr<Keyboard> terminal_keyboard(bool wanted) {
  return std::make_unique<TerminalKeyboard>(wanted);
}

}  // namespace recover::system
