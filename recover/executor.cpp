#include "recover/executor.hpp"

#include <algorithm>

#include "recover/check.hpp"
#include "recover/error.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/signals.hpp"

namespace recover {
namespace {

class Executor : public Observer {
 public:
  explicit Executor(Execution execution)
      : run_(std::move(execution)), written_(run_.before.destroying), half_made_(run_.before.half_made) {}

  void run() {
    try {
      ask_guards_from(0, read({}));
      for (std::size_t i = 0; i < steps().size(); ++i)
        if (steps()[i].fallback_for.empty()) run_step(i);
      release_or_throw();
      record(Event("run-complete").with("at", system::now()));
    } catch (Error& error) {
      give_up(error);
      // Nothing has been written to a target yet: the run was refused, whatever stopped it.
      if (error.exit() == Exit::failed && !written_) {
        Refused refused(error.problem(), error.remedy());
        for (const auto& line : error.aftermath()) refused.add_aftermath(line);
        throw refused;
      }
      if (error.exit() == Exit::refused && written_) {
        Failed failed(error.problem(), error.remedy());
        for (const auto& line : error.aftermath()) failed.add_aftermath(line);
        throw failed;
      }
      throw;
    } catch (...) {
      run_.runner.release();
      throw;
    }
  }

  // What the runner says while it acts: progress for the screen, all else for the journal as well.
  void observe(const Event& event) override {
    if (event.name == "progress") {
      run_.screen.observe(event);
    } else {
      record(event);
      note(event, half_made_);
    }
  }

 private:
  const std::vector<PlannedStep>& steps() const { return run_.plan.steps; }

  void record(const Event& event) {
    run_.journal.write(event);
    run_.screen.observe(event);
  }

  Facts read(Look look) {
    system::throw_if_interrupted();
    return without_half_made(run_.prober.read(look), half_made_);
  }

  Facts read_for(const std::vector<std::string>& names) {
    Look look;
    for (const auto& name : names) {
      const auto needs = find_check(name)->needs;
      look.director |= needs == Needs::director;
      look.filesystem |= needs == Needs::filesystem;
      look.root |= needs == Needs::root;
      look.tree |= needs == Needs::tree;
      look.boot |= needs == Needs::boot;
      look.losses |= needs == Needs::losses;
      look.gate |= needs == Needs::gate;
    }
    return read(look);
  }

  Answer ask(const std::string& name, const Facts& facts, const std::string& step) {
    auto answer = find_check(name)->ask(run_.profile, facts);
    record(Event("check")
               .with("check", name)
               .with("step", step)
               .with("answer", std::string(to_string(answer.verdict)))
               .with("evidence", answer.evidence));
    return answer;
  }

  // Law 1: before the first write, every guard of the whole plan has been asked; what fails, refuses. What
  // cannot be known yet is asked again when its step begins.
  void ask_guards_from(std::size_t first, const Facts& facts) {
    std::vector<std::string> asked;
    for (std::size_t i = first; i < steps().size(); ++i) {
      if (run_.before.of(steps()[i].name) == Progress::done) continue;
      for (const auto& name : steps()[i].guards) {
        if (std::find(asked.begin(), asked.end(), name) != asked.end()) continue;
        asked.push_back(name);
        if (auto answer = ask(name, facts, steps()[i].name); answer.verdict == Verdict::fails)
          throw Refused(answer.evidence, answer.remedy);
      }
    }
  }

  static bool empties(const PlannedStep& step) {
    return std::any_of(step.actions.begin(), step.actions.end(),
                       [](const auto& action) { return std::holds_alternative<EmptyTree>(action); });
  }

  // What may be emptied is what a confirmed step of this recovery has made, in this run or the one that it
  // resumes.
  bool made_here() const {
    return made_ || std::any_of(steps().begin(), steps().end(), [&](const auto& step) {
             return step.destroys && run_.before.of(step.name) == Progress::done;
           });
  }

