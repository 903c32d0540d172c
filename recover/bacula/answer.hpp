// Takes out of bconsole's output what is no answer: the greeting, the echo of each line said, and the notes
// which catalog is used and that messages wait. Works on pieces of any size and holds back no more than a
// line's beginning, so that an answer of any length streams through it.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace recover::bacula {

class AnswerFilter {
 public:
  using Piece = std::function<void(std::size_t line, std::string_view text)>;

  // `piece` gets the answers, with the number of the line (from 0) that was said last; what comes before the
  // first echo counts as the first's.
  AnswerFilter(std::vector<std::string> lines, Piece piece);
  void feed(std::string_view text);
  void finish();  // no more will come

  bool greeted() const noexcept { return state_ != State::before; }
  const std::string& greeting() const noexcept { return greeting_; }  // the line "1000 OK: …"
  // What came before the greeting, at most 4 KiB: bconsole's own complaints when there was none.
  const std::string& preamble() const noexcept { return preamble_; }

 private:
  enum class State { before, greeted, line_begin, within_line };
  bool step(bool last);
  bool greeting_line(bool last);
  bool line_begin(bool last);
  bool within_line();
  void take_line(std::size_t end);
  std::string_view held() const { return std::string_view(held_).substr(taken_); }

  std::vector<std::string> lines_;
  Piece piece_;
  State state_ = State::before;
  std::size_t echoed_ = 0;  // lines whose echo has come
  std::string held_;
  std::size_t taken_ = 0;  // of held_: cut off once for each piece, and not for each line of it
  std::string greeting_, preamble_;
};

}  // namespace recover::bacula
