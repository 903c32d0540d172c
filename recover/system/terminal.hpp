// The terminal: its width, and a question that no time-out ever answers.
//
//     if (ask("Type the serial number of the disk: ") != serial) throw Refused(...);
#pragma once

#include <optional>
#include <string>

namespace recover::system {

bool output_is_terminal() noexcept;
// A terminal on which a carriage return goes back to the beginning of the line: none that is called "dumb",
// as an editor's or a logging one is. That a serial console tells no size is no reason.
bool line_can_be_rewritten() noexcept;
bool input_is_terminal() noexcept;
int terminal_width() noexcept;  // 20 to 200; 80 when not known or absurd

// Prints the prompt (where the operator sees it, when standard output goes elsewhere) and reads one line from
// standard input, as long as it takes. Nothing at the end of the input, also in the middle of a line: a
// connection that broke has not answered. Throws Interrupted when a signal arrives meanwhile.
std::optional<std::string> ask(const std::string& prompt);

}  // namespace recover::system
