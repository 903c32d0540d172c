#include <algorithm>
#include <cctype>

#include "recover/bacula/catalog.hpp"
#include "recover/bacula/restore.hpp"
#include "recover/error.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

constexpr std::size_t most_errors = 100;
constexpr std::size_t longest_line =
    64 * 1024;  // longer than any path; a line without end must not fill the memory
constexpr std::string_view speaker = "bextract JobId 0: ";
constexpr std::string_view count_words = " files restored.";

bool is_mode(std::string_view text) {
  // As bextract writes it: like ls, but a fifo is an f.
  return text.size() > 10 && std::string_view("-dlbcpsf").find(text[0]) != std::string_view::npos &&
         text[10] == ' ' && text.substr(1, 9).find_first_not_of("rwxsStT-") == std::string_view::npos;
}

// bextract's output, line by line. A name may hold newlines, so a line may be the rest of a name and say
// anything; bextract's own last line comes after them all.
class Reader {
 public:
  explicit Reader(const OnProgress& on_progress) : on_progress_(on_progress) {}

  void feed(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      held_ += text.substr(0, std::min(end, longest_line - std::min(held_.size(), longest_line)));
      if (end == std::string_view::npos) return;
      line(held_);
      held_.clear();
      text.remove_prefix(end + 1);
    }
  }

  void finish() {
    line(held_);
    held_.clear();
    if (on_progress_) on_progress_(progress_);
  }

  ExtractOutcome outcome;
  bool counted = false;
  std::string last_words;  // of its own, for when it could not begin

 private:
  void line(std::string_view text) {
    if (text.empty()) return;
    if (text.substr(0, speaker.size()) == speaker && is_mode(text.substr(speaker.size()))) {
      file(text.substr(speaker.size()));
    } else if (text.size() > count_words.size() &&
               text.substr(text.size() - count_words.size()) == count_words) {
      count(text.substr(0, text.size() - count_words.size()));
    } else {
      remark(text);
    }
  }

  // "-rw-r--r--   1 root     root   20000 2026-11-21 21:58:29  TARGET/name"
  void file(std::string_view text) {
    std::string_view rest = text;
    std::string_view word;
    auto next = [&] {
      rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
      const std::size_t end = std::min(rest.find(' '), rest.size());
      word = rest.substr(0, end);
      rest.remove_prefix(end);
    };
    for (int field = 0; field < 5; ++field) next();  // mode, links, owner, group, size
    const bool regular = text.front() == '-';
    if (regular && !word.empty() && word.size() < 18 &&
        std::all_of(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; })) {
      progress_.bytes += whole_number(word);
    }
    next();  // date
    next();  // time
    rest.remove_prefix(std::min<std::size_t>(2, rest.size()));
    // Said instead of a directory's and a hard link's name.
    if (rest != "*none*") progress_.current = rest;
    ++progress_.files;
    if (progress_.files % 64 == 0 && on_progress_) on_progress_(progress_);
  }

  void count(std::string_view number) {
    const bool digits = !number.empty() && number.size() < 18 &&
                        number.find_first_not_of("0123456789,") == std::string_view::npos;
    if (!digits) return;
    outcome.files = whole_number(number);
    counted = true;
  }

  void remark(std::string_view text) {
    auto has = [&](std::string_view words) {
      return text.find(words) != std::string_view::npos;
    };
    // ACLs and extended attributes, which bextract cannot restore; the caller knows.
    if (has("Unknown stream=")) return;
    const bool telling = has("rror") || has("ERR=") || has("Warning") || has("mismatch") ||
                         has("not correct") || has("Cannot") || has("Could not");
    std::string line = system::printable(system::redact(text.substr(0, 1000)));
    // Most are said twice, once with "bextract: FILE.c:NN-0 " before them and once with the date.
    const bool log = line.find("JobId 0: ") != std::string::npos || line.rfind("bextract: ", 0) != 0;
    if (telling && log && outcome.errors.size() < most_errors &&
        std::find(outcome.errors.begin(), outcome.errors.end(), line) == outcome.errors.end()) {
      outcome.errors.push_back(line);
    }
    if (telling || last_words.empty()) last_words = std::move(line);
  }

  const OnProgress& on_progress_;
  RestoreProgress progress_;
  std::string held_;
};

}  // namespace

ExtractOutcome extract(system::Processes& processes, const ExtractRequest& request,
                       const OnProgress& on_progress) {
  Reader reader(on_progress);
  const auto result = processes.run({.argv = request.argv, .merge_errors = true, .stall = request.stall},
                                    [&](std::string_view text) { reader.feed(text); });
  reader.feed(result.out);
  reader.finish();
  std::string command;
  for (const auto& word : request.argv) command += (command.empty() ? "" : " ") + system::shell_quoted(word);
  std::string words = reader.last_words;
  if (words.empty()) words = system::printable(system::redact(result.err.substr(0, 1000)));
  words = words.empty() ? "nothing" : "\"" + words + "\"";
  if (result.status == 126 || result.status == 127 || result.status == 125) {
    throw Failed("bextract could not be run (status " + std::to_string(result.status) + "): it said " + words,
                 "See that the recovery environment is mounted and has bextract in it, then try " + command);
  }
  if (result.stalled) {
    throw Failed(
        "bextract has neither said nor read anything for " +
            system::human_seconds(request.stall.count() / 1000) + ", and was ended; it said " + words,
        "See whether the disks with the volumes and the target answer (dmesg), then go on with --resume");
  }
  if (result.status > 128) {
    throw Failed("bextract was ended by signal " + std::to_string(result.status - 128) + "; it said " + words,
                 "Look in the kernel's log (dmesg) whether memory ran out, then go on with --resume");
  }
  if (!reader.counted || result.status != 0) {
    throw Failed(
        "bextract did not reach its end (status " + std::to_string(result.status) + "): it said " + words,
        "See that all volumes are present, then try " + command);
  }
  return reader.outcome;
}

}  // namespace recover::bacula
