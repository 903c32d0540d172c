// Goes down the ladder: each rung takes what those above it could not have whole, until nothing is missing or
// no rung is left. What each one answered is told.
//
//     Descent descent(readings, collector, directory, observer);
//     const auto outcome = descent.go(ladder(degraded));
//     if (!outcome.opened) ...
#pragma once

#include <set>
#include <string>
#include <vector>

#include "recover/event.hpp"
#include "recover/salvage/collect.hpp"
#include "recover/salvage/reading.hpp"
#include "recover/salvage/rungs.hpp"

namespace recover::salvage {

struct Outcome {
  bool opened = false;                 // a rung worked, if only for a part
  std::vector<std::string> answers;    // "nologreplay: ...", of each rung in order
  std::vector<std::string> lost;       // paths on the machine of subvolumes that no rung has reached
  std::vector<std::string> not_tried;  // why, of rungs that would have to be tried yet
  // Where nothing could be mounted: what btrfs restore complained of. It goes on behind a directory that it
  // cannot read, and gives the rest of it for the whole.
  std::vector<std::string> doubts;
};

class Descent {
 public:
  // `directory`: of the salvage, whose manifest the collector writes.
  Descent(Readings& readings, Collector& collector, std::string directory, Observer& observer)
      : readings_(readings), collector_(collector), directory_(std::move(directory)), observer_(observer) {}

  // Event "rung" for each way. Throws Failed when there is not room enough for what the first rung that works
  // would take, with the sizes and before anything is taken; Interrupted.
  Outcome go(const std::vector<Rung>& rungs);

 private:
  void take(const Way& way);
  void pass_over(const Rung& rung, const std::string& why);
  void tell(const Way& way, const std::string& answer, const Totals& before);
  void require_room(const Reading& reading);
  bool is_enough() const;
  Wanting wanting(const Way& way) const;

  Readings& readings_;
  Collector& collector_;
  std::string directory_;
  Observer& observer_;
  Outcome outcome_;
  bool mounted_ = false;
  std::set<std::string> reached_, unreached_;  // paths on the machine
};

}  // namespace recover::salvage
