#include "recover/commands/confirm.hpp"

#include <algorithm>

#include "recover/backup_text.hpp"
#include "recover/error.hpp"
#include "recover/system/terminal.hpp"
#include "recover/system/text.hpp"

namespace recover::commands {
namespace {

std::string question(const Plan& plan, const Facts& facts) {
  std::string text = "\nTHIS WILL BE DESTROYED\n";
  for (const auto& line : destroyed(plan)) text += "   " + line + "\n";
  text +=
      "Can its data still be read? Then stop here, and copy what is newer than the\nbackup first. Nothing of "
      "it will be left.\n";
  text += "\nAND REPLACED BY\n";
  if (facts.backup) {
    text += jobs_text(facts.backup->jobs, facts.now);
    text += "   together " + std::to_string(facts.backup->files) + " files" +
            (facts.backup->bytes > 0 ? ", " + system::human_bytes(facts.backup->bytes) : std::string()) +
            ", on " + std::to_string(facts.backup->volumes.size()) + " volumes\n";
  }
  return text;
}

// Three tries, so that a slip of the fingers is no refusal.
bool typed_by_operator(const std::string& serial) {
  for (int tries = 0; tries < 3; ++tries) {
    const auto answer = system::ask("> ");
    if (!answer) return false;
    if (*answer == serial) return true;
    if (tries < 2) std::fputs("That is not it. Type it again, or ^C to stop.\n", stdout);
  }
  return false;
}

}  // namespace

void confirm(const Plan& plan, const Facts& facts, const std::vector<std::string>& given, bool may_ask,
             Reporter& reporter) {
  reporter.say(question(plan, facts));
  std::vector<std::string> asked;
  for (const auto& target : erased(plan)) {
    const auto& serial = target.disk.serial;
    if (std::find(given.begin(), given.end(), serial) != given.end()) continue;
    if (std::find(asked.begin(), asked.end(), serial) != asked.end()) continue;  // two partitions of one disk
    asked.push_back(serial);
    if (!given.empty())
      throw Refused("The disk " + path_of(target) + " with the serial " + serial +
                        " was not confirmed; --confirm names " + system::printable(system::joined(given)),
                    "Compare the serials, then give --confirm '" + serial + "'");
    if (!may_ask || !system::input_is_terminal() || !system::output_is_terminal())
      throw Refused("Nobody has confirmed that the disk with the serial " + serial + " may be erased",
                    "Run recover on a terminal and type the serial, or give --confirm '" + serial + "'");
    reporter.say("To erase " + path_of(target) + " type its serial: " + serial);
    if (!typed_by_operator(serial))
      throw Refused("The serial of " + path_of(target) + " was not typed, so nothing is destroyed",
                    "Start again when you are sure");
  }
}

}  // namespace recover::commands
