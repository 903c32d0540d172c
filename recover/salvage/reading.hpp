// Ways to read a broken btrfs, and what one of them makes readable. The seam between the ladder's decisions
// and what mounts or runs btrfs restore: a test hands in others.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "recover/error.hpp"
#include "recover/salvage/collect.hpp"
#include "recover/salvage/rungs.hpp"

namespace recover::salvage {

// A rung, or of the rung of older states one of them.
struct Way {
  Rung rung;
  std::string words = {};        // what is tried, as an operator would type it: mount options, a command
  std::uint64_t tree_root = 0;   // logical address; 0: that of the superblock
  std::uint64_t generation = 0;  // of that tree; 0: that of the superblock
  std::string date = {};         // of that generation, or "date unknown"; empty: the superblock's
};

// What is still wanted when the rungs above have had the rest.
// Something is in the way that can be mended: whether the rung works nobody knows.
struct NotTried : Failed {
  using Failed::Failed;
};

struct Wanting {
  std::vector<std::string> paths = {};  // on the machine, each with all below it; empty: everything
  std::int64_t bytes = -1;              // of them; -1: not known
};

// Readable for as long as it lives.
class Reading {
 public:
  virtual ~Reading() = default;
  // At least one; of some of them there may be no directory: they could not be reached.
  virtual const std::vector<Source>& sources() const = 0;
  // What kernel or program said; may be empty.
  virtual std::string answer() const = 0;
  // What it complained of, first of all: not all that is below the sources may be there.
  virtual std::vector<std::string> doubts() const { return {}; }
  // Gives back what it holds: asked once at its end, as the destructor can tell nobody. Throws Failed.
  virtual void close() = 0;
};

class Readings {
 public:
  virtual ~Readings() = default;
  // One for most rungs; of the older ones, newest first, as many as there are.
  virtual std::vector<Way> ways(const Rung& rung) = 0;
  // More may be readable than is wanted. Throws Failed when nothing can be read so: its words are the rung's
  // answer. Throws Interrupted.
  virtual std::unique_ptr<Reading> open(const Way& way, const Wanting& wanting) = 0;
};

}  // namespace recover::salvage
