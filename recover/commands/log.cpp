// recover log: the journal, readable; or its report.
#include "recover/commands/commands.hpp"
#include "recover/journal.hpp"
#include "recover/places.hpp"
#include "recover/report/write.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"

namespace recover::commands {
namespace {

std::string value_text(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "yes" : "no";
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  std::string joined;
  for (const auto& item : std::get<std::vector<std::string>>(value)) joined += "\n       " + item;
  return joined;
}

void show(const Event& event, Reporter& reporter) {
  std::string text = event.text("time") + " " + event.name;
  for (const auto& [key, value] : event.fields)
    if (key != "time" && key != "seq" && key != "typed")
      if (const auto shown = value_text(value); !shown.empty()) text += "\n    " + key + ": " + shown;
  reporter.observe_silently(event);
  reporter.say(text);
  // Commands as they are typed: a line that was broken would be two.
  std::string typed;
  for (const auto& line : event.list("typed")) typed += "       " + system::printable(line) + "\n";
  if (!typed.empty()) reporter.say_unwrapped("    typed:\n" + typed);
}

Exit make_report(const Options& options, const std::string& directory, Reporter& reporter) {
  if (directory.empty())
    throw UsageError("No journal is here that a report could be made from",
                     "Say where it is: recover log --report --state DIR");
  const auto journal = journal_path(directory);
  const auto to = options.output.empty() ? directory : options.output;
  system::make_directories(to, 0700);
  const auto files = report::write(read_journal(journal).events, journal, to);
  reporter.observe_silently(Event("report").with("files", files));
  reporter.say("Report: " + system::joined(files));
  return Exit::finished;
}

}  // namespace

Exit log(const Options& options, Reporter& reporter) {
  const auto directory = find_journal_directory(options.state);
  if (options.report) return make_report(options, directory, reporter);
  if (directory.empty()) {
    reporter.say("No recovery is on record here.");
    return Exit::finished;
  }
  const auto contents = read_journal(journal_path(directory));
  for (const auto& event : contents.events) show(event, reporter);
  if (contents.torn) reporter.say("The last line was cut off by a crash; all before it is whole.");
  return Exit::finished;
}

}  // namespace recover::commands