  // The step at `i`, and when it fails the fallbacks that stand right behind it.
  void run_step(std::size_t i) {
    for (;; ++i) {
      const auto& step = steps()[i];
      const bool has_fallback = i + 1 < steps().size() && steps()[i + 1].fallback_for == step.name;
      const auto progress = run_.before.of(step.name);
      if (progress == Progress::done) return replay(step);
      if (progress == Progress::failed && has_fallback && stood_in(i + 1)) continue;
      try {
        return perform(i);
      } catch (const Failed& error) {
        record(Event("step-failed").with("step", step.name).with("why", error.problem()));
        if (!has_fallback) throw;
        record(Event("fallback").with("step", step.name).with("instead", steps()[i + 1].name));
      }
    }
  }

  // In the run that is resumed, the fallback did the work. One that was only begun does not count: what made
  // the original fail may have been mended, and it is the better way.
  bool stood_in(std::size_t fallback) const {
    return run_.before.of(steps()[fallback].name) == Progress::done;
  }

  void perform(std::size_t i) {
    const auto& step = steps()[i];
    if (empties(step) && !made_here())
      throw Refused(
          "The step \"" + step.name +
              "\" empties the tree before it restores, and this recovery has not made the "
              "filesystem",
          "The playbook must make it first; what is on the disk now was not confirmed to be destroyed");
    if (step.destroys) make_sure_before_destroying(i);
    guard(step);
    record(Event("step-begun")
               .with("step", step.name)
               .with("summary", step.summary)
               .with("destroys", step.destroys));
    written_ |= step.destroys || !run_.plan.recovery;
    if (!needs_no_hand(step))
      for (const auto& action : step.actions) act(step, action);
    make_durable(step);
    prove(step);
    made_ |= step.destroys;
    record(Event("step-done").with("step", step.name));
  }

  // What a hand would do is done already: nobody is asked to do it.
  bool needs_no_hand(const PlannedStep& step) {
    const bool manual = !step.actions.empty() &&
                        std::all_of(step.actions.begin(), step.actions.end(), [](const auto& action) {
                          return std::holds_alternative<AskOperator>(action);
                        });
    if (!manual || step.proofs.empty()) return false;
    const auto facts = read_for(step.proofs);
    return std::all_of(step.proofs.begin(), step.proofs.end(), [&](const auto& name) {
      return ask(name, facts, step.name).verdict == Verdict::holds;
    });
  }

  void act(const PlannedStep& step, const Action& action) {
    system::throw_if_interrupted();
    record(Event("action-begun").with("step", step.name).with("typed", as_typed(action)));
    try {
      run_.runner.perform(action, *this);
    } catch (Error& error) {
      error.add_context("doing the step \"" + step.name + "\"");
      throw;
    }
    record(Event("action-done").with("step", step.name));
  }

  // The journal is on another filesystem, perhaps on another disk: it must not know more than the target has.
  void make_durable(const PlannedStep& step) {
    try {
      run_.runner.make_durable();
    } catch (Error& error) {
      error.add_context("bringing the step \"" + step.name + "\" to the disk");
      throw;
    }
  }

  // Laws 1 and 2, whatever the playbook says.
  void require_before_destroying(const std::string& step, const Facts& facts) {
    for (const auto& check : all_checks()) {
      if (!check.before_destroying) continue;
      const auto answer = ask(std::string(check.name), facts, step);
      if (answer.verdict != Verdict::holds)
        throw Refused("Nothing is destroyed before the check " + std::string(check.name) +
                          " holds, and it does not: " + answer.evidence,
                      answer.remedy.empty() ? "The playbook must choose a backup first" : answer.remedy);
    }
  }

