// When a recovery is finished, and what closes it.
#include "recover/gate.hpp"

#include <gtest/gtest.h>

#include "recover/error.hpp"
#include "recover/journal.hpp"
#include "recover/recoveries.hpp"
#include "recover/system/files.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover {
namespace {

using tests::TemporaryDirectory;

constexpr const char* recovery_boot = "11111111-aaaa";
constexpr const char* later_boot = "22222222-bbbb";

std::vector<Event> recovery() {
  return {Event("run-begun")
              .with("playbook", "storage")
              .with("plan", "hash")
              .with("boot", recovery_boot)
              .with("filesystem", "uuid")
              .with("time", "2026-11-22 01:00:00")
              .with("steps", std::vector<std::string>{"filesystem"}),
          Event("step-begun").with("step", "filesystem").with("destroys", true),
          Event("step-done").with("step", "filesystem"), Event("run-complete")};
}

Event verified(const char* boot) {
  return Event("backup-verified").with("job", std::int64_t{9}).with("boot", boot);
}

Exit exit_of(std::vector<Event> events) {
  return gate(state_of(events)).exit;
}

TEST(Gate, IsOpenWhenEveryStepIsDone) {
  EXPECT_EQ(exit_of(recovery()), Exit::not_finished);
}

TEST(Gate, ClosesByAVerifiedBackupOfALaterBoot) {
  auto events = recovery();
  events.push_back(verified(later_boot));
  EXPECT_EQ(exit_of(events), Exit::finished);
  EXPECT_NE(gate(state_of(events)).text.find("backup job 9"), std::string::npos);
}

TEST(Gate, NotByOneOfABootOfTheRecovery) {
  auto events = recovery();
  events.push_back(verified(recovery_boot));
  EXPECT_EQ(exit_of(events), Exit::not_finished);
  events = recovery();
  events.push_back(Event("run-resumed").with("boot", later_boot));
  events.push_back(verified(later_boot));
  EXPECT_EQ(exit_of(events), Exit::not_finished);
}

TEST(Gate, NotByOneThatNamesNoBoot) {
  auto events = recovery();
  events.push_back(Event("backup-verified").with("job", std::int64_t{9}));
  EXPECT_EQ(exit_of(events), Exit::not_finished);
}

TEST(Gate, WhatAFallbackLostIsBackWhenTheDirectorHasRestoredAllOfItLater) {
  const auto lost =
      Event("degraded").with("lost", "ACL").with("files", std::vector<std::string>{"/etc/shadow"});
  EXPECT_FALSE(state_of({lost}).degraded.empty());
  EXPECT_TRUE(state_of({lost, Event("restored").with("job", std::int64_t{7})}).degraded.empty());
}

TEST(Gate, FinishedWithLossesIsDegraded) {
  auto events = recovery();
  events.push_back(Event("degraded")
                       .with("lost", "ACL")
                       .with("files", std::vector<std::string>{"/a", "/b"})
                       .with("paths", std::vector<std::string>{"/a", "/b"}));
  events.push_back(verified(later_boot));
  EXPECT_EQ(exit_of(events), Exit::degraded);
  events.push_back(Event("repaired").with("lost", "ACL").with("paths", std::vector<std::string>{"/a", "/b"}));
  EXPECT_EQ(exit_of(events), Exit::finished);
}

TEST(Gate, WhoBroughtTheFilesBackIsKnownUntilTheyAreGone) {
  auto events = recovery();
  EXPECT_FALSE(state_of(events).by_director);
  events.push_back(Event("restored"));
  EXPECT_TRUE(state_of(events).by_director);
  events.push_back(Event("step-begun").with("step", "filesystem").with("destroys", true));
  EXPECT_FALSE(state_of(events).by_director);
  events.push_back(Event("restored"));
  events.push_back(Event("extracted"));
  EXPECT_FALSE(state_of(events).by_director);
}

TEST(Gate, TheFirstStatusOfAHeldVolumeIsTheTrueOne) {
  auto events = recovery();
  for (const char* status : {"Append", "Read-Only"})
    events.push_back(
        Event("volumes-held").with("volumes", std::vector<std::string>{status + std::string(" Vol 1")}));
  EXPECT_EQ(state_of(events).held_volumes.at("Vol 1"), "Append");
  events.push_back(Event("volumes-released").with("volumes", std::vector<std::string>{"Vol 1"}));
  EXPECT_TRUE(state_of(events).held_volumes.empty());
}

TEST(Gate, KnowsTheJobsThatAreHeld) {
  auto events = recovery();
  events.push_back(Event("jobs-held").with("jobs", std::vector<std::string>{"A", "B"}));
  events.push_back(Event("jobs-held").with("jobs", std::vector<std::string>{"A"}));
  EXPECT_EQ(state_of(events).held_jobs, (std::set<std::string>{"A", "B"}));
  events.push_back(Event("jobs-released").with("jobs", std::vector<std::string>{"A", "B"}));
  EXPECT_TRUE(state_of(events).held_jobs.empty());
}

class CloseGate : public testing::Test {
 protected:
  void write(const std::string& place, const std::vector<Event>& events) {
    auto journal = Journal::create(place);
    for (const auto& event : events) {
      auto bare = event;
      std::erase_if(bare.fields, [](const auto& field) { return field.first == "time"; });
      journal.write(bare);
    }
  }
  std::vector<Recovery> found() const { return find_recoveries(directory / "storage", directory / "own"); }
  TemporaryDirectory directory;
};

TEST_F(CloseGate, PutsItOnRecordInEveryJournal) {
  write(directory / "own", recovery());
  write(directory / "storage/recover-state", recovery());
  write(directory / "storage/recover-state/efi", {recovery()[0]});
  ASSERT_EQ(found().size(), 3U);
  close_gate(found(), 9, later_boot);
  for (const auto& recovery : found()) EXPECT_TRUE(recovery.state.verified) << recovery.directory;
}

TEST_F(CloseGate, RecoveriesOfAnotherMachineOnTheStorageVolumeDoNotCount) {
  write(directory / "own", recovery());
  write(directory / "storage/recover-state", recovery());
  const auto of = [&](const char* filesystem) {
    return find_recoveries(directory / "storage", directory / "own", filesystem).size();
  };
  EXPECT_EQ(of("uuid"), 2U);
  EXPECT_EQ(of("other"), 1U);
}

TEST_F(CloseGate, LeavesOpenWhatDidNotComeToItsEnd) {
  auto half = recovery();
  half.pop_back();
  write(directory / "own", half);
  close_gate(found(), 9, later_boot);
  EXPECT_FALSE(found().front().state.verified);
}

TEST_F(CloseGate, RefusesInABootOfTheRecovery) {
  write(directory / "own", recovery());
  EXPECT_THROW(close_gate(found(), 9, recovery_boot), Failed);
  EXPECT_EQ(gate(found().front().state).exit, Exit::not_finished);
}

TEST_F(CloseGate, AnEditedJournalIsNoJournal) {
  write(directory / "own", recovery());
  auto text = system::read_file(directory / "own/journal");
  text.replace(text.find(recovery_boot), 8, "33333333");
  directory.put("own/journal", text);
  EXPECT_THROW(found(), UsageError);
}

}  // namespace
}  // namespace recover
