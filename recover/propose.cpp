#include "recover/propose.hpp"

#include "recover/system/keyboard.hpp"
#include "recover/system/text.hpp"

namespace recover {

bool is_wanted(system::Keyboard& keyboard, const Propose& proposal, Observer& observer) {
  const auto leave = [&](const char* why) {
    observer.observe(Event("left").with("what", proposal.what).with("why", std::string(why)));
    return false;
  };
  if (proposal.commands.empty()) return leave("it wants your hands");
  if (!keyboard.is_there()) return leave("there is no terminal to ask on");
  // The lines stand on the screen already: the action was shown before it began.
  const auto answer = keyboard.ask("   Shall " + system::printable(proposal.what) +
                                   " be mended so? Type yes, or press Enter to leave it: ");
  return answer == "yes" ? true : leave("you did not say yes");
}

}  // namespace recover
