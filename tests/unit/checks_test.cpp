// Each check against a machine on which it holds and one on which it must not.
#include <gtest/gtest.h>

#include <functional>

#include "recover/check.hpp"
#include "tests/unit/fake_run.hpp"

namespace recover::test {
namespace {

Answer ask(const std::string& name, const Facts& facts) {
  const auto* check = find_check(name);
  EXPECT_NE(check, nullptr) << name;
  return check->ask(sample_profile(), facts);
}

BlockDevice& target(Facts& facts) {
  return facts.devices[2];
}

// What must be changed on a good machine so that the check fails, and a word that its sentence must then
// hold.
struct Case {
  const char* check;
  std::function<void(Facts&)> spoil;
  const char* word;
};

void PrintTo(const Case& spoiled, std::ostream* out) {
  *out << spoiled.check;
}

Facts all_good() {
  auto facts = good_facts();
  target(facts).fs_type = "btrfs";
  target(facts).fs_uuid = sample_profile().filesystem.uuid;
  return facts;
}

class Spoiled : public testing::TestWithParam<Case> {};

TEST_P(Spoiled, HoldsOnAGoodMachine) {
  EXPECT_EQ(ask(GetParam().check, all_good()).verdict, Verdict::holds)
      << ask(GetParam().check, all_good()).evidence;
}

TEST_P(Spoiled, FailsWithEvidenceAndRemedyOnASpoiledOne) {
  auto facts = all_good();
  GetParam().spoil(facts);
  const auto answer = ask(GetParam().check, facts);
  EXPECT_EQ(answer.verdict, Verdict::fails);
  EXPECT_NE(answer.evidence.find(GetParam().word), std::string::npos) << answer.evidence;
  EXPECT_FALSE(answer.remedy.empty());
}

const Case cases[] = {
    {"root-user", [](Facts& f) { f.root_user = false; }, "root"},
    {"tools", [](Facts& f) { f.tools[0].path = ""; }, "mkfs.btrfs"},
    {"target-found", [](Facts& f) { target(f).serial = "OTHER"; }, "S4EVNX0R123456"},
    {"target-size", [](Facts& f) { f.devices[0].size -= 512; }, "bytes"},
    {"target-free", [](Facts& f) { target(f).in_use = "mounted on /x"; }, "mounted on /x"},
    {"target-free", [](Facts& f) { target(f).read_only = true; }, "read-only"},
    {"target-not-storage", [](Facts& f) { target(f).fs_uuid = sample_profile().storage.uuid; },
     "storage volume"},
    {"uuid-unique", [](Facts& f) { f.devices[3].fs_uuid = sample_profile().filesystem.uuid; },
     "/dev/nvme1n1"},
    {"storage-mounted", [](Facts& f) { f.storage.reset(); }, "not mounted"},
    {"storage-mounted", [](Facts& f) { f.storage->writable = false; }, "read-only"},
    {"environment-complete", [](Facts& f) { f.storage->environment = false; }, "no recovery environment"},
    {"environment-complete", [](Facts& f) { f.storage->environment_tools[4].path = ""; }, "bextract"},
    {"volumes-readable", [](Facts& f) { f.storage->volumes[1].problem = "The volume Vol-0002 is missing"; },
     "Vol-0002"},
    {"backup-chosen", [](Facts& f) { f.backup->files = 0; }, "no files"},
    {"restore-only", [](Facts& f) { f.director->writing_jobs = {"Nightly"}; }, "Nightly"},
    {"restore-only", [](Facts& f) { f.director->schedules = {"Weekly"}; }, "Weekly"},
    {"restore-only", [](Facts& f) { f.director->name = "other-dir"; }, "other-dir"},
    {"filesystem-on-disk", [](Facts& f) { target(f).fs_uuid = "x"; }, "btrfs"},
    {"filesystem-made", [](Facts& f) { f.filesystem->label = "x"; }, "label"},
    {"filesystem-made", [](Facts& f) { f.filesystem->metadata = "single"; }, "metadata"},
    {"filesystem-made", [](Facts& f) { f.filesystem->subvolumes[0].is_default = false; }, "default"},
    {"filesystem-made", [](Facts& f) { f.filesystem->subvolumes[3].no_cow = false; }, "copy-on-write"},
    {"filesystem-made",
     [](Facts& f) { f.filesystem->subvolumes.erase(f.filesystem->subvolumes.begin() + 2); }, "@home"},
    {"tree-complete", [](Facts& f) { f.tree->missing = 1, f.tree->examples = {"/etc/x is missing"}; },
     "/etc/x"},
    {"tree-complete", [](Facts& f) { f.tree->different = 1; }, "differ"},
    {"directories-present", [](Facts& f) { f.tree->absent_directories = {"/proc"}; }, "/proc"},
    {"fstab-resolves", [](Facts& f) { f.tree->unresolved_uuids = {"UUID=x"}; }, "UUID=x"},
    {"nothing-mounted",
     [](Facts& f) {
       f.mounts.push_back({"proc", "/mnt/gentoo/environment/proc", "proc", "", "/"});
     },
     "/mnt/gentoo/environment/proc"},
};

INSTANTIATE_TEST_SUITE_P(Checks, Spoiled, testing::ValuesIn(cases));

TEST(Checks, HaveATestEachThatTheyCanFail) {
  for (const auto& check : all_checks()) {
    bool tested = false;
    for (const auto& spoiled : cases) tested |= check.name == spoiled.check;
    EXPECT_TRUE(tested) << check.name;
  }
}

TEST(Checks, AreUnknownNotWellWhenTheFactsAreNotThere) {
  Facts none;
  for (const auto& check : all_checks()) {
    if (check.name == "nothing-mounted" || check.name == "tools" || check.name == "uuid-unique") continue;
    EXPECT_NE(check.ask(sample_profile(), none).verdict, Verdict::holds) << check.name;
  }
}

TEST(Checks, AWholeDiskWithPartitionsIsNotFree) {
  auto profile = sample_profile();
  profile.filesystem.devices[0].partition = "";
  profile.disks[0].table_uuid = "";
  const auto answer = find_check("target-free")->ask(profile, good_facts());
  EXPECT_EQ(answer.verdict, Verdict::fails);
  EXPECT_NE(answer.evidence.find("partition table"), std::string::npos);
}

TEST(Checks, StorageOnTheWholeDiskOfTheTargetIsRefused) {
  auto profile = sample_profile();
  profile.filesystem.devices[0].partition = "";
  auto facts = good_facts();
  facts.devices[1].fs_uuid = profile.storage.uuid;
  EXPECT_EQ(find_check("target-not-storage")->ask(profile, facts).verdict, Verdict::fails);
}

}  // namespace
}  // namespace recover::test
