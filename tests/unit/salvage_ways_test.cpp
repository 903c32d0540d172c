// What the rungs are made of: places on the machine, mounts, btrfs restore, tree roots.
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <regex>
#include <set>

#include "recover/error.hpp"
#include "recover/salvage/mounted.hpp"
#include "recover/salvage/of_filesystem.hpp"
#include "recover/salvage/restore.hpp"
#include "recover/salvage/sources.hpp"
#include "recover/salvage/tree_roots.hpp"
#include "tests/unit/scripted_processes.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::salvage {
namespace {

using Names = std::vector<std::string>;
const MountedPaths debian{{"@", "/"}, {"@home", "/home"}};

TEST(SalvageSources, ASubvolumeIsWhereTheMachineShowsIt) {
  EXPECT_EQ(place_on_machine("@", debian), "/");
  EXPECT_EQ(place_on_machine("@/var/lib/machines", debian), "/var/lib/machines");
  EXPECT_EQ(place_on_machine("@home/anna", debian), "/home/anna");
  EXPECT_EQ(place_on_machine("@homes", debian), "/.subvolumes/@homes");
  EXPECT_EQ(place_on_machine("other/deep", debian), "/.subvolumes/other/deep");
  // Behind what is mounted on /home nobody sees it.
  EXPECT_EQ(place_on_machine("@/home/old", debian), "/.subvolumes/@/home/old");
  EXPECT_EQ(place_on_machine("x", {{"/", "/"}}), "/x");
}

Subvolume named(const std::string& path, bool read_only, std::uint64_t id = 300) {
  Subvolume subvolume;
  subvolume.id = id;
  subvolume.path = path;
  subvolume.read_only = read_only;
  return subvolume;
}

TEST(SalvageSources, APlaceOnTheMachineIsFoundAgainOnTheFilesystem) {
  for (const auto* subvolume :
       {"@", "@/var/lib/machines", "@home/anna", "@homes", "other/deep", "@/home/old"})
    EXPECT_EQ(place_on_filesystem(place_on_machine(subvolume, debian), debian), subvolume);
  EXPECT_EQ(place_on_filesystem("/etc/x", debian), "@/etc/x");
  EXPECT_EQ(place_on_filesystem("/etc/x", {{"", "/"}}), "etc/x");
}

TEST(SalvageSources, WhatLiesWhereASubvolumeThatIsGoneWasMountedBelongsToItsParent) {
  const auto parts = parts_of(debian, {named("@", false)}, false);
  const auto root = source_of(parts.read[0], parts, "/m", ladder(false)[0], 7, false);
  EXPECT_EQ(std::find(root.elsewhere.begin(), root.elsewhere.end(), "/home"), root.elsewhere.end());
}

TEST(SalvageSources, SnapshotsThatCanBeWrittenAreRead) {
  auto rolled_back = named("@/rolled-back", true);
  rolled_back.read_only = false;
  const auto parts = parts_of(debian, {named("@", false), named("@home", false), rolled_back}, false);
  EXPECT_NE(std::find(parts.read.begin(), parts.read.end(), Part{"@/rolled-back", "/rolled-back"}),
            parts.read.end());
}

TEST(SalvageSources, SnapshotsAreReadWhenAskedForAndNeverEntered) {
  const std::vector<Subvolume> found{named("@", false), named("@home", false), named("@/snap", true),
                                     named("data", false)};
  const auto parts = parts_of(debian, found, false);
  EXPECT_EQ(parts.read,
            (std::vector<Part>{
                {"@", "/"}, {"@home", "/home"}, {"data", "/.subvolumes/data"}, {"", "/.subvolumes"}}));
  EXPECT_EQ(parts_of(debian, found, true).read.size(), 5U);
  const auto root = source_of(parts.read[0], parts, "/m", ladder(false)[0], 7, false);
  EXPECT_EQ(root.at, "/m/@");
  for (const auto* path : {"/snap", "/home"})
    EXPECT_NE(std::find(root.elsewhere.begin(), root.elsewhere.end(), path), root.elsewhere.end()) << path;
  const auto top = source_of(parts.read[3], parts, "/m", ladder(false)[0], 7, false);
  EXPECT_EQ(top.at, "/m");
  EXPECT_NE(std::find(top.elsewhere.begin(), top.elsewhere.end(), "/.subvolumes/@"), top.elsewhere.end());
}

class ScriptedMounts : public Mounts {
 public:
  explicit ScriptedMounts(std::string top) : top_(std::move(top)) {}
  std::string readable(const std::string& device) override { return device + ".read-only"; }
  void mount(const std::string& device, const std::string& target, const std::string& options) override {
    asked.push_back(device + " " + options);
    const auto which = options.substr(options.rfind(",subvol") + 1);
    if (!good.contains(which))
      throw Failed("Could not mount with " + options + ": can't read superblock", "dmesg");
    std::filesystem::create_directories(target);
    mounted.insert(target);
  }
  void unmount(const std::string& target) override { mounted.erase(target); }
  std::uint64_t generation(const std::string&) override { return mounted_generation; }
  std::vector<Subvolume> subvolumes(const std::string&) override { return found; }
  Names kernel_words() override { return std::exchange(words, {}); }

