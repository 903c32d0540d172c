#include "recover/bacula/answer.hpp"

#include <algorithm>
#include <utility>

namespace recover::bacula {
namespace {

constexpr std::size_t longest_preamble = 4096;
constexpr std::size_t longest_line = 64 * 1024;
// Said between the answers, and no part of any: which catalog is used, and that the console's messages wait.
constexpr std::string_view notes[] = {"Using Catalog \"", "You have messages."};

bool begins(std::string_view text, std::string_view with) {
  return text.substr(0, with.size()) == with;
}

// `text` may still become something that begins with `wanted`.
bool may_become(std::string_view text, std::string_view wanted) {
  return text.size() < wanted.size() && begins(wanted, text);
}

}  // namespace

AnswerFilter::AnswerFilter(std::vector<std::string> lines, Piece piece)
    : lines_(std::move(lines)), piece_(std::move(piece)) {}

void AnswerFilter::feed(std::string_view text) {
  // The long middle of a long line goes through without a copy.
  if (held_.empty() && state_ == State::within_line && text.find('\n') == std::string_view::npos) {
    piece_(echoed_ == 0 ? 0 : echoed_ - 1, text);
    return;
  }
  held_ += text;
  while (step(false)) {
  }
  held_.erase(0, std::exchange(taken_, 0));
  // Of a line without end that is no answer, the beginning is enough.
  const std::size_t echo = echoed_ < lines_.size() ? lines_[echoed_].size() + 1 : 0;
  held_.resize(std::min(held_.size(), longest_line + echo));
}

void AnswerFilter::finish() {
  while (step(true)) {
  }
}

// Takes something off what is held; false when more must come first.
bool AnswerFilter::step(bool last) {
  if (held().empty()) return false;
  switch (state_) {
    case State::before:
    case State::greeted:
      return greeting_line(last);
    case State::line_begin:
      return line_begin(last);
    case State::within_line:
      return within_line();
  }
  return false;
}

bool AnswerFilter::greeting_line(bool last) {
  const std::size_t end = held().find('\n');
  if (end == std::string::npos && !last) return false;
  const std::string line(held().substr(0, end));
  // After "1000 OK" comes "Enter a period to cancel a command."; anything else there is an answer already.
  if (state_ == State::greeted) {
    state_ = State::line_begin;
    if (!begins(line, "Enter a period")) return true;
  } else if (begins(line, "1000 OK: ")) {
    state_ = State::greeted;
    greeting_ = line;
  } else if (preamble_.size() + line.size() < longest_preamble) {
    preamble_ += line + '\n';
  }
  take_line(end);
  return true;
}

bool AnswerFilter::line_begin(bool last) {
  if (echoed_ < lines_.size()) {
    const std::string echo = lines_[echoed_] + '\n';
    if (begins(held(), echo)) {
      taken_ += echo.size();
      ++echoed_;
      return true;
    }
    if (may_become(held(), echo) && !last) return false;
  }
  for (const auto note : notes) {
    if (may_become(held(), note) && !last) return false;
    if (!begins(held(), note)) continue;
    const std::size_t end = held().find('\n');
    if (end == std::string::npos && !last) return false;
    take_line(end);
    return true;
  }
  state_ = State::within_line;
  return true;
}

bool AnswerFilter::within_line() {
  const std::size_t end = held().find('\n');
  const auto text = held().substr(0, end == std::string::npos ? end : end + 1);
  piece_(echoed_ == 0 ? 0 : echoed_ - 1, text);
  taken_ += text.size();
  if (end != std::string::npos) state_ = State::line_begin;
  return true;
}

void AnswerFilter::take_line(std::size_t end) {
  taken_ = end == std::string::npos ? held_.size() : taken_ + end + 1;
}

}  // namespace recover::bacula
