// The question about an offer, at the keyboard: take it, look at it file by file, decide each, later, or not.
// Nothing but an answer takes anything.
#pragma once

#include <string>
#include <vector>

#include "recover/salvage/offer.hpp"
#include "recover/salvage/offer_text.hpp"

namespace recover::system {
class Keyboard;
}

namespace recover::salvage {

enum class Answer { take, later, no };

struct Chosen {
  const Proposal* proposal;
  bool beside;
};

struct Choice {
  Answer answer = Answer::later;
  std::vector<Chosen> chosen = {};         // of the offer, which must outlive it
  std::vector<const Proposal*> left = {};  // that were not wanted
  std::string why = {};                    // it is postponed
};

// Everything but what would go over a newer file; beside what is there where Proposal::beside() says so.
Choice take_all(const Offer& offer);

// As long as it takes. The end of the input postpones. Throws Interrupted.
Choice ask_choice(system::Keyboard& keyboard, const Offer& offer, const OfferPlace& place);

}  // namespace recover::salvage
