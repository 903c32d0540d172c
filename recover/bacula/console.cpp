#include "recover/bacula/console.hpp"

#include <algorithm>
#include <sstream>

#include "recover/bacula/answer.hpp"
#include "recover/error.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

std::string command_text(const Console& console) {
  std::string text;
  for (const auto& word : console.argv) text += (text.empty() ? "" : " ") + system::shell_quoted(word);
  return text;
}

// bconsole's own words on one line, each said once (it prints a configuration error twice).
std::string told(const std::string& preamble, const std::string& errors) {
  std::vector<std::string> said;
  const std::string all = system::redact(preamble + '\n' + errors);
  for (std::size_t begin = 0; begin < all.size();) {
    const std::size_t end = std::min(all.find('\n', begin), all.size());
    std::string line = system::printable(std::string_view(all).substr(begin, end - begin));
    begin = end + 1;
    line.erase(0, line.find_first_not_of(' '));
    if (!line.empty() && std::find(said.begin(), said.end(), line) == said.end() && said.size() < 8) {
      said.push_back(line);
    }
  }
  std::string text;
  for (const auto& line : said) text += (text.empty() ? "" : " / ") + line;
  return text;
}

// To a Director that says nothing bconsole says, in the end, what it says when the password is wrong.
// Measured with 9.6.7: a refusal is said 5 s after it came, silence after 20 s.
constexpr std::chrono::seconds longer_than_a_refusal{15};

// There was no greeting: why, and what to do about it.
[[noreturn]] void no_greeting(const Console& console, const std::string& words,
                              const system::ProcessResult& result, std::chrono::milliseconds deadline) {
  auto has = [&](std::string_view needle) {
    return words.find(needle) != std::string::npos;
  };
  const std::string command = command_text(console);
  const std::string answered = words.empty() ? "nothing" : "\"" + words + "\"";
  const bool refused = has("authorization problem") || has("authentication");
  if (result.timed_out || (refused && result.took >= longer_than_a_refusal)) {
    const auto waited = result.timed_out ? deadline : result.took;
    throw Failed(
        "The Bacula Director did not answer within " + system::human_seconds(waited.count() / 1000) +
            "; bconsole said " + answered,
        "The Director hangs, or something else listens on its port: look at its log, restart it, then try " +
            command);
  }
  if (refused) {
    throw Failed(
        "The Bacula Director refused the console's password: bconsole said " + answered,
        "Give the Director resource in the console's configuration the Password that the Director's own "
        "configuration has, then try " +
            command);
  }
  if (has("Config error") || has("ERROR TERMINATION")) {
    throw Failed("bconsole cannot read its configuration: it said " + answered,
                 "Correct the configuration, then try " + command);
  }
  if (result.status == 126 || result.status == 127 || !has("Connecting to Director")) {
    throw Failed(
        "bconsole could not be run (status " + std::to_string(result.status) + "): it said " + answered,
        "See that the recovery environment is mounted and has bconsole in it, then try " + command);
  }
  throw Failed(
      "The Bacula Director cannot be reached: bconsole said " + answered,
      "See that bacula-dir runs, and that address and port in the console's configuration are its own, "
      "then try " +
          command);
}

// Returns the greeting.
std::string talk(system::Processes& processes, const Console& console, const std::vector<std::string>& lines,
                 std::chrono::milliseconds deadline, const AnswerFilter::Piece& piece) {
  std::string input;
  for (const auto& line : lines) input += line + '\n';
  AnswerFilter filter(lines, piece);
  const auto result = processes.run({.argv = console.argv, .input = input, .deadline = deadline},
                                    [&](std::string_view text) { filter.feed(text); });
  filter.feed(result.out);
  filter.finish();
  if (result.status > 128 && result.status < 192 && !result.timed_out)
    throw Failed("bconsole was ended by signal " + std::to_string(result.status - 128) +
                     " while the Director was asked \"" + system::redact(lines.empty() ? "" : lines.back()) +
                     "\"",
                 "Look in the kernel's log (dmesg) whether memory ran out, then go on with --resume");
  if (!filter.greeted()) no_greeting(console, told(filter.preamble(), result.err), result, deadline);
  if (result.timed_out) {
    throw Failed(
        "The Bacula Director had not finished answering \"" +
            system::redact(lines.empty() ? "" : lines.back()) + "\" after " +
            system::human_seconds(deadline.count() / 1000),
        "It may be busy, or wait for a daemon that hangs: look at its log, then say the same line with " +
            command_text(console));
  }
  return filter.greeting();
}

// What is not streamed is short; an answer without end must not fill the memory.
void gather(std::string& answer, std::string_view text) {
  constexpr std::size_t longest_answer = 64 * 1024 * 1024;
  if (answer.size() + text.size() > longest_answer)
    throw Failed("The Bacula Director answers without end; it said \"" +
                     system::printable(system::redact(answer.substr(0, 300))) + "\"",
                 "Look at the Director's log, and restart it");
  answer += text;
}

// "1000 OK: " a protocol number, the name, "Version:", the version, its date.
Greeting parse_greeting(const std::string& line) {
  std::istringstream words(line);
  Greeting greeting;
  std::string previous;
  for (std::string word; words >> word; previous = word) {
    if (previous == "Version:") greeting.version = word;
    if (word == "Version:") greeting.name = previous;
  }
  return greeting;
}

}  // namespace

std::string converse(system::Processes& processes, const Console& console,
                     const std::vector<std::string>& lines, std::chrono::milliseconds deadline) {
  std::string answer;
  talk(processes, console, lines, deadline,
       [&](std::size_t, std::string_view text) { gather(answer, text); });
  return system::redact(answer);
}

void converse(system::Processes& processes, const Console& console, const std::vector<std::string>& lines,
              std::chrono::milliseconds deadline, const system::Sink& sink) {
  talk(processes, console, lines, deadline, [&](std::size_t, std::string_view text) { sink(text); });
}

std::vector<std::string> converse_each(system::Processes& processes, const Console& console,
                                       const std::vector<std::string>& lines,
                                       std::chrono::milliseconds deadline, Greeting* greeting) {
  std::vector<std::string> answers(std::max<std::size_t>(lines.size(), 1));
  const std::string line =
      talk(processes, console, lines, deadline,
           [&](std::size_t said, std::string_view text) { gather(answers[said], text); });
  if (greeting != nullptr) *greeting = parse_greeting(line);
  for (auto& answer : answers) answer = system::redact(answer);
  return answers;
}

std::string name_argument(const std::string& name) {
  // What Bacula takes as a resource name: letters, digits, and these (manual, "Names, Directives and Reserved
  // Words"). No quote and no newline is among them, so a quoted name cannot end early.
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:.-_/ ";
  if (name.empty() || name.size() > 127 || name.find_first_not_of(allowed) != std::string::npos) {
    throw Refused(
        "\"" + system::printable(name) + "\" cannot be the name of a Bacula resource",
        "Correct the name in the machine profile: letters, digits, blank and : . - _ / are allowed");
  }
  return name.find(' ') == std::string::npos ? name : "\"" + name + "\"";
}

}  // namespace recover::bacula