  // Law 2: what was planned for is looked at again, and the operator has named it.
  void make_sure_before_destroying(std::size_t i) {
    const auto facts = read_for({});
    ask_guards_from(i, facts);
    require_before_destroying(steps()[i].name, facts);
    require_unchanged(run_.plan.circumstances, facts, "the plan was made");
    const auto asked_for = chosen_backup(facts);
    run_.confirm(run_.plan, facts);
    // The question may have stood on the screen for hours.
    const auto now = read_for({});
    require_before_destroying(steps()[i].name, now);
    require_unchanged(run_.plan.circumstances, now, "the question was asked");
    if (const auto drift = difference(asked_for, chosen_backup(now)); !drift.empty())
      throw Refused("While the question was asked, the backup has changed: " + drift, "Start again");
    std::vector<std::string> serials;
    for (const auto& target : erased(run_.plan)) serials.push_back(target.disk.serial);
    std::vector<std::string> foreign;
    for (const auto& content : run_.plan.foreign) foreign.push_back(content.identity + " " + content.words);
    record(
        Event("confirmed").with("step", steps()[i].name).with("serials", serials).with("foreign", foreign));
  }

  void guard(const PlannedStep& step) {
    if (step.guards.empty()) return;
    const auto facts = read_for(step.guards);
    for (const auto& name : step.guards) {
      const auto answer = ask(name, facts, step.name);
      if (answer.verdict == Verdict::fails) throw Refused(answer.evidence, answer.remedy);
    }
  }

  // Law 2: a drift is a refusal.
  void require_unchanged(const Circumstances& before, const Facts& facts, const std::string& since) {
    const auto now = circumstances(run_.profile, facts, run_.plan.mount_points);
    if (const auto drift = difference(before, now); !drift.empty())
      throw Refused("Since " + since + ", this has changed: " + drift,
                    "Start again, and look at the new plan with --dry-run first");
  }

  void prove(const PlannedStep& step) {
    if (step.proofs.empty()) return;
    const auto facts = read_for(step.proofs);
    for (const auto& name : step.proofs) {
      const auto answer = ask(name, facts, step.name);
      if (answer.verdict == Verdict::holds || find_check(name)->only_told) continue;
      const auto remedy = answer.remedy.empty() ? "Look at it, then continue with --resume" : answer.remedy;
      if (answer.verdict == Verdict::fails && find_check(name)->refuses)
        throw Refused(answer.evidence, remedy);
      throw Failed(
          "After the step \"" + step.name + "\" the check " + name + " does not hold: " + answer.evidence,
          remedy);
    }
  }

  // A step that is proven done is not done again; but its mounts and daemons ended with the process that had
  // them.
  void replay(const PlannedStep& step) {
    record(Event("step-kept").with("step", step.name));
    for (const auto& action : step.actions)
      if (is_held(action)) run_.runner.perform(action, *this);
    if (step.proofs.empty()) return;
    const auto facts = read_for(step.proofs);
    for (const auto& name : step.proofs) {
      const auto answer = ask(name, facts, step.name);
      // Files may have been mended by hand since; that is told, and no reason to restore everything again.
      if (find_check(name)->needs == Needs::tree || find_check(name)->only_told) continue;
      if (answer.verdict == Verdict::fails)
        throw Refused("The step \"" + step.name + "\" was done, but now: " + answer.evidence,
                      "Something has changed since. Look at it, or begin anew with --restart");
    }
  }

  void release_or_throw() {
    const auto failures = run_.runner.release();
    if (failures.empty()) return;
    Failed failed("Every step is done, but something could not be given back: " + failures.front(),
                  "Unmount it by hand, then continue with --resume");
    throw failed;
  }

  void give_up(Error& error) {
    const system::Uninterrupted until_released;
    for (auto& failure : run_.runner.release()) error.add_aftermath(std::move(failure));
    try {
      record(Event("run-ended").with("why", error.problem()).with("remedy", error.remedy()));
    } catch (const Error& unwritten) {
      error.add_aftermath(unwritten.problem());
    }
  }

  Execution run_;
  bool written_;
  bool made_ = false;  // the filesystem, in this run
  std::set<HalfMade> half_made_;
};

}  // namespace

void execute(Execution execution) {
  Executor(std::move(execution)).run();
}

}  // namespace recover
