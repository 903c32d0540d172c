#include "recover/capacity.hpp"

#include <gtest/gtest.h>

#include "recover/check.hpp"
#include "tests/unit/fake_run.hpp"

namespace recover::test {
namespace {

TEST(Capacity, IsThatOfTheProfileOfData) {
  EXPECT_EQ(data_capacity("single", {100, 50}), 150);
  EXPECT_EQ(data_capacity("raid0", {100, 50}), 150);
  EXPECT_EQ(data_capacity("dup", {100}), 50);
  EXPECT_EQ(data_capacity("raid1", {100, 100}), 100);
  EXPECT_EQ(data_capacity("raid1", {100, 40}), 40);
  EXPECT_EQ(data_capacity("raid1", {100, 60, 60}), 110);
  EXPECT_EQ(data_capacity("raid10", {100, 100, 100, 100}), 200);
  EXPECT_EQ(data_capacity("raid1c3", {90, 90, 90}), 90);
  EXPECT_EQ(data_capacity("raid1c3", {90, 30, 30}), 30);
  EXPECT_EQ(data_capacity("raid5", {100, 100, 100}), 200);
  EXPECT_EQ(data_capacity("raid6", {100, 100, 100, 100}), 200);
  EXPECT_EQ(data_capacity("single", {}), 0);
}

Answer fits(Profile profile, Facts facts, std::int64_t bytes) {
  facts.backup->bytes = bytes;
  return find_check("backup-fits")->ask(profile, facts);
}

std::int64_t size_of_target(const Profile& profile, const Facts& facts) {
  return find_targets(profile, facts).front().device->size;
}

TEST(BackupFits, ComparesTheDataWithTheTarget) {
  const auto profile = sample_profile();
  const auto facts = good_facts();
  const auto size = size_of_target(profile, facts);
  EXPECT_EQ(fits(profile, facts, size / 2).verdict, Verdict::holds);
  auto plain = profile;
  for (auto& subvolume : plain.subvolumes) subvolume.options = "noatime";
  EXPECT_EQ(fits(plain, facts, size).verdict, Verdict::fails);  // nothing is left for metadata
  plain.filesystem.data = "dup";
  EXPECT_EQ(fits(plain, facts, size / 2 + 1).verdict, Verdict::fails);
}

TEST(BackupFits, DependsOnCompressionWhereEveryMountHasIt) {
  auto profile = sample_profile();
  const auto facts = good_facts();
  const auto size = size_of_target(profile, facts);
  for (auto& subvolume : profile.subvolumes) subvolume.options = "noatime,compress=zstd:3";
  const auto answer = fits(profile, facts, size * 2);
  EXPECT_EQ(answer.verdict, Verdict::holds);
  EXPECT_NE(answer.evidence.find("DEPENDS ON COMPRESSION"), std::string::npos);
  for (auto& subvolume : profile.subvolumes)
    if (subvolume.mount == "/home") subvolume.options = "noatime";
  EXPECT_EQ(fits(profile, facts, size * 2).verdict, Verdict::fails);
}

TEST(BackupFits, TakesWhatAFullProofHasReadWhereNothingElseIsKnown) {
  auto profile = sample_profile();
  for (auto& subvolume : profile.subvolumes) subvolume.options = "noatime";
  auto facts = good_facts();
  EXPECT_EQ(fits(profile, facts, 0).verdict, Verdict::holds);
  facts.proof->proof.data = size_of_target(profile, facts) + 1;
  EXPECT_EQ(fits(profile, facts, 0).verdict, Verdict::fails);
  facts.backup.reset();
  EXPECT_EQ(find_check("backup-fits")->ask(profile, facts).verdict, Verdict::unknown);
}

TEST(BackupProven, HoldsForThisBootstrapAndTheseVolumesAlone) {
  const auto profile = sample_profile();
  auto facts = good_facts();
  const auto ask = [&] {
    return find_check("backup-proven")->ask(profile, facts);
  };
  EXPECT_EQ(ask().verdict, Verdict::holds);
  facts.storage->volumes[0].modified += 1;
  EXPECT_EQ(ask().verdict, Verdict::fails);
  EXPECT_NE(ask().evidence.find("was written to since it was proven"), std::string::npos);
  EXPECT_FALSE(ask().remedy.empty());
  facts = good_facts();
  facts.proof->bootstrap = "another";
  EXPECT_NE(ask().evidence.find("backup.bsr"), std::string::npos);
  facts = good_facts();
  facts.proof->proof.problems = {"block at 1 of V: checksum wrong"};
  EXPECT_NE(ask().verdict, Verdict::holds);
  facts.proof.reset();
  EXPECT_NE(ask().verdict, Verdict::holds);
  EXPECT_NE(ask().remedy.find("prove-backup"), std::string::npos);
}

TEST(BackupProven, MustHoldBeforeAnythingIsDestroyedWhateverThePlaybookSays) {
  for (const auto* name : {"backup-proven", "backup-fits"})
    EXPECT_TRUE(find_check(name)->before_destroying) << name;
  FakeRun run;
  for (auto& step : run.plan.steps) std::erase(step.guards, "backup-proven");
  run.facts.proof.reset();
  try {
    run.go();
    FAIL();
  } catch (const Refused& error) {
    EXPECT_NE(error.problem().find("backup-proven"), std::string::npos);
    EXPECT_NE(error.remedy().find("prove-backup"), std::string::npos);
  }
  EXPECT_FALSE(run.runner.did("wipefs"));
  EXPECT_FALSE(run.runner.did("mkfs.btrfs --force --uuid"));
}

TEST(BackupProven, AVolumeThatChangesBeforeAResumedRunDestroysIsARefusal) {
  FakeRun run;
  run.runner.interrupt_at = "wipefs";
  run.confirm = [](const Plan&, const Facts&) {
    throw Refused("nobody", "say yes");
  };
  EXPECT_THROW(run.go(), Refused);
  EXPECT_EQ(run.state().of("prove"), Progress::done);
  run.facts.storage->volumes[1].size += 1;
  try {
    run.resume();
    FAIL();
  } catch (const Refused& error) {
    EXPECT_NE(error.problem().find("has changed since it was proven"), std::string::npos);
  }
  EXPECT_FALSE(run.runner.did("wipefs"));
}

TEST(BackupProven, IsNoQuestionAnyMoreWhenTheFilesystemIsMade) {
  FakeRun run;
  run.runner.interrupt_at = "run job=";
  EXPECT_THROW(run.go(), Interrupted);
  run.facts.storage->volumes[1].size += 1;
  run.runner.interrupt_at.clear();
  run.resume();
  EXPECT_TRUE(run.state().complete);
}

}  // namespace
}  // namespace recover::test
