// Who performs actions. The real runner acts; a test's runner writes down what it was told. A different
// runner, never an `if`, is what makes a rehearsal.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "recover/action.hpp"
#include "recover/event.hpp"
#include "recover/facts.hpp"

namespace recover::system {
class Keyboard;
class Processes;
}  // namespace recover::system

namespace recover {

class Runner {
 public:
  virtual ~Runner() = default;
  // Throws Failed, Refused or Interrupted. Progress and losses go to the observer as events.
  virtual void perform(const Action& action, Observer& observer) = 0;
  // What the actions have written is on the disks, and a power cut takes nothing of it. Throws Error.
  virtual void make_durable() = 0;
  // Gives back every mount and daemon that is still held, last first. Returns what could not be given back, a
  // sentence each. Never throws.
  virtual std::vector<std::string> release() = 0;
};

std::unique_ptr<Runner> real_runner(system::Processes& processes, system::Keyboard& keyboard);

// What to look at besides what is cheap.
struct Look {
  bool director = false, filesystem = false, root = false, tree = false, boot = false, losses = false;
  bool gate = false;
};

// Who reads the world again after each step.
class Prober {
 public:
  virtual ~Prober() = default;
  virtual Facts read(Look look) = 0;
};

}  // namespace recover
