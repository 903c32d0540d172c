// What a run has done, as values made from its journal's events alone: what was wrong, what was done and
// proven, how long each step took, what is degraded, what is left to do. Two renderers make files of it
// (html.hpp, markdown.hpp), so the same journal always gives the same report.
//
//     const auto report = report::make_report(read_journal(path).events, {RECOVER_VERSION, path});
//     system::write_file(directory + "/report.html", report::to_html(report), 0600);
//
// Every text in it is made harmless already (text.hpp): one line, no control characters, no password, not
// endless. What it means to HTML or Markdown the renderers take care of.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recover/event.hpp"

namespace recover::report {

enum class Tone { good, degraded, open };  // finished; finished but for something; not finished

// Label and value, time and sentence.
struct Row {
  std::string label, text;
};

enum class Outcome { done, failed, stopped };  // stopped: the run ended in the middle of it

// One attempt at a step. Two runs may have tried the same one.
struct Attempt {
  std::string step, summary, begun;
  Outcome outcome = Outcome::stopped;
  std::string note;          // why it failed, what stands in for it
  std::int64_t seconds = 0;  // that it took
  std::int64_t offset = 0;   // seconds of work before it; the time between two runs is none
  int run = 1;
  bool destroys = false;
  bool cut_off = false;  // nothing says when it ended; `seconds`: up to the last that is on record
};

struct Run {
  std::string begun, ended, end;  // `end` in words; `ended` empty: nothing says when
  std::int64_t seconds = 0;
  int kept = 0;  // steps that were done before
  bool cut_off = false;
};

// The last answer of a check.
struct Proof {
  std::string check, step, answer, evidence;
};

// Files that lost the same.
struct Loss {
  std::string title;  // "the ACL of 3 files"
  std::size_t count = 0;
  std::vector<std::string> names;  // not all where they are many
};

struct Task {
  std::string words, command;  // `command`: may be empty; to be typed
};

struct Report {
  std::string title;
  Tone tone = Tone::open;
  std::string verdict;           // as the gate says it
  std::vector<Task> left;        // to do, in this order
  std::vector<Row> overview;     // machine, playbook, times, disks, program
  std::vector<std::string> met;  // what was on the disks when the first run began
  std::vector<Row> wrong;        // when, and what went wrong
  std::vector<Row> backup;       // which, how old, how proven
  std::vector<Attempt> steps;    // in the order of their beginning
  std::int64_t work = 0;         // seconds of all runs together
  std::vector<Run> runs;
  std::vector<Row> done;  // when, and what is worth telling besides the steps
  std::vector<Proof> proofs;
  std::vector<Loss> degraded;
  std::string source;  // of what it was made, and by what
};

struct Origin {
  std::string program;  // version of the one that makes the report
  std::string journal;  // path
};

// "2 min 3 s", or that it is not known.
std::string duration_of(const Attempt& attempt);
std::string duration_of(const Run& run);

Report make_report(const std::vector<Event>& events, const Origin& origin);

// At most so many names of each sort of loss stand in a report; the journal has all of them.
constexpr std::size_t most_names = 200;

}  // namespace recover::report
