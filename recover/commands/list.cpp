// recover list: what there is to use.
#include <filesystem>

#include "recover/check.hpp"
#include "recover/commands/commands.hpp"
#include "recover/places.hpp"
#include "recover/playbook.hpp"
#include "recover/step.hpp"
#include "recover/system/text.hpp"

namespace recover::commands {
namespace {

// "name" padded, then what it is.
std::string row(std::string_view name, std::string_view what) {
  std::string text = "  " + std::string(name);
  text.resize(std::max<std::size_t>(text.size() + 1, 25), ' ');
  return text + std::string(what);
}

std::string title_of(const std::string& file) {
  try {
    return load_playbook(file).title;
  } catch (const UsageError& error) {
    return "UNUSABLE: " + error.problem();
  }
}

}  // namespace

Exit list(const Options&, Reporter& reporter) {
  reporter.say("Playbooks");
  for (const auto& file : list_playbooks()) {
    const auto name = std::filesystem::path(file).stem().string();
    const auto title = title_of(file);
    reporter.observe(Event("playbook").with("name", name).with("file", file).with("title", title));
    reporter.say(row(name, title));
  }
  reporter.say("\nKinds of steps");
  for (const auto& kind : all_kinds()) {
    reporter.observe(
        Event("kind").with("name", std::string(kind.name)).with("summary", std::string(kind.summary)));
    reporter.say(row(kind.name, kind.summary));
  }
  reporter.say("\nChecks");
  for (const auto& check : all_checks()) {
    reporter.observe(Event("question")
                         .with("name", std::string(check.name))
                         .with("question", std::string(check.question)));
    reporter.say(row(check.name, check.question));
  }
  return Exit::finished;
}

}  // namespace recover::commands
