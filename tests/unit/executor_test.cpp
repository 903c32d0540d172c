#include "recover/executor.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "recover/error.hpp"
#include "recover/system/machine.hpp"
#include "tests/unit/fake_run.hpp"

namespace recover::test {
namespace {

TEST(Executor, DoesEveryActionInTheOrderOfThePlan) {
  FakeRun run;
  run.go();
  std::vector<std::string> expected;
  for (const auto& step : run.plan.steps)
    if (step.fallback_for.empty())
      for (const auto& action : step.actions) expected.push_back(as_typed(action).front());
  EXPECT_EQ(run.runner.typed, expected);
  EXPECT_TRUE(run.state().complete);
  EXPECT_EQ(run.runner.releases, 1);
}

TEST(Executor, BringsAStepToTheDiskBeforeTheJournalHasItAsDone) {
  FakeRun run;
  std::size_t done_too_early = 0, steps = 0;
  run.runner.on_durable = [&] {
    std::size_t done = 0;
    for (const auto& [step, progress] : run.state().steps) done += progress == Progress::done;
    done_too_early += done != steps++;
  };
  run.go();
  EXPECT_EQ(done_too_early, 0);
  EXPECT_EQ(steps, static_cast<std::size_t>(
                       std::count_if(run.plan.steps.begin(), run.plan.steps.end(),
                                     [](const auto& step) { return step.fallback_for.empty(); })));
}

TEST(Executor, AStepWhoseDiskLosesWhatWasWrittenIsNotDoneAndNoFallbackStandsIn) {
  FakeRun run;
  run.runner.undurable = "run job=RestoreFiles";
  EXPECT_THROW(run.go(), Error);
  EXPECT_EQ(run.state().of("restore"), Progress::begun);
  EXPECT_EQ(run.state().of("extract"), Progress::none);
  EXPECT_EQ(run.runner.releases, 1);
}

TEST(Executor, SaysWhenItWasCompleteWithoutATimeZone) {
  FakeRun run;
  const auto before = system::now();
  run.go();
  EXPECT_GE(run.state().completed_at, before);
  EXPECT_LE(run.state().completed_at, system::now());
}

TEST(Executor, AsksForConfirmationBeforeTheFirstWriteAndNeverActsWithoutIt) {
  FakeRun run;
  run.confirm = [](const Plan&, const Facts&) {
    throw Refused("nobody", "say yes");
  };
  EXPECT_THROW(run.go(), Refused);
  EXPECT_FALSE(run.runner.did("wipefs"));
  EXPECT_FALSE(run.runner.did("mkfs.btrfs --force --uuid"));
  EXPECT_EQ(run.runner.releases, 1);
}

TEST(Executor, RefusesBeforeAnyActionWhenAGuardOfALaterStepFails) {
  FakeRun run;
  for (auto& device : run.facts.devices)
    if (device.path == "/dev/nvme0n1p2") device.in_use = "mounted on /somewhere";
  EXPECT_THROW(run.go(), Refused);
  EXPECT_TRUE(run.runner.typed.empty());
}

TEST(Executor, RefusesWhenADiskIsSwappedAfterThePlanWasMade) {
  FakeRun run;
  run.before_read = [&](int reads) {
    if (reads == 3)
      for (auto& device : run.facts.devices)
        if (device.path == "/dev/nvme0n1p2") device.path = "/dev/nvme9n1p2";
  };
  EXPECT_THROW(run.go(), Refused);
  EXPECT_EQ(run.confirmations, 0);
  EXPECT_FALSE(run.runner.did("mkfs.btrfs --force --uuid"));
}

TEST(Executor, AsksNothingWhileACheckDoesNotHoldThatThePlaybookForgot) {
  FakeRun run;
  for (auto& step : run.plan.steps) step.guards.clear();
  run.facts.storage->volumes.front().problem = "The volume Vol-0001 is missing";
  for (auto& step : run.plan.steps) step.proofs.clear();
  EXPECT_THROW(run.go(), Refused);
  EXPECT_EQ(run.confirmations, 0);
  EXPECT_FALSE(run.runner.did("wipefs"));
}

TEST(Executor, DestroysNothingWhileItIsNotKnownWhetherACheckHolds) {
  FakeRun run;
  std::erase_if(run.plan.steps, [](const auto& step) { return step.name.starts_with("choose"); });
  run.facts.backup.reset();
  EXPECT_THROW(run.go(), Refused);
  EXPECT_FALSE(run.runner.did("wipefs"));
}

TEST(Executor, RefusesWhenADiskIsSwappedWhileTheQuestionIsAsked) {
  FakeRun run;
  run.confirm = [&](const Plan&, const Facts&) {
    for (auto& device : run.facts.devices)
      if (device.path == "/dev/nvme0n1p2") device.size -= 4096;
  };
  EXPECT_THROW(run.go(), Refused);
  EXPECT_FALSE(run.runner.did("mkfs.btrfs --force --uuid"));
}

TEST(Executor, RefusesWhenWhatIsOnTheDiskChangesWhileTheQuestionIsAsked) {
  FakeRun run;
  run.confirm = [&](const Plan&, const Facts&) {
    for (auto& device : run.facts.devices)
      if (device.path == "/dev/nvme0n1p2") device.fs_type = "ext4";
  };
  EXPECT_THROW(run.go(), Refused);
  EXPECT_FALSE(run.runner.did("wipefs"));
}

TEST(Executor, RefusesWhenAMountIsGainedWhileTheQuestionIsAsked) {
  FakeRun run;
  run.confirm = [&](const Plan&, const Facts&) {
    run.facts.mounts.push_back({"/dev/sdz1", "/mnt/usb", "ext4", "rw", "/"});
  };
  try {
    run.go();
    FAIL();
  } catch (const Refused& error) {
    EXPECT_NE(error.problem().find("now: mounted: /dev/sdz1 on /mnt/usb"), std::string::npos) << error.what();
  }
  EXPECT_FALSE(run.runner.did("wipefs"));
}

TEST(Executor, RefusesWhenAnotherBackupFinishesBehindThePlan) {
  FakeRun run;
  run.before_read = [&](int reads) {
    if (reads == 2) run.facts.storage->stored.bytes += 1000;
  };
  EXPECT_THROW(run.go(), Refused);
  EXPECT_FALSE(run.runner.did("wipefs"));
}

TEST(Executor, RefusesWhenAnotherBackupIsChosenWhileTheQuestionIsAsked) {
  FakeRun run;
  run.confirm = [&](const Plan&, const Facts&) {
    run.facts.backup->jobs.pop_back();
  };
  EXPECT_THROW(run.go(), Refused);
  EXPECT_FALSE(run.runner.did("wipefs"));
}

TEST(Executor, FallsBackWhenTheRestoreFails) {
  FakeRun run;
  run.runner.fail_at = "run job=";
  run.go();
  EXPECT_TRUE(run.runner.did("bextract"));
  EXPECT_TRUE(run.state().complete);
  EXPECT_EQ(run.state().of("restore"), Progress::failed);
  EXPECT_EQ(run.state().of("extract"), Progress::done);
}

TEST(Executor, FallsBackWhenTheRestoredTreeIsNotWhole) {
  FakeRun run;
  run.facts.tree->missing = 1;
  run.go();
  EXPECT_TRUE(run.runner.did("bextract"));
}

TEST(Executor, DoesNotFallBackWhenTheDirectorCouldWriteBackups) {
  FakeRun run;
  run.runner.refuse_at = ".jobs type=B";
  EXPECT_THROW(run.go(), Refused);
  EXPECT_FALSE(run.runner.did("mkfs.btrfs --force --uuid"));
}

TEST(Executor, AFailureBeforeTheFirstWriteIsARefusal) {
  FakeRun run;
  run.runner.fail_at = "mount -t proc";
  try {
    run.go();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit(), Exit::refused);
  }
}

TEST(Executor, AFailureAfterTheFirstWriteIsAFailure) {
  FakeRun run;
  run.runner.fail_at = "mkfs.btrfs --force --uuid";
  try {
    run.go();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit(), Exit::failed);
  }
  EXPECT_EQ(run.runner.releases, 1);
  EXPECT_EQ(run.state().of("filesystem"), Progress::failed);
}

