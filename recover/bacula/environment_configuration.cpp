#include "recover/bacula/environment_configuration.hpp"

#include <algorithm>

#include "recover/bacula/environment_maker.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

ConfigurationText read_all(const std::string& directory, const Sources& sources, EnvironmentMaker& into) {
  ConfigurationText text;
  into.director = parse_into(text, directory + "/bacula-dir.conf", sources);
  into.storage = parse_into(text, directory + "/bacula-sd.conf", sources);
  into.client = parse_into(text, directory + "/bacula-fd.conf", sources);
  into.console = parse_into(text, directory + "/bconsole.conf", sources);
  return text;
}

// Nothing may be left that could run by itself, write to a volume, or tell others.
std::string what_is_too_much(const Nodes& nodes) {
  const std::set<std::string> never{"schedule",
                                    "mail",
                                    "mailonerror",
                                    "mailonsuccess",
                                    "operator",
                                    "runbeforejob",
                                    "runafterjob",
                                    "runafterfailedjob",
                                    "clientrunbeforejob",
                                    "clientrunafterjob",
                                    "consolerunbeforejob",
                                    "consolerunafterjob",
                                    "runscript"};
  for (const auto& node : nodes) {
    if (node.block && node.word == "schedule") return "the Schedule \"" + node.name() + "\"";
    if (never.contains(node.word)) return "a directive \"" + node.word + "\"";
    if (node.word == "job" || node.word == "jobdefs") {
      const auto type = keyword(node.text("type"));
      if (!type.empty() && type != "restore") return "the " + node.word + " \"" + node.name() + "\"";
    }
    if (auto inner = what_is_too_much(node.nodes); !inner.empty()) return inner;
  }
  return "";
}

}  // namespace

EnvironmentMaker::EnvironmentMaker(const std::string& where, const Sources& sources,
                                   const EnvironmentNeeds& wanted)
    : directory(where), needs(wanted), text(read_all(where, sources, *this)), edits(text) {}

std::vector<const ConfigurationNode*> EnvironmentMaker::of_kind(
    const Nodes& nodes, std::initializer_list<const char*> kinds) const {
  std::vector<const ConfigurationNode*> found;
  for (const auto& node : nodes)
    for (const auto* kind : kinds)
      if (node.block && node.word == kind) found.push_back(&node);
  return found;
}

const ConfigurationNode* EnvironmentMaker::named(const Nodes& nodes, const char* kind,
                                                 const std::string& name) const {
  for (const auto* node : of_kind(nodes, {kind}))
    if (node->name() == name) return node;
  return nullptr;
}

void EnvironmentMaker::refuse(const std::string& problem, const std::string& remedy) {
  made.refusals.push_back({system::printable(problem), system::printable(remedy)});
}

void EnvironmentMaker::remark(const std::string& sentence) {
  auto shown = system::printable(sentence);
  if (std::find(made.remarks.begin(), made.remarks.end(), shown) == made.remarks.end())
    made.remarks.push_back(std::move(shown));
}

void EnvironmentMaker::change(const Place& place, const std::string& what, const std::string& why) {
  const auto& file = text.files[place.file];
  EnvironmentChange made_here{system::printable(file.path), line_of(text, place), system::printable(what),
                              why};
  if (!file.command.empty()) made_here.what += ", of what a command printed";
  // A file that is included twice is changed once.
  for (const auto& before : made.changes)
    if (before.file == made_here.file && before.line == made_here.line && before.what == made_here.what)
      return;
  made.changes.push_back(std::move(made_here));
}

void EnvironmentMaker::take_out(const ConfigurationNode& node, const std::string& why) {
  edits.remove(node);
  change(node.place, what_it_is(text, node) + " taken out", why);
}

void EnvironmentMaker::take_out(const ConfigurationNode& block, const std::set<std::string>& words,
                                const std::string& why) {
  for (const auto& node : block.nodes)
    if (words.contains(node.word)) take_out(node, why);
}

void EnvironmentMaker::set(const ConfigurationNode& block, const std::string& key,
                           const std::string& directive, const std::string& value, const std::string& why) {
  const auto* node = block.find(key);
  if (node == nullptr) {
    edits.insert(block, directive + " = " + value);
    return change(block.place, directive + " = " + value + " added to " + what_it_is(text, block), why);
  }
  if (!node->values.empty() && node->values.front() == value) return;
  edits.replace(node->value, value);
  change(node->place, directive + " of " + what_it_is(text, block) + " is now " + value, why);
}

