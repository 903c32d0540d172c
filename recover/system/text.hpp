// Text that came from outside: made harmless before it reaches a terminal, a log or a journal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace recover::system {

// Any bytes as printable ASCII or valid UTF-8: control characters, backslashes and bytes that are no UTF-8 as
// \ooo (as `ls --quoting-style=escape` does), so that a file name cannot move the cursor or forge a line.
std::string printable(std::string_view bytes);

// What printable() was made from. A backslash without three octal digits behind it stands for itself.
std::string from_printable(std::string_view text);

// The last guard before a terminal: control characters but newlines as '?'. What should be readable went
// through printable() before.
std::string harmless(std::string_view text);

// Takes passwords out of text that Bacula printed: the value after any `Password =`, in quotes or not, and
// after dbpassword; and out of what programs that fetch printed: http://***@host. Law 6.
std::string redact(std::string_view text);

// A word as a shell would need it typed: plain when harmless, else in single quotes.
std::string shell_quoted(std::string_view word);

// ASCII letters in lower case, all else as it is.
std::string lower(std::string text);

// "a, b, c".
std::string joined(const std::vector<std::string>& words, std::string_view separator = ", ");

// 1536 -> "1.5 KiB". 0 -> "0 B".
std::string human_bytes(std::int64_t bytes);
// "465.8 GiB (500107862016 bytes)", where each byte counts.
std::string exact_bytes(std::int64_t bytes);
// 3725 s -> "1 h 2 min"; 59 -> "59 s".
std::string human_seconds(std::int64_t seconds);

// UUIDs and GUIDs, of which every tool has its own opinion about upper and lower case.
bool same_uuid(std::string_view a, std::string_view b);

// The word of `known` nearest to `word` by edit distance, or empty when none is near.
template <typename Words>
std::string nearest(std::string_view word, const Words& known);
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace recover::system

template <typename Words>
std::string recover::system::nearest(std::string_view word, const Words& known) {
  std::string best;
  std::size_t distance = word.size() / 2 + 1;
  for (const auto& candidate : known) {
    if (auto d = edit_distance(word, candidate); d < distance) {
      distance = d;
      best = candidate;
    }
  }
  return best;
}