TEST(Executor, AddsAFailedReleaseToTheFirstErrorAndDoesNotReplaceIt) {
  FakeRun run;
  run.runner.fail_at = "mkfs.btrfs --force --uuid";
  run.runner.release_failures = {"could not unmount /x"};
  try {
    run.go();
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(error.problem().find("mkfs.btrfs"), std::string::npos);
    ASSERT_EQ(error.aftermath().size(), 1U);
  }
}

TEST(Executor, ResumesWithoutRepeatingWhatIsDone) {
  FakeRun run;
  run.runner.interrupt_at = "run job=";
  EXPECT_THROW(run.go(), Interrupted);
  run.runner = {};
  run.resume();
  EXPECT_FALSE(run.runner.did("mkfs.btrfs --force --uuid"));
  EXPECT_FALSE(run.runner.did("select all done"));
  EXPECT_TRUE(run.runner.did("mount -t btrfs"));  // mounts ended with the run that was interrupted
  EXPECT_TRUE(run.runner.did("run job="));
  EXPECT_TRUE(run.state().complete);
}

TEST(Executor, ResumesAHalfMadeFilesystemFromItsBeginning) {
  FakeRun run;
  run.runner.interrupt_at = "btrfs subvolume create /run/recover-top-level/@home";
  EXPECT_THROW(run.go(), Interrupted);
  run.runner = {};
  run.resume();
  EXPECT_TRUE(run.runner.did("wipefs"));
  EXPECT_EQ(run.confirmations, 2);  // whoever resumes is asked again before anything is erased
}

