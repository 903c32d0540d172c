#include "recover/report/report.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "recover/gate.hpp"
#include "recover/journal_state.hpp"
#include "recover/report/left_to_do.hpp"
#include "recover/report/sentences.hpp"
#include "recover/report/text.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/text.hpp"

namespace recover::report {
namespace {

bool ends_a_run(const Event& event) {
  return event.name == "run-complete" || event.name == "handed-over" || event.name == "run-ended";
}

// A journal may hold a line for each hundred files. A report is read by a person.
constexpr std::size_t most_rows = 300;

// Rows, and how many more there were.
class Rows {
 public:
  explicit Rows(std::vector<Row>& rows) : rows_(rows) {}
  void add(const std::string& time, const std::string& sentence) {
    if (rows_.size() < most_rows) {
      rows_.push_back({time, shown(sentence)});
    } else {
      ++more_;
    }
  }
  void finish() {
    if (more_ > 0) rows_.push_back({"", "and " + std::to_string(more_) + " more: recover log names them"});
  }

 private:
  std::vector<Row>& rows_;
  std::size_t more_ = 0;
};

// Goes through the events once.
class Maker {
 public:
  explicit Maker(Report& report) : report_(report), wrong_(report.wrong), done_(report.done) {}

  void take(const Event& event) {
    now_ = system::seconds_of_time(event.text("time"));
    time_ = shown(event.text("time"));
    if (event.name == "run-begun" || event.name == "run-resumed") {
      begin_run(event);
    } else if (running_) {
      worked_until_ = std::max(worked_until_, now_);
      take_step(event);
    }
    if (event.name == "check") take_check(event);
    if (event.name == "backup-proven") proof_ = proof_sentence(event);
    if (const auto sentence = what_went_wrong(event)) add_wrong(event, *sentence);
    if (const auto sentence = what_was_done(event)) done_.add(time_, *sentence);
    if (running_ && ends_a_run(event)) end_run(event);
  }

  void finish() {
    if (running_) cut_off();
    wrong_.finish();
    done_.finish();
    for (const auto& run : report_.runs) report_.work += run.seconds;
    for (auto& [check, proof] : proofs_) report_.proofs.push_back(std::move(proof));
    if (!chosen_.empty()) {
      report_.backup.push_back({"Chosen", chosen_});
      if (const auto age = age_of(chosen_); !age.empty()) report_.backup.push_back({"Age", age});
    }
    if (!proof_.empty()) report_.backup.push_back({"Proven", shown(proof_)});
  }

  const std::string& remedy() const { return remedy_; }

 private:
  void begin_run(const Event& event) {
    if (running_) cut_off();
    running_ = true;
    began_ = worked_until_ = now_;
    if (first_began_ == 0) first_began_ = now_;
    work_before_ = 0;
    for (const auto& run : report_.runs) work_before_ += run.seconds;
    if (report_.runs.size() == most_rows) report_.runs.erase(report_.runs.begin() + 1);
    report_.runs.push_back({time_, "", "", 0, 0});
    remedy_.clear();
    if (event.name == "run-begun") take_what_was_met(event);
  }

  // Of the targets alone: the rest is no part of what was wrong.
  void take_what_was_met(const Event& event) {
    for (const auto* key : {"lasting", "passing"})
      for (const auto& sentence : event.list(key))
        for (const auto* role : {"root: ", "ESP: ", "/boot: "})
          if (sentence.starts_with(role) && report_.met.size() < most_rows)
            report_.met.push_back(shown(sentence));
  }

  void take_step(const Event& event) {
    const auto step = shown(event.text("step"));
    if (event.name == "step-begun") {
      stop_step("");
      if (report_.steps.size() == most_rows) return;
      report_.steps.push_back({step, shown(event.text("summary")), time_, Outcome::stopped, "", 0,
                               work_before_ + worked(), static_cast<int>(report_.runs.size()),
                               event.flag("destroys")});
      step_began_ = now_;
      in_step_ = true;
    } else if (event.name == "step-kept") {
      ++report_.runs.back().kept;
    } else if (!in_step_ || report_.steps.back().step != step) {
      return;
    } else if (event.name == "step-done") {
      close_step(Outcome::done, "");
    } else if (event.name == "step-failed") {
      close_step(Outcome::failed, shown(event.text("why")));
    }
  }

  void close_step(Outcome outcome, const std::string& note) {
    auto& attempt = report_.steps.back();
    attempt.outcome = outcome;
    attempt.note = note;
    attempt.seconds = std::max<std::int64_t>(worked_until_ - std::max(step_began_, began_), 0);
    in_step_ = false;
  }
  void stop_step(const std::string& note) {
    if (in_step_) close_step(Outcome::stopped, note);
  }

  std::int64_t worked() const { return std::max<std::int64_t>(worked_until_ - began_, 0); }

  void end_run(const Event& event) {
    auto& run = report_.runs.back();
    run.ended = time_;
    run.seconds = worked();
    run.end = event.name == "run-complete"  ? "every step is done"
              : event.name == "handed-over" ? "every step but the last unmounting; then this copy of the "
                                              "journal was left in the restored root"
                                            : "it ended: " + shown(event.text("why"));
    if (event.name == "run-ended") remedy_ = event.text("remedy");
    // That it was left there is the doing of its step.
    if (in_step_ && event.name == "handed-over") close_step(Outcome::done, "");
    stop_step(event.name == "run-ended" ? shown(event.text("why")) : "");
    running_ = false;
  }