void EnvironmentMaker::require_files() {
  const std::pair<const Nodes*, const char*> files[] = {{&director, "bacula-dir.conf"},
                                                        {&storage, "bacula-sd.conf"},
                                                        {&client, "bacula-fd.conf"},
                                                        {&console, "bconsole.conf"}};
  for (const auto& [nodes, name] : files) {
    const auto path = directory + "/" + name;
    const auto there = std::any_of(text.files.begin(), text.files.end(),
                                   [&path](const auto& file) { return file.path == path; });
    if (!there)
      refuse(
          "There is no " + path + " that could be read",
          "The recovery environment restores by itself: Director, Storage Daemon, File Daemon and bconsole "
          "must be configured on this machine. Install and configure what is missing");
    else if (nodes->empty())
      refuse(path + " holds no resource", "Correct it");
  }
  for (const auto& problem : text.problems)
    refuse(problem.secret ? "A file that a password of Bacula's configuration stands in cannot be read"
                          : "Bacula's configuration is not understood: " + problem.sentence,
           "See whether Bacula itself reads it, and correct it: bacula-dir -t -c " + directory +
               "/bacula-dir.conf, and likewise bacula-sd, bacula-fd and bconsole");
}

void EnvironmentMaker::look_again() {
  const Sources again{[this](const std::string& path) -> std::optional<std::string> {
    const auto found = made.files.find(path);
    return found == made.files.end() ? std::nullopt : std::optional(found->second.text);
  }};
  ConfigurationText result;
  std::set<std::string> reached;
  bool has_restore_job = false;
  for (const auto* name : {"bacula-dir.conf", "bacula-sd.conf", "bacula-fd.conf", "bconsole.conf"}) {
    const auto nodes = parse_into(result, directory + "/" + name, again);
    for (const auto& node : nodes) has_restore_job |= node.word == "job";
    if (const auto left = what_is_too_much(nodes); !left.empty())
      refuse("What was made of " + directory + "/" + name + " still holds " + left,
             "This is a configuration that recover cannot change: one of its files stands for two things at "
             "once. "
             "Write what is common to both into each, without the @ that includes it");
  }
  for (const auto& problem : result.problems)
    refuse("What was made of the configuration is not understood: " + problem.sentence,
           "This is a configuration that recover cannot change. Write it without includes within resources");
  if (!has_restore_job)
    refuse("What was made of the configuration holds no Restore job", "Add a Job of Type Restore");
  // Of a file that only a backup job included nothing is left to read.
  for (const auto& file : result.files) reached.insert(file.path);
  std::erase_if(made.files, [&reached](const auto& file) { return !reached.contains(file.first); });
}

EnvironmentFiles EnvironmentMaker::make() {
  require_files();
  if (!made.refusals.empty()) return std::move(made);
  hide_secrets();
  find_own();
  restrict_jobs();
  stop_pruning();
  keep_to_loopback();
  keep_messages_here();
  restrict_console();
  see_to_the_client();
  see_to_devices();
  compare_passwords();
  find_catalogs();
  find_paths();
  remark_others();
  for (const auto& conflict : edits.conflicts())
    refuse("Bacula's configuration cannot be changed: " + conflict, "Let each resource stand in one file");
  for (auto& [path, content] : edits.files()) made.files[path] = {content};
  made.difference = edits.difference();
  if (made.refusals.empty()) look_again();
  return std::move(made);
}

EnvironmentFiles make_environment_configuration(const std::string& directory, const Sources& sources,
                                                const EnvironmentNeeds& needs) {
  return EnvironmentMaker(directory, sources, needs).make();
}

// The keyword as it is written, up to the "=" or "{"; and its name.
std::string what_it_is(const ConfigurationText& text, const ConfigurationNode& node) {
  const auto& all = text.files[node.place.file].text;
  auto end = all.find_first_of("={\n#", node.place.begin);
  end = std::min(end == std::string::npos ? all.size() : end, node.place.begin + 60);
  auto words = all.substr(node.place.begin, end - node.place.begin);
  words.erase(words.find_last_not_of(" \t\r") + 1);
  if (!node.block) return words;
  const auto name = node.name();
  return name.empty() ? words : words + " \"" + name + "\"";
}

bool is_yes(const std::string& value) {
  const auto word = keyword(value);
  return word == "yes" || word == "true" || word == "1" || word == "on";
}

bool is_loopback(const std::string& address) {
  const auto word = system::lower(address);
  return word == "localhost" || word.starts_with("127.") || word == "::1" || word == "ip6-localhost";
}

}  // namespace recover::bacula
