// Shows events to the person at the keyboard: plain lines that fit 80 columns, and on a terminal one line of
// progress that is rewritten in place. Or, for programs, one JSON object a line. Either way everything but
// progress also goes to a log file.
#pragma once

#include <memory>
#include <string>

#include "recover/event.hpp"

namespace recover {

class Reporter : public Observer {
 public:
  // Plain text to a person. Wrapped at the terminal's width. Nothing in JSON mode.
  virtual void say(const std::string& text) = 0;
  // The same, but lines are left as they are: commands that will be typed.
  virtual void say_unwrapped(const std::string& text) = 0;
  // For programs only: a person gets it by say().
  virtual void observe_silently(const Event& event) = 0;
  // From here on events are kept in FILE as well. Failing to do so is said, and nothing more.
  virtual void log_to(const std::string& file) = 0;
};

// Where text goes to. `live`: a line of progress can be rewritten in place.
struct Screen {
  bool live = false;
  int width = 80;
};

// All throw Interrupted from observe() and say() when the output is closed. Neither knows colours.
std::unique_ptr<Reporter> text_reporter();  // to the terminal that there is, or to a pipe
std::unique_ptr<Reporter> text_reporter(Screen screen);
std::unique_ptr<Reporter> json_reporter();

// Breaks lines at blanks so that none is longer than `width` where a word allows it; a continued line is
// indented as its first one, and `hang` more.
std::string wrap(const std::string& text, int width, int hang = 0);

// Exactly so many columns: cut, or filled with blanks, so that it covers the line that it is written over.
// Characters of East Asian scripts take two.
std::string one_line(const std::string& text, int columns);

}  // namespace recover
