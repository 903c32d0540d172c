#include "recover/system/keyboard.hpp"

#include <algorithm>
#include <utility>

#include "recover/system/terminal.hpp"

namespace recover::system {
namespace {

class TerminalKeyboard : public Keyboard {
 public:
  TerminalKeyboard(bool wanted, std::vector<std::string> said) : wanted_(wanted), said_(std::move(said)) {}
  bool is_there() const override { return wanted_ && input_is_terminal() && output_is_terminal(); }
  std::optional<std::string> ask(const std::string& prompt) override { return system::ask(prompt); }
  bool has_said(const std::string& words) const override {
    return std::find(said_.begin(), said_.end(), words) != said_.end();
  }

 private:
  bool wanted_;
  std::vector<std::string> said_;
};

}  // namespace

std::unique_ptr<Keyboard> terminal_keyboard(bool wanted, std::vector<std::string> said) {
  return std::make_unique<TerminalKeyboard>(wanted, std::move(said));
}

}  // namespace recover::system
