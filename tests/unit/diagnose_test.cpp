// What the readers of a diagnosis make of what others say.
#include <gtest/gtest.h>

#include "recover/diagnose/archive.hpp"
#include "recover/diagnose/kernel_words.hpp"
#include "recover/diagnose/look_through.hpp"
#include "recover/diagnose/pstore.hpp"
#include "recover/diagnose/smart.hpp"
#include "recover/diagnose/tools.hpp"
#include "recover/diagnose/trials.hpp"
#include "recover/system/kernel_records.hpp"
#include "tests/unit/scripted_processes.hpp"
#include "tests/unit/system_temporary.hpp"

#include <fcntl.h>

namespace recover::diagnosis {
namespace {

TEST(KernelWords, TellBtrfsAndDisksApart) {
  EXPECT_EQ(explained("BTRFS error (device sda2): parent transid verify failed on logical 5")->sign,
            Sign::metadata);
  EXPECT_EQ(explained("BTRFS warning (device sda2): csum failed root 5 ino 257")->sign, Sign::data);
  EXPECT_EQ(explained("BTRFS error (device sda2): failed to read log tree")->sign, Sign::log);
  EXPECT_EQ(explained("BTRFS error (device sda2): devid 2 uuid 0-0 is missing")->sign, Sign::device);
  EXPECT_EQ(explained("blk_update_request: I/O error, dev sda, sector 5")->sign, Sign::hardware);
  EXPECT_EQ(
      explained("BTRFS info (device sda2): bdev /dev/sda2 errs: wr 0, rd 5, flush 0, corrupt 0, gen 0")->sign,
      Sign::hardware);
  EXPECT_EQ(
      explained("BTRFS info (device sda2): bdev /dev/sda2 errs: wr 0, rd 0, flush 0, corrupt 3, gen 0")->sign,
      Sign::metadata);
  EXPECT_FALSE(explained("BTRFS info (device sda2): using free space tree"));
  EXPECT_FALSE(explained("systemd: the disk is missing"));
}

TEST(KernelWords, AreOfTheNamedDevicesAlone) {
  const std::vector<std::string> lines{"BTRFS error (device sda2): open_ctree failed: -5",
                                       "BTRFS error (device sdb2): corrupt leaf",
                                       "BTRFS error (device sda2 state E): open_ctree failed: -5",
                                       "BTRFS error: something without a name",
                                       "I/O error, dev sda21, sector 4",
                                       "I/O error, dev sda, sector 4"};
  const auto words = words_about(lines, {"sda", "sda2"}, false, "kernel");
  ASSERT_EQ(words.size(), 2U);
  EXPECT_EQ(words[0].times, 2);
  EXPECT_EQ(words[1].text, "I/O error, dev sda, sector 4");
  EXPECT_EQ(words_about(lines, {"sda", "sda2"}, true, "kernel").size(), 3U);
}

TEST(KernelRecords, AreTheMessageAlone) {
  EXPECT_EQ(system::kernel_message("6,339,5140900,-;a message\n SUBSYSTEM=block\n"), "a message");
  EXPECT_FALSE(system::kernel_message("no record"));
}

TEST(Pstore, KnowsTheNamesOfParts) {
  const auto efi = part_of_name("dmesg-efi-165500000003002");
  ASSERT_TRUE(efi);
  EXPECT_EQ(efi->time, 1655000000);
  EXPECT_EQ(efi->part, 3U);
  EXPECT_EQ(efi->count, 2U);
  EXPECT_FALSE(efi->packed);
  EXPECT_TRUE(part_of_name("dmesg-efi_pstore-165500000003002.enc.z")->packed);
  EXPECT_EQ(part_of_name("dmesg-ramoops-0")->backend, "ramoops");
  const auto variable = part_of_name("dump-type0-3-2-1655000000-C-cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0");
  ASSERT_TRUE(variable);
  EXPECT_EQ(variable->part, 3U);
  EXPECT_TRUE(variable->packed);
  for (const auto* name :
       {"console-ramoops-0", "dmesg-", "dmesg-efi-", "dmesg-efi-x", "dump-type0-1", "dump-type4-1-1-1-D"})
    EXPECT_FALSE(part_of_name(name)) << name;
}

CrashPart part(const std::string& name, const std::string& text) {
  auto known = part_of_name(name);
  known->text = text;
  return *known;
}

// Part 1 is the end of the log; a second may pass between two parts.
TEST(Pstore, PutsThePartsOfACrashInOrder) {
  const auto records = records_of({part("dmesg-efi-165500000001001", "Panic#1 Part1\n<0>third\n"),
                                   part("dmesg-efi-165500000103001", "Panic#1 Part3\n<4>first\n"),
                                   part("dmesg-efi-165500000102001", "Panic#1 Part2\n<4>second\n"),
                                   part("dmesg-efi-165400000001001", "Oops#1 Part1\n<4>earlier\n")});
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].text, "<4>earlier\n");
  EXPECT_EQ(records[1].text, "<4>first\n<4>second\n<0>third\n");
  EXPECT_EQ(records[1].why, "Panic");
  EXPECT_EQ(records[1].problem, "");
}

