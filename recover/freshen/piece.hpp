// One of the things that `recover freshen` keeps current on the storage volume: how it was found, what was
// done to it, what is missing. All sentences are without a full stop.
#pragma once

#include <string>
#include <vector>

namespace recover::freshen {

struct Missing {
  std::string problem, remedy;
  bool operator==(const Missing&) const = default;
};

struct Piece {
  std::string name;                // "profile"
  std::string current;             // what holds, unless something is missing, once it is done
  std::vector<std::string> done;   // what was done, or would be
  std::vector<std::string> notes;  // to be told, and nothing is missing for it
  std::vector<Missing> missing;
};

}  // namespace recover::freshen
