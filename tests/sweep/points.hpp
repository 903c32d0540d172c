// The points of a run at which it can be killed: journal, children, mounts, kept files.
//
// A point is named KIND@LINES#N: the N-th of its kind since the journal's line LINES was written. How often a
// daemon is asked whether it has come up changes from run to run; so a running number alone would mean
// another point each time.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tracee.hpp"

namespace killpoint {

struct Point {
  std::size_t number = 0;  // from 1
  std::string name, words;
  bool writes = false;    // the return of a call that has written to a journal
  bool tears = false;     // the call is made with half of what it would write
  std::size_t state = 0;  // the same number: nothing was written between the two
};

class Points {
 public:
  explicit Points(const Tracee& tracee) : tracee_(tracee) {}

  // The points that this stop is; often none.
  std::vector<Point*> at(const Call& call);
  const std::vector<Point>& all() const { return all_; }

 private:
  using Found = std::vector<std::size_t>;

  void add(Found& found, const std::string& kind, const std::string& words, bool tears = false);
  void look_at_journal(const Call& call, Found& found);
  void look_at_children(const Call& call, Found& found);
  void look_at_mounts(const Call& call, Found& found);
  void look_at_files(const Call& call, Found& found);
  void began(pid_t child);
  bool is_journal(std::uint64_t descriptor) const;

  const Tracee& tracee_;
  std::vector<Point> all_;
  std::size_t lines_ = 0;
  std::map<std::string, int> seen_;  // how many of a kind since the last line
  std::string line_;                 // what the line at hand tells
  std::string line_of_child_;        // words of the child that is waited for
  Found unnamed_;                    // of a child that has not become its program yet
  std::map<pid_t, std::string> children_;
};

}  // namespace killpoint
