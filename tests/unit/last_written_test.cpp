#include "recover/last_written.hpp"

#include <gtest/gtest.h>

#include "tests/unit/recorded_machine.hpp"
#include "tests/unit/scripted_processes.hpp"

namespace recover::tests {
namespace {

// btrfs-progs 6.2, cut.
constexpr auto dump =
    "btrfs-progs v6.2\n"
    "\titem 0 key (EXTENT_TREE ROOT_ITEM 0) itemoff 15844 itemsize 439\n"
    "\t\tctime 0.0 (1970-01-01 00:00:00)\n"
    "\titem 3 key (FS_TREE ROOT_ITEM 0) itemoff 14949 itemsize 439\n"
    "\t\tctransid 7 otransid 0 stransid 0 rtransid 0\n"
    "\t\tctime 1795379277.467228338 (2026-11-22 20:27:57)\n"
    "\t\totime 1999999999.0 (2033-05-18 03:33:19)\n"
    "\titem 11 key (256 ROOT_ITEM 0) itemoff 12965 itemsize 439\n"
    "\t\tctime 1795379261.0 (2026-11-22 20:27:41)\n";

TEST(LastWritten, IsTheNewestOfTheSubvolumes) {
  for (std::size_t length : {std::size_t{1}, std::size_t{7}, std::string(dump).size()}) {
    RootTreeTimes times;
    for (std::size_t at = 0; at < std::string(dump).size(); at += length)
      times.read(std::string(dump).substr(at, length));
    EXPECT_EQ(times.newest(), 1795379277) << length;
  }
}

TEST(LastWritten, IsNotKnownWhereNoSubvolumeHasATime) {
  RootTreeTimes times;
  times.read(
      "\t\tctime 0.0 (1970-01-01 00:00:00)\n\t\tctime 99999999999999999999.0\n\t\tctime \nctime 5.0\n");
  times.read(std::string(10000, 'x') + "\t\tctime 5.0\n\t\tctime 6.0");  // the last line has no end
  EXPECT_EQ(times.newest(), std::nullopt);
}

constexpr std::size_t root = 2;  // of alder's devices

Facts with(const std::string& type, const std::string& uuid) {
  auto facts = test::recorded_machine("alder");
  for (auto& device : facts.devices) {
    if (&device != &facts.devices[root] && device.fs_type != "ext4") continue;
    device.fs_type = type;
    device.fs_uuid = uuid;
    device.usage = {};
  }
  return facts;
}

std::vector<std::string> asks_of(const std::string& path) {
  return {"btrfs", "inspect-internal", "dump-tree", "--noscan", "-t", "root", path};
}

TEST(LastWritten, IsAskedOfATargetThatTheProfileDoesNotKnowAndOfNoOtherDisk) {
  const auto profile = test::sample_profile();
  auto facts = with("btrfs", "ffffffff-9d1c-4f4f-8b64-6b1d8e9f2a10");
  ScriptedProcesses processes;
  processes.answer(asks_of(facts.devices[root].path), "", dump);
  add_last_written(facts, profile, processes);
  for (std::size_t at = 0; at < facts.devices.size(); ++at)
    EXPECT_EQ(facts.devices[at].usage.written.value_or(0), at == root ? 1795379277 : 0) << at;
  EXPECT_EQ(processes.calls.size(), 1U);
}

TEST(LastWritten, IsNotAskedWhereItDoesNotMatter) {
  const auto profile = test::sample_profile();
  ScriptedProcesses processes;
  for (auto facts :
       {with("btrfs", profile.filesystem.uuid), with("xfs", "ffffffff-9d1c-4f4f-8b64-6b1d8e9f2a10")})
    add_last_written(facts, profile, processes);
  EXPECT_TRUE(processes.calls.empty());
}

TEST(LastWritten, IsNotKnownWhereTheRootTreeCannotBeRead) {
  const auto profile = test::sample_profile();
  auto facts = with("btrfs", "ffffffff-9d1c-4f4f-8b64-6b1d8e9f2a10");
  ScriptedProcesses processes;
  processes.answer(asks_of(facts.devices[root].path), "", ended(1, dump));
  add_last_written(facts, profile, processes);
  EXPECT_EQ(facts.devices[root].usage.written, std::nullopt);
}

}  // namespace
}  // namespace recover::tests
