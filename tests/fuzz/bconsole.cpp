// What bconsole says to a question, and the parsers of it that take a text.
#include "recover/bacula/console.hpp"

#include "recover/bacula/answer.hpp"
#include "recover/bacula/director.hpp"
#include "recover/bacula/job_watch.hpp"
#include "recover/system/text.hpp"
#include "tests/fuzz/target.hpp"

namespace recover::fuzz {
namespace {

using Pieces = std::vector<std::string>;

// The answers to `lines`, of an output that comes in pieces of that size.
Pieces filtered(std::string_view output, const std::vector<std::string>& lines, std::size_t piece) {
  Pieces answers(lines.size());
  bacula::AnswerFilter filter(lines,
                              [&](std::size_t line, std::string_view text) { answers.at(line) += text; });
  for (std::size_t at = 0; at < output.size(); at += piece) filter.feed(output.substr(at, piece));
  filter.finish();
  require(filter.preamble().size() <= 4096 + 1, "what stands before the greeting is bounded");
  return answers;
}

}  // namespace

void try_input(std::string_view input) {
  const std::vector<std::string> lines{".jobs", ".clients"};
  require(filtered(input, lines, 1) == filtered(input, lines, input.size() + 1),
          "an answer does not depend on the pieces that it comes in");

  const std::string text(input);
  const bacula::Console console{{"bconsole", "-n"}};
  using namespace std::chrono_literals;
  for (const auto prefix : {"", "!"}) {
    const auto said = prefix + text;
    answered([&] {
      Answers processes({said}, 13);
      bacula::Greeting greeting;
      bacula::converse_each(processes, console, lines, 1s, &greeting);
    });
  }
  answered([&] {
    Answers processes({text});
    for (const auto& row : bacula::query(processes, console, "SELECT JobId,Name FROM Job", 2, 1s))
      require(row.size() == 2, "a row has its columns");
  });
  for (const auto& name : bacula::names_in(text))
    require(!name.empty() && name.find('\n') == std::string::npos, "a name is a line");
  answered([&] { bacula::name_argument(text); });
  answered([&] { bacula::parse_running_jobs(text); });
  answered([&] { bacula::parse_job_progress(text, 12); });
  bacula::may_stand_still(bacula::parse_job_doing(text, 12));
  bacula::status_words(text);
  answered([&] {
    Answers processes({text});
    bacula::wanted_volume(processes, console, "File1");
  });
}

}  // namespace recover::fuzz
