#include "recover/system/kernel_log.hpp"

#include <gtest/gtest.h>

namespace recover::system {
namespace {

TEST(KernelLog, TakesWhatItSaysOfADeviceThatFails) {
  EXPECT_EQ(
      device_error(
          "3,1021,98123456,-;I/O error, dev sdb, sector 2048 op 0x1:(WRITE) flags 0x0\n SUBSYSTEM=block\n"),
      "I/O error, dev sdb, sector 2048 op 0x1:(WRITE) flags 0x0");
  EXPECT_EQ(
      device_error("3,1022,98123460,-;Buffer I/O error on dev dm-0, logical block 16, lost async page write"),
      "Buffer I/O error on dev dm-0, logical block 16, lost async page write");
  EXPECT_EQ(device_error(
                "2,7,1,-;EXT4-fs error (device dm-1): ext4_journal_check_start:83: Detected aborted journal"),
            "EXT4-fs error (device dm-1): ext4_journal_check_start:83: Detected aborted journal");
}

TEST(KernelLog, LeavesWhatIsNoFailure) {
  EXPECT_EQ(device_error("6,339,5140900,-;BTRFS info (device sda2): using free space tree\n"), "");
  EXPECT_EQ(device_error("6,340,5140901,-;usb 1-1: SerialNumber: I\n I/O error\n"), "");
  EXPECT_EQ(device_error("no record at all: I/O error"), "");
  EXPECT_EQ(device_error(""), "");
}

TEST(KernelLog, NothingOfItMovesTheCursor) {
  EXPECT_EQ(device_error("3,1,1,-;I/O error, dev \x1B[2J"), "I/O error, dev \\033[2J");
}

TEST(KernelLog, IsSilentWhereNothingFails) {
  KernelLog log;
  EXPECT_TRUE(log.device_errors().empty());
}

}  // namespace
}  // namespace recover::system
