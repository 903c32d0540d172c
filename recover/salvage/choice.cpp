#include "recover/salvage/choice.hpp"

#include <map>
#include <optional>

#include "recover/system/keyboard.hpp"

namespace recover::salvage {
namespace {

constexpr std::size_t page = 22;  // lines that stay on a console of 25 with the question below
constexpr std::size_t columns = 79;

constexpr const char* question =
    "   take   as it stands here       list   each file, page by page\n"
    "   each   decide file by file     later  not now: it stays in the salvage\n"
    "   no     do not offer it again in this run\n"
    "> ";

// A list has lines of any length: they are broken, and begun again behind a margin.
std::vector<std::string> rows_of(const std::vector<std::string>& lines) {
  std::vector<std::string> rows;
  for (const auto& line : lines) {
    std::string rest = "   " + line;
    while (rest.size() > columns) {
      auto end = rest.rfind(' ', columns);
      if (end == std::string::npos || end < 8) end = columns;
      rows.push_back(rest.substr(0, end));
      rest = "      " + rest.substr(rest[end] == ' ' ? end + 1 : end);
    }
    rows.push_back(rest);
  }
  return rows;
}

// False at the end of the input.
bool show_list(system::Keyboard& keyboard, const Offer& offer) {
  const auto rows = rows_of(all_lines(offer));
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    text += rows[i] + "\n";
    if ((i + 1) % page != 0 || i + 1 == rows.size()) continue;
    const auto answer = keyboard.ask(text + "Press Enter for more of " + std::to_string(rows.size() - i - 1) +
                                     " lines, or type q to go back: ");
    if (!answer) return false;
    if (*answer == "q") return true;
    text.clear();
  }
  return keyboard.ask(text + "That is all. Press Enter: ").has_value();
}

std::string answers_to(const Proposal& proposal) {
  std::string text = proposal.change == Change::newer_there ? "y take it all the same"
                     : proposal.change == Change::untrusted ? "y in its place, b beside it"
                     : proposal.beside()                    ? "y put it beside"
                                                            : "y take it";
  return text + ", n leave it; Y, N all like it; q leave the rest > ";
}

// "y", "n", "b", "q"; nothing at the end of the input. A capital letter answers for all of its sort.
std::optional<char> ask_one(system::Keyboard& keyboard, const Proposal& proposal, const std::string& counter,
                            std::map<Change, char>& for_all) {
  if (const auto known = for_all.find(proposal.change); known != for_all.end()) return known->second;
  const bool may_choose = proposal.change == Change::untrusted;
  for (;;) {
    const auto answer =
        keyboard.ask("\n" + counter + "\n" + described(proposal) + "   " + answers_to(proposal));
    if (!answer) return std::nullopt;
    if (*answer == "y" || *answer == "n" || *answer == "q" || (*answer == "b" && may_choose))
      return answer->front();
    // Never over newer files by one word for many.
    const bool many = *answer == "N" || (*answer == "Y" && proposal.change != Change::newer_there) ||
                      (*answer == "B" && may_choose);
    if (!many) continue;
    const char letter = *answer == "N" ? 'n' : *answer == "Y" ? 'y' : 'b';
    for_all[proposal.change] = letter;
    return letter;
  }
}

Choice ask_each(system::Keyboard& keyboard, const Offer& offer) {
  Choice choice{.answer = Answer::take};
  std::map<Change, char> for_all;
  std::size_t number = 0, files = 0;
  bool stopped = false;
  for (const auto& proposal : offer.proposals) files += proposal.is_directory() ? 0 : 1;
  for (const auto& proposal : offer.proposals) {
    // They come with what is in them.
    if (proposal.is_directory()) continue;
    ++number;
    char answer = 'n';
    if (!stopped) {
      const auto said =
          ask_one(keyboard, proposal, std::to_string(number) + " of " + std::to_string(files), for_all);
      if (!said) return {.answer = Answer::later, .why = "the input ended"};
      stopped = *said == 'q';
      answer = *said;
    }
    if (answer == 'y' || answer == 'b') {
      const bool beside = answer == 'b' || (proposal.beside() && proposal.change != Change::untrusted);
      choice.chosen.push_back({&proposal, beside});
    } else {
      choice.left.push_back(&proposal);
    }
  }
  if (choice.chosen.empty() && stopped) return {.answer = Answer::later, .why = "nothing was chosen"};
  if (choice.chosen.empty()) choice.answer = Answer::no;
  return choice;
}

}  // namespace

Choice take_all(const Offer& offer) {
  Choice choice{.answer = Answer::take};
  for (const auto& proposal : offer.proposals) {
    if (proposal.change == Change::newer_there) {
      choice.left.push_back(&proposal);
    } else {
      choice.chosen.push_back({&proposal, proposal.beside()});
    }
  }
  return choice;
}

Choice ask_choice(system::Keyboard& keyboard, const Offer& offer, const OfferPlace& place) {
  const Choice ended{.answer = Answer::later, .why = "the input ended"};
  auto prompt = summary(offer, place) + question;
  for (;;) {
    const auto answer = keyboard.ask(prompt);
    if (!answer) return ended;
    if (*answer == "take") return take_all(offer);
    if (*answer == "each") return ask_each(keyboard, offer);
    if (*answer == "later") return {.answer = Answer::later, .why = "you said so"};
    if (*answer == "no") return {.answer = Answer::no};
    if (*answer == "list") {
      if (!show_list(keyboard, offer)) return ended;
      prompt = summary(offer, place) + question;
    } else {
      prompt = "Type take, list, each, later or no.\n> ";
    }
  }
}

}  // namespace recover::salvage
