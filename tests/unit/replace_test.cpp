// A disk that takes another's place: what is refused, what the plan then is, and that a run can go on.
#include "recover/replace.hpp"

#include <gtest/gtest.h>

#include "recover/check.hpp"
#include "recover/circumstances.hpp"
#include "recover/error.hpp"
#include "recover/journal_state.hpp"
#include "recover/partition_table.hpp"
#include "recover/plan.hpp"
#include "recover/plan_hash.hpp"
#include "tests/unit/recorded_machine.hpp"

namespace recover::test {
namespace {

const std::string old_serial = "S4EVNX0R123456", new_serial = "S5NEW0R777777";
const std::string given = old_serial + "=" + new_serial;

Facts new_disk() {
  return recorded_machine("alder-new-disk");
}

Profile replaced(const Facts& facts, const std::vector<std::string>& words = {given},
                 Profile profile = sample_profile()) {
  replace_disks(profile, facts, words);
  return profile;
}

Plan planned(const Profile& profile, const Facts& facts) {
  return make_plan(load_playbook(source_path("playbooks/storage.toml")), profile, facts,
                   make_layout(profile, "/mnt/gentoo", ""), "");
}

void expect_refused(const Facts& facts, const std::vector<std::string>& words, const std::string& word,
                    const Profile& profile = sample_profile()) {
  try {
    replaced(facts, words, profile);
    FAIL() << "was taken: " << words.front();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << error.what();
  }
}

// The new disk once sfdisk has been there.
Facts with_table(const Profile& profile, Facts facts) {
  const auto blank = facts.devices[0];
  std::erase_if(facts.devices, [](const auto& device) { return device.path.starts_with("/dev/nvme0n1p"); });
  facts.devices[0].table_uuid = profile.disks[0].table_uuid;
  for (const auto& partition : profile.disks[0].partitions)
    facts.devices.push_back(planned_partition(blank, profile.disks[0], partition));
  return facts;
}

TEST(Replace, RefusesWhatIsNotMeant) {
  expect_refused(new_disk(), {"S4EVNX0R123456"}, "OLD=NEW");
  expect_refused(new_disk(), {"=x"}, "OLD=NEW");
  expect_refused(new_disk(), {"OTHER=" + new_serial}, "no disk with the serial OTHER");
  expect_refused(new_disk(), {old_serial + "=NOWHERE"}, "not attached");
  expect_refused(new_disk(), {given, given}, "no disk with the serial");
  expect_refused(recorded_machine("alder"), {old_serial + "=S4EVNX0R654321"}, "still attached");
  auto facts = new_disk();
  facts.devices.push_back(facts.devices[0]);
  facts.devices.back().path = facts.devices.back().disk = "/dev/sdy";
  expect_refused(facts, {given}, "twice");
  auto profile = sample_profile();
  profile.disks.push_back({"other", new_serial, "", "", 1, {}});
  expect_refused(new_disk(), {given}, "itself the profile's disk", profile);
  facts = new_disk();
  facts.devices[0].serial = facts.devices[0].table_uuid;
  expect_refused(facts, {old_serial + "=" + facts.devices[0].serial}, "no serial of its own");
}

TEST(Replace, RefusesWithoutThePartitionsOfTheProfile) {
  auto profile = sample_profile();
  profile.disks[0].partitions.clear();
  expect_refused(new_disk(), {given}, "by hand with the GUIDs", profile);
  profile = sample_profile();
  profile.filesystem.devices[0].partition = "";
  profile.filesystem.devices[0].volume = "vg/root";
  expect_refused(new_disk(), {given}, "vg/root", profile);
}

TEST(Replace, RefusesADiskThatIsTooSmallForItsPartitions) {
  auto facts = new_disk();
  facts.devices[0].size = 500 << 20;
  expect_refused(facts, {given}, "Take a larger disk");
}

TEST(Replace, IsNeverTheDiskOfTheStorageVolumeNorTheLiveMedium) {
  const auto facts = new_disk();
  const auto on_storage = replaced(facts, {old_serial + "=WD-1"});
  EXPECT_EQ(find_check("target-not-storage")->ask(on_storage, facts).verdict, Verdict::fails);
  EXPECT_EQ(find_check("target-not-member")->ask(on_storage, facts).verdict, Verdict::fails);
  EXPECT_EQ(find_check("target-free")->ask(on_storage, facts).verdict, Verdict::fails);
  auto profile = sample_profile();
  profile.esp.reset();
  profile.filesystem.devices[0].partition = "";
  const auto on_stick = replaced(facts, {old_serial + "=STICK-1"}, profile);
  EXPECT_EQ(find_check("target-not-live-medium")->ask(on_stick, facts).verdict, Verdict::fails);
}

TEST(Replace, MakesTheTableBeforeAnythingElseAndEndsAtTheSamePartitions) {
  const auto facts = new_disk();
  auto profile = replaced(facts);
  profile.file = "/mnt/gentoo/machine.toml";
  expect_golden("replaced-plan.txt", plan_text(planned(profile, facts), 79));
}

TEST(Replace, ShowsBothDisksAndWantsTheNewOnesSerialAndItsTable) {
  const auto facts = new_disk();
  const auto plan = planned(replaced(facts), facts);
  std::string text;
  for (const auto& line : plan.replaced) text += line + "\n";
  for (const auto* word : {"S4EVNX0R123456", "S5NEW0R777777", "Samsung SSD 980", "eui.0025385b71b0a1c2",
                           "eui.0025385b71b0eeee", "500107862016", "1000204886016", "photos", "ffffffff-"})
    EXPECT_NE(text.find(word), std::string::npos) << word << "\nin\n" << text;
  std::vector<std::string> typed;
  for (const auto& wanted : confirmations(plan)) typed.push_back(wanted.identity);
  EXPECT_EQ(typed, (std::vector<std::string>{new_serial, "dddddddd-4a35-4bb2-a5f5-4bd9d0b4a3c1"}));
}

TEST(Replace, HoldsAllChecksOnAFreeDisk) {
  const auto facts = new_disk();
  const auto profile = replaced(facts);
  for (const auto* name : {"target-found", "target-free", "target-size", "target-not-storage", "uuid-unique",
                           "target-not-live-medium", "target-not-member", "boot-partitions", "tools"}) {
    const auto answer = find_check(name)->ask(profile, facts);
    EXPECT_EQ(answer.verdict, Verdict::holds) << name << ": " << answer.evidence;
  }
}

TEST(Replace, WantsRoomForTheBackup) {
  auto facts = new_disk();
  const auto profile = replaced(facts);
  facts.backup = bacula::Backup{};
  facts.backup->bytes = 2000000000000;
  EXPECT_EQ(find_check("target-size")->ask(profile, facts).verdict, Verdict::fails);
}

TEST(Replace, FindsItsOwnTableAndTheSameHashWhenTheRunGoesOn) {
  const auto facts = new_disk();
  const auto profile = replaced(facts);
  const auto later = with_table(profile, facts);
  const auto resumed = replaced(later);
  EXPECT_EQ(machine_hash(resumed, ""), machine_hash(profile, ""));
  const auto plan = planned(resumed, later);
  EXPECT_EQ(plan_text(plan, 79).find("sfdisk"), std::string::npos);
  EXPECT_TRUE(plan.foreign.empty());
  EXPECT_EQ(path_of(plan.targets[0]), path_of(planned(profile, facts).targets[0]));
  EXPECT_EQ(plan.targets[0].device->size, planned(profile, facts).targets[0].device->size);
}

TEST(Replace, IsRememberedByTheJournal) {
  const auto begun = Event("run-begun").with("replaced", std::vector<std::string>{given});
  EXPECT_EQ(state_of({begun, Event("run-resumed")}).replaced, std::vector<std::string>{given});
}

TEST(Replace, MakesATableAgainThatIsNotInItsPlaces) {
  const auto facts = new_disk();
  auto later = with_table(replaced(facts), facts);
  later.devices.back().size -= 4096;  // dd of the old disk, and one partition made anew
  const auto plan = planned(replaced(later), later);
  EXPECT_NE(plan_text(plan, 79).find("sfdisk"), std::string::npos);
  ASSERT_EQ(plan.foreign.size(), 1U);
}

TEST(Replace, OfAWholeDiskMakesNoTableAndWantsTheForeignOneNamed) {
  auto profile = sample_profile();
  profile.esp.reset();
  profile.filesystem.devices[0].partition = "";
  const auto facts = new_disk();
  profile = replaced(facts, {given}, profile);
  auto plan = make_plan(load_playbook(source_path("playbooks/tree.toml")), profile, facts,
                        make_layout(profile, "/mnt/gentoo", ""), "");
  EXPECT_EQ(plan_text(plan, 79).find("sfdisk"), std::string::npos);
  EXPECT_NE(plan_text(plan, 79).find("wipefs --all /dev/nvme0n1\n"), std::string::npos);
  EXPECT_EQ(confirmations(plan).size(), 2U);
  EXPECT_EQ(find_check("target-free")->ask(profile, facts).verdict, Verdict::holds);
}

TEST(Replace, ADriftOfTheNewDiskIsSeen) {
  const auto facts = new_disk();
  const auto profile = replaced(facts);
  auto later = facts;
  const auto before = circumstances(profile, facts, {});
  EXPECT_EQ(difference(before, circumstances(profile, later, {})), "");
  later.devices[0].table_uuid = "99999999-4a35-4bb2-a5f5-4bd9d0b4a3c1";
  EXPECT_NE(difference(before, circumstances(profile, later, {})), "");
}

TEST(Replace, SaysInTheEndThatTheProfileIsOld) {
  EXPECT_EQ(replaced_note(sample_profile()), "");
  EXPECT_NE(replaced_note(replaced(new_disk())).find("recover capture"), std::string::npos);
  EXPECT_TRUE(same_replacements({"a=b", "c=d"}, {"c=d", "a=b"}));
  EXPECT_FALSE(same_replacements({"a=b"}, {"a=c"}));
}

TEST(PartitionTable, GivesTheLastPartitionWhatALargerDiskHasMore) {
  const std::int64_t mib = 1 << 20;
  const std::vector<ProfilePartition> table{{1, "a", "t", "", mib, mib},
                                            {2, "b", "t", "", 2 * mib, 10 * mib}};
  EXPECT_EQ(laid_out(table, 20 * mib, 20 * mib, 512)[1].size, 10 * mib);
  EXPECT_EQ(laid_out(table, 20 * mib, 40 * mib, 512)[1].size, 37 * mib) << "the last MiB holds the copy";
  EXPECT_EQ(laid_out(table, 20 * mib, 15 * mib, 512)[1].size, 10 * mib) << "it still fits";
  EXPECT_EQ(laid_out(table, 20 * mib, 8 * mib, 512)[1].size, 5 * mib);
  EXPECT_THROW(laid_out(table, 20 * mib, 3 * mib, 512), Refused);
  EXPECT_EQ(laid_out(table, 20 * mib, 40 * mib, 4096)[1].size, 37 * mib);
  auto odd = table;
  odd[0].start = 63 * 512;
  EXPECT_THROW(laid_out(odd, 20 * mib, 40 * mib, 4096), Refused);
}

TEST(PartitionTable, NamesPartitionsAsTheKernelDoes) {
  EXPECT_EQ(partition_path("/dev/sdb", 2), "/dev/sdb2");
  EXPECT_EQ(partition_path("/dev/nvme0n1", 2), "/dev/nvme0n1p2");
  EXPECT_EQ(partition_path("/dev/loop0", 12), "/dev/loop0p12");
}

TEST(PartitionTable, IsWrittenInSectorsOfTheDiskAndNoNameEscapes) {
  auto disk = sample_profile().disks[0];
  disk.partitions[0].name = "a\" , type=\"b\n2 : start=1";
  const auto lines = table_script(disk, 4096);
  EXPECT_EQ(lines[3], "first-lba: 6");
  EXPECT_EQ(lines[4],
            "1 : start=256, size=131072, type=c12a7328-f81f-11d2-ba4b-00a0c93ec93b, "
            "uuid=11111111-7b1e-4a53-8a55-0f9f5b6d7e21, name=\"a , type=b2 : start=1\"");
}

}  // namespace
}  // namespace recover::test
