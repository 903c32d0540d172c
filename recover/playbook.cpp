#include "recover/playbook.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

#include "recover/check.hpp"
#include "recover/duration.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"
#include "recover/toml_file.hpp"

namespace recover {
namespace {

std::string did_you_mean(const std::string& word, const std::vector<std::string>& known) {
  const auto near = system::nearest(word, known);
  return near.empty() ? "\"recover list\" shows the known ones" : "Did you mean \"" + near + "\"?";
}

std::vector<std::string> read_checks(TomlTable& table, std::string_view key) {
  auto names = table.texts_or(key, {});
  std::vector<std::string> known;
  for (const auto& check : all_checks()) known.emplace_back(check.name);
  for (const auto& name : names)
    if (!find_check(name)) table.refuse(key, "unknown check \"" + name + "\"", did_you_mean(name, known));
  return names;
}

struct Substitution {
  std::size_t begin, length;
  std::string key;  // "bacula.client"; the whole of it when it has another form
};

// The first ${...} of the text.
std::optional<Substitution> find_substitution(const std::string& text) {
  static constexpr std::string_view opening = "${profile.";
  const auto begin = text.find("${");
  if (begin == std::string::npos) return std::nullopt;
  const auto end = text.find('}', begin);
  const auto length = (end == std::string::npos ? text.size() : end + 1) - begin;
  const auto whole = text.substr(begin, length);
  if (end == std::string::npos || !whole.starts_with(opening)) return Substitution{begin, length, whole};
  return Substitution{begin, length, whole.substr(opening.size(), length - opening.size() - 1)};
}

// Every substitution is checked when the playbook is read, where line and column are known.
void check_substitutions(TomlTable& table, std::string_view key, std::vector<std::string> texts) {
  std::vector<std::string> known;
  for (const auto& [name, value] : substitutions(Profile{})) known.push_back(name);
  for (auto& text : texts)
    while (const auto found = find_substitution(text)) {
      const bool is_known = found->key.starts_with("notes.") ||
                            std::find(known.begin(), known.end(), found->key) != known.end();
      if (!is_known)
        table.refuse(key, "unknown substitution \"" + text.substr(found->begin, found->length) + "\"",
                     did_you_mean(found->key, known));
      text.erase(found->begin, found->length);
    }
}

const StepKind& read_kind(TomlTable& table) {
  const auto name = table.text("uses");
  if (const auto* kind = find_kind(name)) return *kind;
  std::vector<std::string> known;
  for (const auto& kind : all_kinds()) known.emplace_back(kind.name);
  table.refuse("uses", "unknown kind of step \"" + name + "\"", did_you_mean(name, known));
}

PlaybookStep read_step(TomlTable table, const std::vector<PlaybookStep>& before) {
  PlaybookStep step;
  step.name = table.text("name");
  const auto& kind = read_kind(table);
  step.uses = kind.name;
  step.fallback_for = table.text_or("fallback-for", "");
  step.guards = read_checks(table, "guards");
  step.proofs = read_checks(table, "proofs");
  for (const auto& parameter : kind.parameters) {
    if (!table.has(parameter.name)) continue;
    auto texts = parameter.type == ParameterType::texts ? table.texts_or(parameter.name, {})
                                                        : std::vector{table.text(parameter.name)};
    if (parameter.type == ParameterType::duration && !parse_duration(texts.front()))
      table.refuse(parameter.name,
                   "\"" + texts.front() + "\" is no duration for " + std::string(parameter.name),
                   "Write it as \"30 s\", \"5 min\" or \"2 h\"");
    if (parameter.type == ParameterType::depth && texts.front() != "quick" && texts.front() != "full")
      table.refuse(parameter.name, "\"" + texts.front() + "\" is no depth of a proof",
                   "Write \"quick\" or \"full\"");
    check_substitutions(table, parameter.name, texts);
    step.parameters.emplace(parameter.name, std::move(texts));
  }
  std::vector<std::string> names;
  for (const auto& other : before) names.push_back(other.name);
  if (step.name.empty() || std::find(names.begin(), names.end(), step.name) != names.end())
    table.refuse("name", "every step needs a name of its own, and \"" + step.name + "\" is not",
                 "Give it another");
  if (!step.fallback_for.empty()) {
    // Fallbacks stand right behind what they stand in for, so that the order of the file is the order of the
    // run.
    const bool adjacent = !before.empty() && (before.back().name == step.fallback_for);
    if (!adjacent)
      table.refuse("fallback-for",
                   "\"" + step.name + "\" must stand right behind the step that it is a fallback for, \"" +
                       step.fallback_for + "\"",
                   did_you_mean(step.fallback_for, names));
  }
  return step;
}

}  // namespace

Playbook load_playbook(const std::string& path) {
  auto root = TomlFile::load(path).root();
  Playbook playbook;
  playbook.file = path;
  playbook.name = std::filesystem::path(path).stem().string();
  playbook.text = system::read_file(path);
  if (root.keys().empty())
    throw UsageError(path + ":1:1: the playbook is empty", "Give a playbook with at least one [[step]]");
  playbook.title = root.text("title");
  playbook.recovery = root.boolean_or("recovery", true);
  for (auto& step : root.tables("step")) playbook.steps.push_back(read_step(step, playbook.steps));
  if (playbook.steps.empty())
    root.refuse("step", "the playbook has no [[step]]", "Give a playbook with at least one [[step]]");
  for (const auto& step : playbook.steps)
    if (!playbook.recovery && find_kind(step.uses)->destroys)
      root.refuse("recovery", "the step \"" + step.name + "\" destroys, so this is a recovery",
                  "Take out \"recovery\", or the step");
  root.finish();
  return playbook;
}

Parameters substituted(const PlaybookStep& step, const Profile& profile) {
  const auto values = substitutions(profile);
  Parameters parameters = step.parameters;
  for (auto& [name, texts] : parameters)
    for (auto& text : texts) {
      // Left to right, and never again over what was put in: a value is not a playbook.
      std::string done;
      while (const auto found = find_substitution(text)) {
        const auto value = values.find(found->key);
        done += text.substr(0, found->begin) +
                (value != values.end() ? value->second : "(the profile has no " + found->key + ")");
        text.erase(0, found->begin + found->length);
      }
      text = done + text;
    }
  return parameters;
}

}  // namespace recover
