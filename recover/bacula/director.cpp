#include "recover/bacula/director.hpp"

#include <algorithm>

#include "recover/error.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

using namespace std::chrono_literals;

// The lines of an answer that tell something: no blanks, no rules.
std::string words_of(const std::string& answer) {
  std::string words;
  for (const auto& line : names_in(answer)) {
    if (line.find_first_not_of(" =-") == std::string::npos) continue;
    words += (words.empty() ? "" : " / ") + system::printable(line);
    if (words.size() > 600) break;
  }
  return words;
}

}  // namespace

std::vector<std::string> names_in(const std::string& answer) {
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin < answer.size();) {
    const std::size_t end = std::min(answer.find('\n', begin), answer.size());
    if (end > begin) names.push_back(answer.substr(begin, end - begin));
    begin = end + 1;
  }
  return names;
}

std::vector<std::string> director_lines() {
  // Types as the Director's own letters: B backup, c copy, g migrate.
  return {".jobs",    ".jobs type=B", ".jobs type=c", ".jobs type=g",
          ".clients", ".filesets",    ".storage",     ".schedule"};
}

std::vector<std::string> await_lines(const std::string& storage, const std::string& client) {
  return {".storage", ".clients", "status storage=" + name_argument(storage),
          "status client=" + name_argument(client)};
}

DirectorFacts ask_director(system::Processes& processes, const Console& console) {
  Greeting greeting;
  // Types as the Director's own letters: B backup, c copy, g migrate.
  const auto answers = converse_each(processes, console,
                                     {".jobs", ".jobs type=B", ".jobs type=c", ".jobs type=g", ".clients",
                                      ".filesets", ".storage", ".schedule"},
                                     60s, &greeting);
  DirectorFacts facts;
  facts.name = greeting.name;
  facts.version = greeting.version;
  facts.jobs = names_in(answers[0]);
  for (std::size_t type : {1U, 2U, 3U}) {
    for (const auto& job : names_in(answers[type])) facts.writing_jobs.push_back(job);
  }
  facts.clients = names_in(answers[4]);
  facts.filesets = names_in(answers[5]);
  facts.storages = names_in(answers[6]);
  facts.schedules = names_in(answers[7]);
  return facts;
}

void require_name(const std::vector<std::string>& known, const std::string& name, const std::string& kind) {
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  std::string list;
  for (const auto& candidate : known) list += (list.empty() ? "" : ", ") + system::printable(candidate);
  const std::string near = system::nearest(name, known);
  throw Refused("The Bacula Director knows no " + kind + " named \"" + system::printable(name) +
                    "\" (it knows " + (list.empty() ? "none" : list) + ")",
                "Correct the name in the machine profile" +
                    (near.empty() ? "" : ": is \"" + system::printable(near) + "\" meant?"));
}

namespace {

// What a daemon said to the Director's question after its state; empty when it answered as it should.
std::string daemon_fault(system::Processes& processes, const Console& console, const std::string& line,
                         std::chrono::milliseconds deadline) {
  const std::string answer = converse(processes, console, {line}, deadline);
  if (answer.find(" Version: ") != std::string::npos &&
      answer.find("Failed to connect") == std::string::npos) {
    return {};
  }
  // "Failed to connect to Client X." is all that is said there; the reason stands in the console's messages,
  // when the Director's Messages resource has them sent there.
  std::string fault = words_of(answer);
  for (const auto& message : names_in(converse(processes, console, {"messages"}, deadline))) {
    if (message.find("rror:") == std::string::npos) continue;
    fault += " / " + system::printable(message);
    if (fault.size() > 1200) break;
  }
  return fault.empty() ? "nothing" : fault;
}

struct Daemon {
  std::string what, line;
};

}  // namespace

void await_daemons(system::Processes& processes, const Console& console, const std::string& storage,
                   const std::string& client, std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  auto left = [&] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
  };
  // A question takes up to 15 s to be refused (bconsole and the Director try again for as long), so a shorter
  // deadline would call a refusal a hang.
  auto deadline = [&] {
    return std::clamp(left(), 20000ms, 60000ms);
  };

  const auto lines = await_lines(storage, client);
  std::vector<std::string> answers;
  while (answers.empty()) {
    try {
      answers = converse_each(processes, console, {lines[0], lines[1]}, deadline());
    } catch (const Failed& error) {
      // Only an unreachable Director may still be starting.
      if (error.problem().find("cannot be reached") == std::string::npos || left().count() <= 0) throw;
      processes.pause(500ms);
    }
  }
  require_name(names_in(answers[0]), storage, "Storage");
  require_name(names_in(answers[1]), client, "Client");

  for (const auto& daemon :
       {Daemon{"Storage Daemon of " + storage, lines[2]}, Daemon{"File Daemon of " + client, lines[3]}}) {
    for (;;) {
      const std::string fault = daemon_fault(processes, console, daemon.line, deadline());
      if (fault.empty()) break;
      // Time does not heal a wrong password.
      if (fault.find("thenticat") != std::string::npos || left().count() <= 0) {
        throw Failed(
            "The " + daemon.what + " does not answer the Bacula Director, which says \"" +
                system::redact(fault) + "\"",
            "See that the daemon runs, that its address and port in the Director's configuration are right, "
            "and that both configurations have the same Password; then say in bconsole: " +
                daemon.line);
      }
      processes.pause(500ms);
    }
  }
}

}  // namespace recover::bacula
