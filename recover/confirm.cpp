#include "recover/confirm.hpp"

#include <algorithm>

#include "recover/backup_text.hpp"
#include "recover/error.hpp"
#include "recover/proof_text.hpp"
#include "recover/salvage_actions.hpp"
#include "recover/system/keyboard.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

std::string question(const Plan& plan, const Facts& facts) {
  std::string text = "\nTHIS WILL BE DESTROYED\n";
  for (const auto& line : destroyed(plan)) text += "   " + line + "\n";
  text +=
      "Nothing of it will be left. Playbook storage has salvaged what is newer than\n"
      "the backup; with another one stop, and first: recover --playbook salvage\n";
  if (!plan.replaced.empty()) text += "\nA DISK TAKES ANOTHER'S PLACE\n";
  for (const auto& line : plan.replaced) text += "   " + line + "\n";
  text += "\nAND REPLACED BY\n";
  if (facts.backup) {
    text += jobs_text(facts.backup->jobs, facts.now);
    text += "   together " + std::to_string(facts.backup->files) + " files" +
            (facts.backup->bytes > 0 ? ", " + system::human_bytes(facts.backup->bytes) : std::string()) +
            ", on " + std::to_string(facts.backup->volumes.size()) + " volumes\n";
    if (facts.proof) text += "   proven, " + proof_text(facts.proof->proof, facts.backup->by_director) + "\n";
    if (facts.proof && !facts.proof->proof.full)
      text += "      (--prove full reads all of it, with checksums and digests)\n";
    text += "   " + verified_text(facts.verified) + "\n";
  }
  return text;
}

// What names a disk, or content; the words about a salvage answer other questions.
std::vector<std::string> identities(std::vector<std::string> given) {
  std::erase(given, nothing_can_be_salvaged);
  std::erase(given, take_the_salvaged);
  return given;
}

// Three tries, so that a slip of the fingers is no refusal.
bool typed_by_operator(system::Keyboard& keyboard, const std::string& identity) {
  std::string prompt = "> ";
  for (int tries = 0; tries < 3; ++tries) {
    const auto answer = keyboard.ask(prompt);
    if (!answer) return false;
    if (*answer == identity) return true;
    prompt = "That is not it. Type it again, or ^C to stop.\n> ";
  }
  return false;
}

}  // namespace

void confirm(const Plan& plan, const Facts& facts, const std::vector<std::string>& confirmed,
             system::Keyboard& keyboard, Reporter& reporter) {
  const auto given = identities(confirmed);
  reporter.say(question(plan, facts));
  for (const auto& [device, what, identity] : confirmations(plan)) {
    if (std::find(given.begin(), given.end(), identity) != given.end()) continue;
    if (!given.empty())
      throw Refused("Of " + device + " the " + what + " " + identity +
                        " was not confirmed; --confirm names " + system::printable(system::joined(given)),
                    "Compare them, then give --confirm '" + identity + "' as well");
    if (!keyboard.is_there())
      throw Refused(
          "Nobody has confirmed that " + device + " with the " + what + " " + identity + " may be erased",
          "Run recover on a terminal and type it, or give --confirm '" + identity + "'");
    reporter.say("To erase " + device + " type its " + what + ": " + identity);
    if (!typed_by_operator(keyboard, identity))
      throw Refused("The " + what + " of " + device + " was not typed, so nothing is destroyed",
                    "Start again when you are sure");
  }
}

}  // namespace recover