TEST(Pstore, PutsTwoDumpsOfOneSecondApart) {
  const auto records = records_of({part("dmesg-efi-165500000001001", "Oops#1 Part1\none\n"),
                                   part("dmesg-efi-165500000001002", "Panic#2 Part1\ntwo\n")});
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[1].text, "two\n");
}

TEST(Pstore, OrdersWhatOnlyTheHeaderTells) {
  const auto records = records_of({part("dmesg-ramoops-0", "====1655000000.1-D\nPanic#1 Part1\nend\n"),
                                   part("dmesg-ramoops-1", "====1655000000.1-D\nPanic#1 Part2\nbegin\n")});
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].text, "begin\nend\n");
}

TEST(Pstore, SaysWhatIsMissingOrPacked) {
  const auto records = records_of({part("dmesg-efi-165500000001001", "Panic#1 Part1\nend\n"),
                                   part("dmesg-efi-165500000003001.enc.z", "")});
  ASSERT_EQ(records.size(), 1U);
  EXPECT_NE(records[0].problem.find("part 2 is missing"), std::string::npos);
  EXPECT_NE(records[0].problem.find("compressed still"), std::string::npos);
}

TEST(Pstore, ReadsADirectoryAndTheFirmwaresVariablesOnce) {
  const tests::TemporaryDirectory pstore, efivars;
  pstore.put("dmesg-efi-165500000001001", "Panic#1 Part1\nend\n");
  pstore.put("other", "x");
  efivars.put("dump-type0-1-1-1655000000-D-cfc8fc79-be2e-4ddc-97f0-9f98bfe298a0",
              std::string(4, '\7') + "Panic#1 Part1\nend\n");
  auto parts = read_parts(pstore.path());
  for (auto& more : read_parts(efivars.path(), 4)) parts.push_back(more);
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[1].text, "Panic#1 Part1\nend\n");
  EXPECT_EQ(records_of(parts).size(), 1U);
  EXPECT_TRUE(read_parts("/nonexistent").empty());
}

TEST(Smart, ReadsAtaScsiAndNvme) {
  const auto good =
      health_of("/dev/sda",
                "SMART overall-health self-assessment test result: PASSED\n"
                "  5 Reallocated_Sector_Ct   0x0033   100   100   010    Pre-fail  Always       -       3\n"
                "197 Current_Pending_Sector  0x0012   100   100   000    Old_age   Always       -       0\n");
  EXPECT_TRUE(good.known);
  EXPECT_FALSE(good.failing);
  EXPECT_EQ(good.findings, std::vector<std::string>{"5 Reallocated_Sector_Ct: 3"});
  EXPECT_TRUE(health_of("/dev/sda", "SMART overall-health self-assessment test result: FAILED!\n").failing);
  EXPECT_TRUE(
      health_of("/dev/sda",
                "SMART overall-health self-assessment test result: PASSED\n"
                "197 Current_Pending_Sector  0x0012   100   100   000    Old_age   Always       -       8\n")
          .failing);
  EXPECT_FALSE(health_of("/dev/sda", "SMART Health Status: OK\n").failing);
  const std::string nvme =
      "SMART overall-health self-assessment test result: PASSED\nCritical Warning:                   ";
  EXPECT_FALSE(health_of("/dev/nvme0n1", nvme + "0x00\nMedia and Data Integrity Errors:    0\n").failing);
  EXPECT_FALSE(health_of("/dev/nvme0n1", nvme + "0x02\n").failing);  // warm
  EXPECT_TRUE(health_of("/dev/nvme0n1", nvme + "0x04\n").failing);
  EXPECT_TRUE(health_of("/dev/nvme0n1", nvme + "0x00\nMedia and Data Integrity Errors:    1,234\n").failing);
  EXPECT_NE(health_of("/dev/vda", "/dev/vda: Unable to detect device type\n").problem, "");
}

TEST(Tools, ReadCounters) {
  const auto counters = counters_of(
      "[/dev/sda2].write_io_errs    1\n[/dev/sda2].read_io_errs     2\n"
      "[/dev/sda2].flush_io_errs    3\n[/dev/sda2].corruption_errs  4\n"
      "[/dev/sda2].generation_errs  5\n[devid:2].write_io_errs    6\n");
  ASSERT_EQ(counters.size(), 2U);
  EXPECT_EQ(counters[0].read, 2);
  EXPECT_EQ(counters[0].generation, 5);
  EXPECT_EQ(counters[1].device, "devid:2");
}