TEST(Executor, TriesTheBetterWayAgainWhenTheFallbackWasInterrupted) {
  FakeRun run;
  run.runner.fail_at = "run job=";
  run.runner.interrupt_at = "bextract";
  EXPECT_THROW(run.go(), Interrupted);
  run.runner = {};
  run.resume();
  EXPECT_TRUE(run.runner.did("run job="));
  EXPECT_FALSE(run.runner.did("bextract"));
}

TEST(Executor, KeepsWhatTheFallbackHasDone) {
  FakeRun run;
  run.runner.fail_at = "run job=";
  run.runner.interrupt_at = "install -d -m 0555";
  EXPECT_THROW(run.go(), Interrupted);
  run.runner = {};
  run.resume();
  EXPECT_FALSE(run.runner.did("run job="));
  EXPECT_FALSE(run.runner.did("bextract"));
  EXPECT_TRUE(run.state().complete);
}

// "losses-repaired" is such a one.
TEST(Executor, WhatIsOnlyToldFailsNoStep) {
  FakeRun run;
  run.facts.losses = LossFacts{1, {"ACL of /bin/ping"}};
  run.plan.steps.back().proofs.push_back("losses-repaired");
  run.go();
  EXPECT_TRUE(run.state().complete);
}

TEST(Executor, AFailureOfWhatTendsALivingMachineIsNoRefusal) {
  FakeRun run;
  std::erase_if(run.plan.steps, [](const auto& step) { return step.uses != "mount-tree"; });
  run.plan.recovery = false;
  run.runner.fail_at = "mount -t btrfs";
  try {
    run.go();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.exit(), Exit::failed);
  }
}

TEST(Executor, EmptiesNothingThatItHasNotMade) {
  FakeRun run;
  std::erase_if(run.plan.steps, [](const auto& step) { return step.destroys; });
  EXPECT_THROW(run.go(), Refused);
  EXPECT_FALSE(run.runner.did("-delete"));
}

TEST(Executor, RefusesToResumeWhenWhatWasDoneIsGone) {
  FakeRun run;
  run.runner.interrupt_at = "run job=";
  EXPECT_THROW(run.go(), Interrupted);
  run.runner = {};
  run.facts.filesystem->subvolumes.pop_back();
  EXPECT_THROW(run.resume(), Error);
  EXPECT_FALSE(run.runner.did("run job="));
}

}  // namespace
}  // namespace recover::test
