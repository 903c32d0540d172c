// Law 2, at each command that destroys: what is found there is what the plan was made for, or nothing is
// done.
#include "recover/identity.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "recover/error.hpp"
#include "recover/table_action.hpp"
#include "tests/unit/fake_run.hpp"
#include "tests/unit/scripted_processes.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::test {
namespace {

BlockDevice device(const std::string& path = "/dev/sdb2") {
  BlockDevice made;
  made.path = path;
  made.disk = "/dev/sdb";
  made.serial = "S1";
  made.wwn = "0x5";
  made.table_uuid = "table";
  made.partition_uuid = "guid";
  made.size = 4096;
  made.fs_type = "btrfs";
  made.fs_uuid = "u";
  return made;
}

TEST(Identity, TellsEachDifference) {
  const auto expected = identity_of(device());
  EXPECT_EQ(difference(expected, {device()}), "");
  const std::vector<std::pair<std::string BlockDevice::*, const char*>> cases{
      {&BlockDevice::serial, "serial"},    {&BlockDevice::wwn, "WWN"},
      {&BlockDevice::table_uuid, "table"}, {&BlockDevice::partition_uuid, "partition"},
      {&BlockDevice::volume, "LVM"},       {&BlockDevice::fs_type, "on it"},
      {&BlockDevice::fs_uuid, "on it"},    {&BlockDevice::in_use, "in use"},
      {&BlockDevice::path, "not there"}};
  for (const auto& [member, word] : cases) {
    auto now = device();
    now.*member = "OTHER";
    EXPECT_NE(difference(expected, {now}).find(word), std::string::npos) << word;
  }
  auto now = device();
  now.size = 8192;
  EXPECT_EQ(difference(expected, {now}), "expected bytes 4096, found 8192");
  now = device();
  now.fs_label = "renamed";
  EXPECT_EQ(difference(expected, {now}), "");
}

TEST(Identity, OfWhatIsWipedWantsNothingThere) {
  auto now = device();
  EXPECT_NE(difference(wiped(identity_of(now)), {now}), "");
  now.fs_type = now.fs_uuid = "";
  EXPECT_EQ(difference(wiped(identity_of(now)), {now}), "");
  now.table_uuid = "other";
  EXPECT_NE(difference(wiped(identity_of(device())), {now}), "") << "a partition keeps its table";
  // A whole disk that only its table told apart.
  auto disk = device("/dev/sdb");
  disk.partition_uuid = "";
  disk.serial = disk.table_uuid;
  auto bare = disk;
  bare.serial = bare.table_uuid = bare.fs_type = bare.fs_uuid = "";
  EXPECT_EQ(difference(wiped(identity_of(disk)), {bare}), "");
}

TEST(Identity, IsLookedAtWhileTheDeviceIsHeld) {
  const tests::TemporaryDirectory directory;
  const auto path = directory.put("sdb2", "");
  EXPECT_EQ(hold_as_planned({identity_of(device(path))}, [&] { return std::vector{device(path)}; }).size(),
            1U);
  auto other = device(path);
  other.serial = "S2";
  try {
    hold_as_planned({identity_of(device(path))}, [&] { return std::vector{other}; });
    FAIL() << "was taken";
  } catch (const Refused& error) {
    EXPECT_NE(std::string(error.what()).find("expected serial S1, found S2"), std::string::npos)
        << error.what();
  }
  EXPECT_THROW(
      hold_as_planned({identity_of(device("/dev/not-there"))}, [] { return std::vector<BlockDevice>{}; }),
      Refused);
}

TEST(Identity, RefusesANameThatWasGivenToAnotherDeviceMeanwhile) {
  const tests::TemporaryDirectory directory;
  const auto path = directory.put("sdb2", "");
  const auto look = [&] {
    directory.put("new", "");
    std::filesystem::rename(directory / "new", path);
    return std::vector{device(path)};
  };
  EXPECT_THROW(hold_as_planned({identity_of(device(path))}, look), Refused);
}

TEST(Identity, WaitsForWhoeverHasTheDeviceToHimselfForAMomentOnly) {
  const tests::TemporaryDirectory directory;
  const auto path = directory.put("sdb2", "");
  auto taken = device(path);
  taken.in_use = "opened exclusively by another process, or mounted in another mount namespace";
  int pauses = 0;
  const auto pause = [&] {
    ++pauses;
  };
  hold_as_planned(
      {identity_of(device(path))}, [&] { return std::vector{pauses < 3 ? taken : device(path)}; }, pause);
  EXPECT_EQ(pauses, 3);
  EXPECT_THROW(hold_as_planned(
                   {identity_of(device(path))}, [&] { return std::vector{taken}; }, pause),
               Refused);
  pauses = 0;
  taken.in_use = "mounted on /x";
  EXPECT_THROW(hold_as_planned(
                   {identity_of(device(path))}, [&] { return std::vector{taken}; }, pause),
               Refused);
  EXPECT_EQ(pauses, 0);
}

// The line that must not be lost: whatever destroys carries the identity of each device that it names.
TEST(Identity, IsCarriedByEveryActionThatDestroys) {
  FakeRun run;
  for (auto& esp : run.facts.devices)
    if (esp.fs_type == "vfat") esp.fs_type = esp.fs_uuid = "";
  run.plan = make_plan(load_playbook(source_path("playbooks/storage.toml")), run.profile, run.facts,
                       make_layout(run.profile, "/mnt/gentoo", run.directory), "");
  std::vector<std::string> seen;
  for (const auto& step : run.plan.steps)
    for (const auto& action : step.actions) {
      if (const auto* erase = std::get_if<Erase>(&action)) {
        ASSERT_FALSE(erase->devices.empty());
        seen.push_back(erase->argv.front());
        for (const auto& identity : erase->devices) {
          EXPECT_EQ(identity.serial, "S4EVNX0R123456");
          EXPECT_EQ(identity.content, "");
        }
      }
      if (const auto* lost = std::get_if<MakeIfLost>(&action)) {
        seen.push_back(lost->argv.front());
        EXPECT_EQ(lost->identity.partition_uuid, "11111111-7b1e-4a53-8a55-0f9f5b6d7e21");
        EXPECT_FALSE(lost->identity.content);
      }
      if (const auto* command = std::get_if<Command>(&action)) {
        EXPECT_NE(command->argv.front(), "wipefs");
        EXPECT_FALSE(command->argv.front().starts_with("mkfs")) << command->argv.front();
      }
    }
  EXPECT_EQ(seen, (std::vector<std::string>{"wipefs", "mkfs.btrfs", "mkfs.vfat"}));
}

TEST(MakeTable, WaitsForThePartitionsAndSaysWhatIsMissing) {
  const tests::TemporaryDirectory directory;
  auto disk = device(directory.put("disk", ""));
  disk.partition_uuid = disk.fs_type = disk.fs_uuid = "";
  const auto partition = device("/dev/sdb2");
  const MakeTable action{
      {"sfdisk", disk.path}, {"label: gpt", "1 : start=1"}, identity_of(disk), {identity_of(partition)}};
  tests::ScriptedProcesses processes;
  processes.answer(action.argv, "label: gpt\n1 : start=1\n", "");
  int looks = 0;
  const auto look = [&] {
    return ++looks < 4 ? std::vector{disk} : std::vector{disk, partition};
  };
  make_table(processes, action, look);
  EXPECT_EQ(looks, 4);
  EXPECT_THROW(make_table(processes, action, [&] { return std::vector{disk}; }), Failed);
  disk.serial = "OTHER";
  const auto before = processes.calls.size();
  EXPECT_THROW(make_table(processes, action, [&] { return std::vector{disk}; }), Refused);
  EXPECT_EQ(processes.calls.size(), before);
}

TEST(MakeTable, SaysWhatSfdiskSaid) {
  const tests::TemporaryDirectory directory;
  auto disk = device(directory.put("disk", ""));
  tests::ScriptedProcesses processes;
  processes.answer({"sfdisk"}, "x\n", tests::ended(1, "cannot open: no medium"));
  try {
    make_table(processes, {{"sfdisk"}, {"x"}, identity_of(disk), {}}, [&] { return std::vector{disk}; });
    FAIL();
  } catch (const Failed& error) {
    EXPECT_NE(std::string(error.what()).find("no medium"), std::string::npos);
  }
}

}  // namespace
}  // namespace recover::test
