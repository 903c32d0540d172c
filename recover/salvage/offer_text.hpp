// An offer in words, for a text console of 80 columns.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recover/salvage/offer.hpp"

namespace recover::salvage {

struct OfferPlace {
  std::string directory;         // of the salvage
  std::string taken_at;          // when it was made, as local_time() has it; empty: nobody knows
  std::int64_t free_bytes = -1;  // for the restored tree; -1: not known
};

// Files and bytes of those that a plain "take" puts into the tree.
struct OfferSize {
  std::int64_t files = 0, bytes = 0;
};
OfferSize size_of(const Offer& offer);

// What would change, counted, with the first names of each sort: at most 21 lines of at most 79 columns.
std::string summary(const Offer& offer, const OfferPlace& place);

// One file: its name, and what taking it would do there; two lines or three.
std::string described(const Proposal& proposal);
// The same in one line, of any length, for a list.
std::string line_of(const Proposal& proposal);

// Everything of it: proposals, what stays in the salvage, what was lost. A line each.
std::vector<std::string> all_lines(const Offer& offer);

}  // namespace recover::salvage