  // Nothing in the journal says how it ended.
  void cut_off() {
    auto& run = report_.runs.back();
    run.seconds = worked();
    run.end = "nothing says how it ended: it was killed, or the power went, or it still runs";
    run.cut_off = true;
    if (in_step_) report_.steps.back().cut_off = true;
    stop_step("nothing says how it ended");
    running_ = false;
  }

  void take_check(const Event& event) {
    const auto check = shown(event.text("check"));
    const auto answer = event.text("answer");
    const auto word = answer == "holds" ? "holds" : answer == "fails" ? "does NOT hold" : "not known";
    const auto evidence = shown(event.text("evidence"));
    if (proofs_.size() < most_checks || proofs_.contains(check))
      proofs_[check] = {check, shown(event.text("step")), word, evidence};
    if (check == "backup-chosen" && answer == "holds") chosen_ = evidence;
  }

  // The same reason is told once: of the check, then of the step, then of the run.
  void add_wrong(const Event& event, const std::string& sentence) {
    const auto why = event.name == "check" ? event.text("evidence") : event.text("why");
    if (event.name == "run-ended" && said_.contains(why)) return;
    if (!said_.insert(event.name == "check" ? sentence : why).second && event.name == "check") return;
    said_.insert(why);
    wrong_.add(time_, sentence);
  }

  // The newest of the moments that it names, against the beginning of the first run.
  std::string age_of(const std::string& chosen) const {
    constexpr std::size_t length = 19;  // YYYY-MM-DD HH:MM:SS
    std::int64_t newest = 0;
    for (std::size_t at = chosen.find(" of "); at != std::string::npos; at = chosen.find(" of ", at + 1))
      newest = std::max(newest, system::seconds_of_local_time(chosen.substr(at + 4, length)));
    if (newest == 0 || first_began_ == 0) return "";
    if (newest > first_began_) return "by the clock of the rescue system, in the future";
    return "about " + system::human_seconds(first_began_ - newest) +
           " when the run began: what was written in that time is not in it";
  }

  static constexpr std::size_t most_checks = 500;

  Report& report_;
  Rows wrong_, done_;
  bool running_ = false, in_step_ = false;
  std::int64_t now_ = 0, began_ = 0, first_began_ = 0, worked_until_ = 0, step_began_ = 0, work_before_ = 0;
  std::string time_, remedy_, chosen_, proof_;
  std::map<std::string, Proof> proofs_;
  std::set<std::string> said_;
};

// The first line of what the gate says; the rest of it is told as tasks and lists.
std::string first_line(const std::string& text) {
  const auto begin = std::min(text.find_first_not_of('\n'), text.size());
  auto line = shown(std::string_view(text).substr(begin, text.find('\n', begin) - begin));
  if (const auto end = line.rfind(". "); line.ends_with(':') && end != std::string::npos) line.erase(end + 1);
  return line;
}

void add(std::vector<Row>& rows, const std::string& label, const std::string& text) {
  if (!text.empty()) rows.push_back({label, shown(text)});
}

void make_overview(const Event& begun, const JournalState& state, Report& report) {
  auto& rows = report.overview;
  add(rows, "Machine", begun.text("machine"));
  add(rows, "Playbook", state.playbook);
  if (!report.runs.empty()) {
    const auto& last = report.runs.back();
    add(rows, "Begun", report.runs.front().begun);
    add(rows, "Ended", last.ended);
    add(rows, "Work",
        took(report.work) + " in " + counted(static_cast<std::int64_t>(report.runs.size()), "run"));
  }
  add(rows, "As of", state.as_of.empty() ? "" : state.as_of + " (--as-of)");
  add(rows, "Filesystem", state.filesystem);
  add(rows, "New disks", system::joined(state.replaced));
}

void name_losses(const JournalState& state, Report& report) {
  for (const auto& [lost, files] : state.degraded) {
    Loss loss{shown(loss_words(lost, files.size())), files.size(), {}};
    for (const auto& [path, words] : files) {
      if (loss.names.size() == most_names) break;
      loss.names.push_back(shown(words));
    }
    report.degraded.push_back(std::move(loss));
  }
}

}  // namespace

std::string duration_of(const Attempt& attempt) {
  return attempt.cut_off ? "not known" : took(attempt.seconds);
}

std::string duration_of(const Run& run) {
  return run.cut_off ? "at least " + system::human_seconds(run.seconds) : took(run.seconds);
}

Report make_report(const std::vector<Event>& events, const Origin& origin) {
  Report report;
  Maker maker(report);
  for (const auto& event : events) maker.take(event);
  maker.finish();
  const auto state = state_of(events);
  const auto verdict = gate(state);
  report.verdict = first_line(verdict.text);
  report.tone = verdict.exit == Exit::finished   ? Tone::good
                : verdict.exit == Exit::degraded ? Tone::degraded
                                                 : Tone::open;
  const auto begun =
      std::find_if(events.begin(), events.end(), [](const auto& event) { return event.name == "run-begun"; });
  const auto first = begun == events.end() ? Event() : *begun;
  const auto machine = shown(first.text("machine"));
  report.title = (state.recovery ? "Recovery" : "Playbook " + shown(state.playbook)) +
                 (machine.empty() ? "" : (state.recovery ? " of " : " on ") + machine);
  report.left = left_to_do(state, maker.remedy());
  make_overview(first, state, report);
  name_losses(state, report);
  report.source = "Made by recover " + shown(origin.program) + " from the journal " + shown(origin.journal) +
                  (events.empty() ? "" : ", whose last line is of " + shown(state.last_at)) +
                  ". Times are local, with their zone; those of backup jobs are as Bacula writes them.";
  return report;
}

}  // namespace recover::report
