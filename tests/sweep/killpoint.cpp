// Kills a run of recover with SIGKILL at one of its points, or tells them all.
//
//   killpoint list FILE [DEVICE...] -- recover ...
//                                  runs it to its end; FILE gets a line a point: number, name, words, state
//   killpoint POINT -- recover ... kills it at that point, by its name or its number
//
// Two points have one state when nothing was written between them: neither to the devices nor to a journal.
// What a kill leaves there is then the same.
//
// It ends with the status of recover, with 100 when it has killed it, and with 101 when it came to its end
// (or another's signal) before that point; which of it, and where, stands in the last line of standard error.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "disks.hpp"
#include "points.hpp"

namespace {

constexpr int killed = 100, ended_before = 101, cannot = 102;

bool is_meant(const killpoint::Point& point, const std::string& wanted) {
  return point.name == wanted || std::to_string(point.number) == wanted;
}

// Numbers the states. Without devices each point has its own.
class States {
 public:
  explicit States(const std::vector<std::string>& devices) : disks_(devices), known_(!devices.empty()) {}

  void give(const std::vector<killpoint::Point*>& points, pid_t process) {
    if (points.empty()) return;
    const bool line =
        std::any_of(points.begin(), points.end(), [](const auto* point) { return point->writes; });
    if (!known_ || disks_.changed(process) || line) current_ = ++highest_;
    for (auto* point : points) point->state = point->tears || !known_ ? ++highest_ : current_;
  }

 private:
  killpoint::Disks disks_;
  bool known_;
  std::size_t current_ = 0, highest_ = 0;
};

int list(killpoint::Tracee& tracee, const std::string& path, const std::vector<std::string>& devices) {
  killpoint::Points points(tracee);
  States states(devices);
  while (const auto call = tracee.next()) states.give(points.at(*call), tracee.pid());
  std::ofstream file(path);
  for (const auto& point : points.all())
    file << point.number << '\t' << point.name << '\t' << point.words << '\t' << point.state << '\n';
  file.close();
  if (!file) {
    std::cerr << "killpoint: could not write " << path << '\n';
    return cannot;
  }
  return tracee.status();
}

int kill_at(killpoint::Tracee& tracee, const std::string& wanted) {
  killpoint::Points points(tracee);
  while (const auto call = tracee.next()) {
    for (const auto* point : points.at(*call)) {
      if (!is_meant(*point, wanted)) continue;
      const auto told = std::to_string(point->number) + " " + point->name + " " + point->words;
      if (point->tears) {
        tracee.shorten(call->arguments[2] / 2);
        tracee.next();
      }
      tracee.kill();
      std::cerr << "killpoint: killed at " << told << '\n';
      return killed;
    }
  }
  std::cerr << "killpoint: ended with status " << tracee.status() << " before " << wanted << ", behind "
            << points.all().size() << " points\n";
  return ended_before;
}

}  // namespace

int main(int count, char** words) try {
  char** const end = words + count;
  char** const dashes = std::find(words, end, std::string("--"));
  const auto before = dashes - words;
  const bool listing = before >= 3 && std::string(words[1]) == "list";
  if (end - dashes < 2 || !(listing || before == 2)) {
    std::cerr << "killpoint list FILE [DEVICE...] -- PROGRAM ...\nkillpoint POINT -- PROGRAM ...\n";
    return cannot;
  }
  killpoint::Tracee tracee(dashes + 1);
  return listing ? list(tracee, words[2], {words + 3, dashes}) : kill_at(tracee, words[1]);
} catch (const std::exception& error) {
  std::cerr << "killpoint: " << error.what() << '\n';
  return cannot;
}