TEST(Tools, ReadWhatCheckSays) {
  EXPECT_TRUE(check_of("[1/7] checking root items\nfound 5 bytes used, no error found\n", 0).clean);
  const auto bad = check_of(
      "[2/7] checking extents\nbad tree block 5, bytenr mismatch\nERROR: errors found\nfound 5 bytes used, "
      "error(s) found\n",
      1);
  EXPECT_FALSE(bad.clean);
  EXPECT_TRUE(bad.finished);
  EXPECT_EQ(bad.words.front(), "bad tree block 5, bytenr mismatch");
}

BrokenBtrfs with_log() {
  BrokenBtrfs broken;
  system::SuperblockCopy copy;
  copy.generation = 7;
  copy.log_root = 100;
  broken.devices = {{"/dev/sda2", "S", 0, {copy}}};
  return broken;
}

const std::vector<std::string> dump{"btrfs", "inspect-internal", "dump-tree", "--noscan", "-b"};
std::vector<std::string> dump_at(const char* at) {
  auto argv = dump;
  argv.insert(argv.end(), {at, "/dev/sda2"});
  return argv;
}

TEST(Tools, FollowTheLogToTheSubvolumes) {
  tests::ScriptedProcesses processes;
  processes.answer(dump_at("100"), "",
                   "leaf 100 items 1 free\n\titem 0 key (TREE_LOG ROOT_ITEM 257) itemoff 1\n"
                   "\t\tgeneration 8 root_dirid 0 bytenr 200 byte_limit 0\n");
  processes.answer(dump_at("200"), "", "leaf 200 items 4 free\n");
  EXPECT_EQ(look_at_log(processes, with_log()).problem, "");
  tests::ScriptedProcesses damaged;
  damaged.answer(dump_at("100"), "",
                 "leaf 100 items 1 free\n\titem 0 key (TREE_LOG ROOT_ITEM 257) itemoff 1\n"
                 "\t\tgeneration 8 root_dirid 0 bytenr 200 byte_limit 0\n");
  damaged.answer(dump_at("200"), "", tests::ended(0, "", "checksum verify failed on 200 wanted 0x0\n"));
  EXPECT_EQ(look_at_log(damaged, with_log()).problem, "checksum verify failed on 200 wanted 0x0");
}

TEST(Trials, GiveTheKernelWhatItCanTake) {
  auto broken = with_log();
  EXPECT_EQ(mount_words(broken, "ro"), (MountWords{"/dev/sda2", "ro,subvolid=5"}));
  auto lagging = broken.devices[0];
  lagging.path = "/dev/sda1";
  lagging.superblocks[0].generation = 5;
  broken.devices.insert(broken.devices.begin(), lagging);
  EXPECT_EQ(mount_words(broken, "ro"),
            (MountWords{"/dev/sda2", "ro,subvolid=5,device=/dev/sda1,device=/dev/sda2"}));
  for (auto& device : broken.devices) device.superblocks[0].problem = "lost";
  EXPECT_EQ(mount_words(broken, "ro"), MountWords{});
}

TEST(LookThrough, CountsWhatCanBeRead) {
  const tests::TemporaryDirectory directory;
  directory.put("a/b/c", "content");
  directory.put("d", "");
  const system::Descriptor top(::open(directory.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const auto looked = look_through(top, "/", std::chrono::hours(1));
  EXPECT_EQ(looked.things, 4);
  EXPECT_EQ(looked.unreadable, 0);
  EXPECT_TRUE(looked.all);
  EXPECT_FALSE(look_through(top, "/", std::chrono::milliseconds(-1)).all);
}

// What `tar` would have made is not there: the directory is the archive.
TEST(Archive, NeverOverwritesAnother) {
  const tests::TemporaryDirectory directory;
  tests::ScriptedProcesses processes;
  for (const auto* name : {"now", "now-2"})
    processes.answer(
        {"tar", "--create", "--gzip", "--file", directory / ("." + std::string(name) + ".tar.gz.new"),
         "--directory", directory.path(), name},
        "", tests::ended(1, ""));
  const auto first = keep(processes, directory.path(), "now", {{"a", "Password = \"secret\"\n"}});
  const auto second = keep(processes, directory.path(), "now", {{"a", "two"}});
  EXPECT_EQ(first, directory / "now");
  EXPECT_EQ(second, directory / "now-2");
  EXPECT_EQ(system::read_file(first + "/a").find("secret"), std::string::npos);
  EXPECT_EQ(system::read_file(second + "/a"), "two");
}

}  // namespace
}  // namespace recover::diagnosis
