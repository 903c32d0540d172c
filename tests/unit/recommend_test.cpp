// From evidence to advice, one test for each kind of it.
#include "recover/diagnose/recommend.hpp"

#include <gtest/gtest.h>

namespace recover::diagnosis {
namespace {

system::SuperblockCopy whole(int mirror = 0) {
  system::SuperblockCopy copy;
  copy.mirror = mirror;
  copy.generation = 7;
  copy.device_count = 1;
  copy.device_id = 1;
  copy.checksum = "crc32c";
  return copy;
}

system::SuperblockCopy bad(const std::string& problem, int mirror = 0) {
  auto copy = whole(mirror);
  copy.problem = problem;
  return copy;
}

// A disk that is well, mounts, and whose files can be read.
Evidence well() {
  Evidence evidence;
  evidence.now = 1000000;
  evidence.broken.uuid = "u";
  evidence.broken.devices = {{"/dev/sda2", "S1", 1 << 30, {whole(), whole(1)}}};
  evidence.devices = {};
  MountTrial trial{"nologreplay", "ro,rescue=nologreplay", true, "", {}, {"@"}, {}};
  trial.tried.push_back({"@", "/", {100, 0, {}, true}});
  evidence.trials = {trial};
  evidence.kernel.emplace();
  evidence.health = {{"/dev/sda", true, false, {}, ""}};
  return evidence;
}

Evidence unmountable() {
  auto evidence = well();
  evidence.trials = {{"nologreplay", "ro,rescue=nologreplay", false, "wrong fs type", {}, {}, {}}};
  return evidence;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != text.npos;
}

void expect(const Evidence& evidence, Advice advice, const std::string& playbook, const std::string& part) {
  const auto recommended = recommend(evidence);
  EXPECT_EQ(to_string(recommended.advice), to_string(advice)) << recommended.text;
  EXPECT_EQ(recommended.playbook, playbook);
  EXPECT_TRUE(has(recommended.text, part)) << recommended.text;
  EXPECT_FALSE(recommended.because.empty());
}

TEST(Recommend, NothingWhereAllIsWell) {
  auto evidence = well();
  expect(evidence, Advice::nothing, "none", "in a rescue system that was booted by UEFI");
  evidence.entry = {true, true, "The boot entry is there"};
  expect(evidence, Advice::nothing, "none", "its boot entry is there");
}

TEST(Recommend, TheBootEntryWhereOnlyThatIsGone) {
  auto evidence = well();
  evidence.entry = {true, false, "The firmware has no boot entry"};
  expect(evidence, Advice::boot_entry, "efi", "Nothing has to be restored");
}

TEST(Recommend, TheLogWhereOnlyThatWaits) {
  auto evidence = well();
  evidence.log.at = 5;
  expect(evidence, Advice::log_replay, "none", "Boot the machine");
}

TEST(Recommend, SalvageWhereTheLogIsDamaged) {
  auto evidence = well();
  evidence.broken.devices[0].superblocks[0].log_root = 5;
  evidence.broken.devices[0].superblocks[1].log_root = 5;
  evidence.log = {5, "checksum verify failed"};
  expect(evidence, Advice::salvage, "salvage", "zero-log /dev/sda2");
}

TEST(Recommend, SalvageWhereAFileCannotBeRead) {
  auto evidence = well();
  evidence.trials[0].tried[0].looked = {99, 1, {"/x: Input/output error"}, true};
  expect(evidence, Advice::salvage, "salvage", "ro,rescue=nologreplay");
}

TEST(Recommend, SalvageWhereOnlyALowerRungMounts) {
  auto evidence = well();
  auto first = evidence.trials[0];
  first.mounted = false;
  first.answer = "wrong fs type";
  evidence.trials[0].options = "ro,rescue=all";
  evidence.trials.insert(evidence.trials.begin(), first);
  expect(evidence, Advice::salvage, "salvage", "ro,rescue=all");
}

TEST(Recommend, SalvageWhereTheKernelSawDamage) {
  auto evidence = well();
  evidence.kernel->push_back({"kernel", "BTRFS error (device sda2): csum failed", "wrong", Sign::data, 1});
  expect(evidence, Advice::salvage, "salvage", "never writes");
}

TEST(Recommend, SalvageWhereTheFirstSuperblockIsLost) {
  auto evidence = unmountable();
  evidence.broken.devices[0].superblocks[0] = bad("there is no btrfs superblock");
  evidence.tools_open = true;
  expect(evidence, Advice::salvage, "salvage", "super-recover");
}

TEST(Recommend, SalvageWhereADeviceIsMissing) {
  auto evidence = well();
  evidence.broken.missing = {2};
  expect(evidence, Advice::salvage, "salvage", "unplugged");
}

TEST(Recommend, SalvageWhereCheckFindsErrors) {
  auto evidence = well();
  evidence.check = CheckOutcome{false, true, {"ERROR: errors found in extent allocation tree"}};
  expect(evidence, Advice::salvage, "salvage", "damaged");
}

TEST(Recommend, AnImageWhereTheDiskFails) {
  for (int which = 0; which < 4; ++which) {
    auto evidence = well();
    if (which == 0) evidence.health[0] = {"/dev/sda", true, true, {"197 Current_Pending_Sector: 8"}, ""};
    if (which == 1)
      evidence.kernel->push_back({"kernel", "I/O error, dev sda, sector 5", "it failed", Sign::hardware, 3});
    if (which == 2)
      evidence.broken.devices[0].superblocks[1] = bad("it cannot be read: Input/output error", 1);
    if (which == 3) evidence.counters = {{"/dev/sda2", 0, 4, 0, 0, 0}};
    EXPECT_TRUE(signs_of_failing_hardware(well()).empty());
    EXPECT_EQ(signs_of_failing_hardware(evidence).size(), 1U);
    expect(evidence, Advice::image_first, "none", "ddrescue");
  }
}

TEST(Recommend, AnImageOnTheStorageVolumeWhereItHasRoom) {
  auto evidence = well();
  evidence.health[0].failing = true;
  BlockDevice disk;
  disk.path = "/dev/sda";
  disk.size = 1000;
  evidence.devices = {disk};
  evidence.storage = "/mnt/storage";
  evidence.free_bytes = 2000;
  EXPECT_TRUE(has(recommend(evidence).text, "/mnt/storage/recover-image.img"));
  evidence.free_bytes = 999;
  EXPECT_TRUE(has(recommend(evidence).text, "no room"));
}

TEST(Recommend, MakingItAgainWhereNothingIsLeft) {
  auto evidence = unmountable();
  for (auto& copy : evidence.broken.devices[0].superblocks) copy.problem = "there is no btrfs superblock";
  expect(evidence, Advice::make_again, "storage", "Nothing on its devices");
}

TEST(Recommend, MakingItAgainWhereNobodyFindsItsTrees) {
  auto evidence = unmountable();
  evidence.tools_open = false;
  expect(evidence, Advice::make_again, "storage", "older trees");
}

TEST(Recommend, DetachingAClone) {
  auto evidence = unmountable();
  evidence.broken.clones = {"/dev/sda2 and /dev/loop1 both say that they are device 1"};
  // Nor is anything else told first: each mount would be a hazard.
  evidence.health[0].failing = true;
  expect(evidence, Advice::detach_clone, "none", "Detach one of them");
}

TEST(Recommend, AttachingWhatIsNotThere) {
  auto evidence = well();
  evidence.broken.devices.clear();
  evidence.trials.clear();
  expect(evidence, Advice::attach, "none", "--replace");
}

TEST(Recommend, NothingIsTriedOnWhatIsInUse) {
  auto evidence = unmountable();
  evidence.trials.clear();
  evidence.in_use = "/dev/sda2 is mounted on /";
  EXPECT_EQ(recommend(evidence).advice, Advice::in_use);
}

TEST(Evidence, IsToldInLines) {
  auto evidence = well();
  evidence.storage = "/mnt/storage";
  evidence.free_bytes = 1 << 20;
  evidence.backup = {"BackupAlder", 1000000 - 7200, ""};
  evidence.written = 1000000 - 3600;
  std::string text;
  for (const auto& line : lines_of(evidence)) text += line + "\n";
  for (const auto* part : {"superblock 1 at", "mount -o ro,rescue=nologreplay: mounted", "100 files", "2 h",
                           ": 1 h after that backup", "it calls itself well"})
    EXPECT_TRUE(has(text, part)) << part << "\n" << text;
}

}  // namespace
}  // namespace recover::diagnosis