  std::set<std::string> good, mounted;
  std::uint64_t mounted_generation = 0;
  Names asked, words;
  std::vector<Subvolume> found;

 private:
  std::string top_;
};

class SalvageMounted : public ::testing::Test {
 protected:
  SalvageMounted() {
    place_.uuid = "u";
    place_.subvolumes = debian;
    place_.mount_point = temporary_ / "broken";
  }
  std::unique_ptr<Reading> open() {
    return open_mounted(mounts_, {place_, {"/dev/a", "/dev/b"}, 12, false, log_}, ladder(true)[0]);
  }

  tests::TemporaryDirectory temporary_;
  ScriptedMounts mounts_{temporary_.path()};
  BrokenPlace place_;
  bool log_ = false;
};

TEST_F(SalvageMounted, ByAnOlderTreeRootAllIsOlderHoweverRightItsChecksums) {
  mounts_.good = {"subvolid=5"};
  mounts_.mounted_generation = 11;
  mounts_.found = {named("@", false)};
  temporary_.put("broken/@/x", "x");
  const auto reading = open();
  ASSERT_FALSE(reading->sources().empty());
  EXPECT_EQ(reading->sources()[0].rung.kind, RungKind::older);
  EXPECT_EQ(reading->sources()[0].generation, 11U);
  EXPECT_NE(reading->answer().find("generation 11, and the newest is 12"), std::string::npos);
}

TEST_F(SalvageMounted, OfTheNewestGenerationNothingIsOlder) {
  mounts_.good = {"subvolid=5"};
  mounts_.mounted_generation = 12;
  temporary_.put("broken/@/x", "x");
  EXPECT_EQ(open()->sources()[0].rung.kind, RungKind::mount);
}

TEST_F(SalvageMounted, TheTopLevelShowsAll) {
  mounts_.good = {"subvolid=5"};
  temporary_.put("broken/@/x", "");
  temporary_.put("broken/@home/y", "");
  {
    const auto reading = open();
    EXPECT_EQ(mounts_.asked, Names({"/dev/a ro,degraded,rescue=nologreplay,device=/dev/b,subvolid=5"}));
    ASSERT_EQ(reading->sources().size(), 3U);
    EXPECT_EQ(reading->sources()[1].at, temporary_ / "broken/@home");
    EXPECT_EQ(reading->sources()[1].path, "/home");
    EXPECT_EQ(reading->sources()[1].generation, 12U);
    mounts_.words = {"BTRFS warning (device a): csum failed"};
    EXPECT_EQ(reading->answer(), "mounted; BTRFS warning (device a): csum failed");
    EXPECT_EQ(mounts_.mounted.size(), 1U);
  }
  EXPECT_TRUE(mounts_.mounted.empty());
}

TEST_F(SalvageMounted, SaysThatALogIsNotReplayed) {
  mounts_.good = {"subvolid=5"};
  log_ = true;
  EXPECT_NE(open()->answer().find("log, which is not replayed"), std::string::npos);
}

TEST_F(SalvageMounted, EachSubvolumeByItselfWhereTheTopLevelCannotBeHad) {
  mounts_.good = {"subvol=@home"};
  const auto reading = open();
  ASSERT_EQ(reading->sources().size(), 2U);
  EXPECT_FALSE(std::filesystem::exists(reading->sources()[0].at));  // "@": not reached, and that must be seen
  EXPECT_TRUE(std::filesystem::is_directory(reading->sources()[1].at));
  reading->close();
  EXPECT_TRUE(mounts_.mounted.empty());
}

TEST_F(SalvageMounted, SaysWhyNothingCanBeMounted) {
  mounts_.words = {"of before"};
  try {
    open();
    FAIL();
  } catch (const Failed& error) {
    EXPECT_EQ(error.problem(), "not mounted: can't read superblock");
  }
  EXPECT_EQ(mounts_.asked.size(), 3U);
}

// Does what a test says in place of btrfs restore.
class RestoreProcesses : public tests::ScriptedProcesses {
 public:
  system::ProcessResult run(const system::ProcessSpec& spec, const system::Sink& sink) override {
    commands.push_back(spec.argv);
    input = spec.input;
    for (char c : does(spec.argv)) sink(std::string_view(&c, 1));
    return tests::ended(0, "");
  }
  std::function<std::string(const Names&)> does;
  std::vector<Names> commands;
  std::string input;
};

class Silent : public Observer {
 public:
  void observe(const Event&) override {}
};

class SalvageRestore : public ::testing::Test {
 protected:
  SalvageRestore() {
    system::SuperblockCopy lost, whole;
    lost.problem = "there is no btrfs superblock";
    whole.mirror = 1;
    whole.generation = 11;
    whole.used_bytes = 1000;
    broken_.devices.push_back({"/dev/a", "", 1 << 30, {lost, whole}});
    place_.subvolumes = debian;
  }
  std::unique_ptr<Reading> open(const Way& way) {
    return open_restored(processes_, {place_, broken_, scratch_, false, [this] { return free_; }, wanting_},
                         way, silent_);
  }

