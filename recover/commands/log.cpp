// recover log: the journal, readable.
#include "recover/commands/commands.hpp"
#include "recover/journal.hpp"
#include "recover/places.hpp"

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

}  // namespace

Exit log(const Options& options, Reporter& reporter) {
  const auto directory = find_journal_directory(options.state);
  if (directory.empty()) {
    reporter.say("No recovery is on record here.");
    return Exit::finished;
  }
  const auto contents = read_journal(journal_path(directory));
  for (const auto& event : contents.events) {
    std::string text = event.text("time") + " " + event.name;
    for (const auto& [key, value] : event.fields)
      if (key != "time" && key != "seq")
        if (const auto shown = value_text(value); !shown.empty()) text += "\n    " + key + ": " + shown;
    reporter.observe_silently(event);
    reporter.say(text);
  }
  if (contents.torn) reporter.say("The last line was cut off by a crash; all before it is whole.");
  return Exit::finished;
}

}  // namespace recover::commands
