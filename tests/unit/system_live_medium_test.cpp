#include "recover/system/live_medium.hpp"

#include <gtest/gtest.h>

namespace recover::system {
namespace {

BlockDevice stick() {
  BlockDevice device;
  device.path = "/dev/sdb1";
  device.fs_type = "iso9660";
  device.fs_label = "RESCUE 1103";
  device.fs_uuid = "2024-05-06-07-08-09-00";
  device.partition_uuid = "abcd-01";
  return device;
}

std::string live(const std::vector<MountPoint>& mounts, const std::string& command_line) {
  BlockDevice disk;
  disk.path = "/dev/sda";
  std::vector<BlockDevice> devices{disk, stick()};
  mark_live_medium(devices, mounts, command_line);
  EXPECT_EQ(devices[0].live, "");
  return devices[1].live;
}

TEST(LiveMedium, IsWhatIsMountedWhereLiveSystemsMountIt) {
  EXPECT_EQ(live({}, ""), "");
  for (const auto* place : {"/run/archiso/bootmnt", "/run/live/medium", "/run/initramfs/live", "/cdrom"})
    EXPECT_NE(live({{"/dev/sdb1", place, "iso9660", "ro", "/"}}, ""), "") << place;
  EXPECT_NE(live({{"/dev/sdb1", "/run/rootfsbase", "squashfs", "ro", "/"}}, ""), "");
  EXPECT_EQ(live({{"/dev/sdb1", "/mnt/usb", "iso9660", "ro", "/"}}, ""), "");
}

TEST(LiveMedium, IsWhatTheKernelWasStartedWithWhenItWasCopiedToMemory) {
  for (const auto* parameter :
       {"archisodevice=/dev/disk/by-label/RESCUE\\x201103", "archisosearchuuid=2024-05-06-07-08-09-00",
        "archisodevice=UUID=2024-05-06-07-08-09-00", "root=live:CDLABEL=RESCUE\\x201103",
        "root=live:UUID=2024-05-06-07-08-09-00", "root=live:/dev/sdb1", "live-media=/dev/sdb1",
        "fromiso=/dev/sdb1/images/grml.iso", "img_dev=PARTUUID=abcd-01", "archisolabel=RESCUE\\x201103"})
    EXPECT_NE(
        live({}, std::string("quiet copytoram ") + parameter + "\n").find("the kernel was started with"),
        std::string::npos)
        << parameter;
}

TEST(LiveMedium, IsNothingElseThatTheCommandLineNames) {
  for (const auto* parameter :
       {"root=/dev/sdb1", "root=UUID=2024-05-06-07-08-09-00", "archisolabel=", "resume=/dev/sdb1",
        "live-media=removable", "root=live:/dev/sdb11", "archisolabel=OTHER"})
    EXPECT_EQ(live({}, parameter), "") << parameter;
}

}  // namespace
}  // namespace recover::system