  tests::TemporaryDirectory temporary_;
  std::string scratch_ = temporary_ / "scratch";
  BrokenBtrfs broken_;
  BrokenPlace place_;
  RestoreProcesses processes_;
  std::int64_t free_ = 5000;
  Wanting wanting_;
  Silent silent_;
  Way way_{ladder(false)[3]};
};

TEST_F(SalvageRestore, BeginsWithTheCopyThatIsWholeAndLeavesNothingBehind) {
  temporary_.put("scratch/of/a/killed/run", "");
  processes_.does = [&](const Names&) {
    EXPECT_FALSE(std::filesystem::exists(scratch_ + "/of"));
    temporary_.put("scratch/@/x", "1");
    temporary_.put("scratch/@home/y", "1");
    return "Restoring " + scratch_ + "/@/x\nRestoring " + scratch_ + "/@hoERROR: copying data for " +
           scratch_ + "/@/x failed\nme/y\nDone searching /@\n";
  };
  {
    const auto reading = open(way_);
    ASSERT_EQ(processes_.commands.size(), 1U);
    EXPECT_EQ(processes_.commands[0],
              Names({"btrfs", "restore", "-m", "-x", "-S", "-i", "-v", "-v", "-u", "1", "/dev/a", scratch_}));
    EXPECT_TRUE(processes_.input.starts_with("a\na\n"));  // to its question whether it loops
    EXPECT_EQ(reading->sources()[0].at, scratch_ + "/@");
    EXPECT_TRUE(reading->sources()[0].scratch);
    EXPECT_EQ(reading->sources()[0].partly, Names({"/x"}));
    EXPECT_EQ(reading->doubts().size(), 1U);
  }
  EXPECT_FALSE(std::filesystem::exists(scratch_));
}

TEST_F(SalvageRestore, ASnapshotThatTheMachineMountsIsAskedForByItself) {
  processes_.does = [&](const Names& argv) {
    const bool again = std::find(argv.begin(), argv.end(), "-s") != argv.end();
    temporary_.put(again ? "scratch/@home/y" : "scratch/@/x", "1");
    return std::string();
  };
  const auto reading = open(way_);
  ASSERT_EQ(processes_.commands.size(), 2U);
  const auto& again = processes_.commands[1];
  const auto at = std::find(again.begin(), again.end(), "--path-regex");
  ASSERT_NE(at, again.end());
  EXPECT_EQ(*(at + 1), "^(/|/@home|/@home/.*)$");
}

TEST_F(SalvageRestore, WhatIsStillWantedAloneNeedsNoMoreRoomThanThat) {
  free_ = 999;
  wanting_ = {{"/etc/x"}, 500};
  processes_.does = [&](const Names&) {
    temporary_.put("scratch/@/etc/x", "1");
    return std::string();
  };
  const auto reading = open(way_);
  ASSERT_EQ(processes_.commands.size(), 1U);
  const auto& argv = processes_.commands[0];
  EXPECT_NE(std::find(argv.begin(), argv.end(), "^(/|/@|/@/etc|/@/etc/x|/@/etc/x/.*)$"), argv.end());
  wanting_.bytes = -1;
  EXPECT_THROW(open(way_), Failed);
}

TEST_F(SalvageRestore, WhatItBringsBackAfterTheRoomIsGoneIsNotTaken) {
  processes_.does = [&](const Names&) {
    temporary_.put("scratch/@/x", "cut");
    free_ = 0;
    return std::string();
  };
  EXPECT_THROW(open(way_), NotTried);
  EXPECT_FALSE(std::filesystem::exists(scratch_));
}

TEST_F(SalvageRestore, IsNotBegunWithoutRoom) {
  free_ = 999;
  processes_.does = [](const Names&) {
    return std::string();
  };
  try {
    open(way_);
    FAIL();
  } catch (const Failed& error) {
    EXPECT_NE(error.problem().find("1000 B"), std::string::npos) << error.problem();
    EXPECT_NE(error.problem().find("999 B"), std::string::npos) << error.problem();
  }
  EXPECT_TRUE(processes_.commands.empty());
}

TEST_F(SalvageRestore, NothingBroughtBackIsAFailureWithItsWords) {
  processes_.does = [](const Names&) {
    return std::string("ERROR: cannot read chunk root\n");
  };
  try {
    open({ladder(false)[4], "", 4096, 9, "a date"});
    FAIL();
  } catch (const Failed& error) {
    EXPECT_EQ(error.problem(), "ERROR: cannot read chunk root");
  }
  const auto& argv = processes_.commands[0];
  EXPECT_NE(std::find(argv.begin(), argv.end(), "4096"), argv.end());
  EXPECT_FALSE(std::filesystem::exists(scratch_));
}

TEST(SalvageRestoreWords, ARegularExpressionAsksForEachDirectoryOnTheWay) {
  const std::regex words(path_regex({"@/.snapshots/1+", "@home/anna"}), std::regex::extended);
  for (const auto* path :
       {"/", "/@", "/@/.snapshots", "/@/.snapshots/1+", "/@/.snapshots/1+/etc/x", "/@home", "/@home/anna/x"})
    EXPECT_TRUE(std::regex_match(path, words)) << path;
  for (const auto* path : {"/@/etc", "/@/xsnapshots", "/@/.snapshots/11", "/@home/ann", "/@homes"})
    EXPECT_FALSE(std::regex_match(path, words)) << path;
}

TEST(SalvageRestoreWords, AFileMayBeCalledAnError) {
  RestoreOutput output({});
  output.take("Restoring /s/Error mkdiring\nRestoring /s/Could not\n");
  EXPECT_EQ(output.files(), 2);
  EXPECT_EQ(output.complained(), 0);
  output.take("Error copying data for /s/a b\n");
  EXPECT_EQ(output.partly(), std::set<std::string>({"/s/a b"}));
}

// As btrfs-progs 6.2 prints them.
TEST(SalvageTreeRoots, AreReadFromWhatIsPrinted) {
  const auto found = parse_found_roots(
      "Superblock thinks the generation is 11\nSuperblock thinks the level is 0\n"
      "Well block 31080448(gen: 11 level: 0) seems good, and it matches superblock\n"
      "Well block 30982144(gen: 10 level: 0) seems good, but generation/level doesn't match, want gen: 11 "
      "level: 0\n"
      "Well block x(gen: 1\nWell block 5(gen: \nWell block 30457856(gen: 7 level: 0) seems");
  EXPECT_EQ(found, (std::vector<TreeRoot>{{31080448, 11}, {30982144, 10}, {30457856, 7}}));
  system::SuperblockCopy superblock;
  superblock.generation = 11;
  superblock.backups = {{11, 31080448, 1}, {9, 30867456, 1}, {7, 30457856, 1}, {6, 30588928, 1}};
  EXPECT_EQ(older_roots(&superblock, found, 3),
            (std::vector<TreeRoot>{{30982144, 10}, {30867456, 9}, {30457856, 7}}));
  EXPECT_EQ(older_roots(nullptr, found, 9).size(), 3U);
}

TEST(SalvageTreeRoots, TheDateIsThatOfTheNewestChangeOfFiles) {
  const std::string text =
      "\titem 0 key (EXTENT_TREE ROOT_ITEM 0) itemoff 15844 itemsize 439\n\t\tctime 1999999999.0 (x)\n"
      "\titem 3 key (FS_TREE ROOT_ITEM 0) itemoff 14949 itemsize 439\n"
      "\t\tctime 1795495675.787927646 (2026-11-24 04:47:55)\n\t\totime 1899495675.0 (x)\n"
      "\titem 9 key (257 ROOT_ITEM 0) itemoff 14949 itemsize 439\n\t\tctime 1795495679.0 (x)\n"
      "\titem 7 key (ROOT_TREE_DIR INODE_ITEM 0) itemoff 14725 itemsize 160\n\t\tctime 1895495675.0 (x)\n";
  EXPECT_EQ(parse_newest_change(text), 1795495679);
  EXPECT_EQ(parse_newest_change("\titem 3 key (FS_TREE ROOT_ITEM 0)\n\t\tctime 0.0 (x)\n"), std::nullopt);
  EXPECT_EQ(parse_newest_change("\titem 3 key (FS_TREE ROOT_ITEM 0)\n\t\tctime 99999999999999999999\n"),
            std::nullopt);
  EXPECT_EQ(parse_newest_change(""), std::nullopt);
}

TEST(SalvageDirectory, OutlivesTheFilesystemThatARecoveryHasMadeAgain) {
  const tests::TemporaryDirectory temporary;
  system::SuperblockCopy copy;
  copy.generation = 700;
  copy.device = "AAAAAAAA-2222-3333-4444-555555555555";
  BrokenBtrfs broken;
  broken.uuid = "11111111-2222-3333-4444-555555555555";
  broken.devices.push_back({"/dev/a", "", 1, {copy}});
  EXPECT_EQ(salvaged_from(temporary.path(), broken), Salvaged::from_it);
  EXPECT_EQ(salvaged_from(temporary.path(), broken), Salvaged::from_it);
  broken.devices[0].superblocks[0].generation = 6;
  EXPECT_THROW(salvaged_from(temporary.path(), broken), Refused);
  broken.devices[0].superblocks[0].device = "bbbbbbbb-2222-3333-4444-555555555555";
  EXPECT_EQ(salvaged_from(temporary.path(), broken), Salvaged::before_it_was_made);
}

TEST(SalvageDirectory, IsOfOneStateOfOneFilesystem) {
  const tests::TemporaryDirectory temporary;
  BrokenBtrfs broken;
  broken.uuid = "11111111-2222-3333-4444-555555555555";
  broken.devices.push_back({"/dev/a", "", 1, {}});
  salvaged_from(temporary.path(), broken);  // no superblock: its state is not known
  system::SuperblockCopy copy;
  copy.generation = 7;
  broken.devices[0].superblocks = {copy};
  salvaged_from(temporary.path(), broken);
  salvaged_from(temporary.path(), broken);
  broken.devices[0].superblocks[0].generation = 8;
  EXPECT_THROW(salvaged_from(temporary.path(), broken), Refused);
  broken.devices[0].superblocks.clear();
  salvaged_from(temporary.path(), broken);
  broken.uuid = "21111111-2222-3333-4444-555555555555";
  EXPECT_THROW(salvaged_from(temporary.path(), broken), Refused);
}

}  // namespace
}  // namespace recover::salvage
