// Identity and use from a made-up sysfs: no device is opened.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <filesystem>
#include <map>
#include <set>

#include "recover/system/device_identity.hpp"
#include "recover/system/device_use.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::system {
namespace {

using tests::TemporaryDirectory;
namespace fs = std::filesystem;

// A /sys in small: class/block holds links into devices, as the kernel makes them.
class FakeSys {
 public:
  std::string path() const { return dir_.path(); }
  void add(const std::string& place, const std::string& number, const std::string& sectors) {
    put(place, "dev", number + "\n");
    put(place, "size", sectors + "\n");
    put(place, "ro", "0\n");
    fs::create_directories(dir_ / ("devices/" + place + "/holders"));
    fs::create_directories(dir_ / "class/block");
    fs::create_symlink("../../devices/" + place,
                       dir_ / ("class/block/" + fs::path(place).filename().string()));
  }
  void put(const std::string& place, const std::string& attribute, const std::string& content) {
    dir_.put("devices/" + place + "/" + attribute, content);
  }
  void link(const std::string& target, const std::string& name) {
    fs::create_directories(fs::path(dir_ / name).parent_path());
    fs::create_symlink(target, dir_ / name);
  }

 private:
  TemporaryDirectory dir_;
};

KernelDevice only(const FakeSys& sys) {
  const auto devices = read_kernel_devices(sys.path());
  EXPECT_EQ(devices.size(), 1U);
  return devices.empty() ? KernelDevice{} : devices.front();
}

TEST(VpdPage80, IsTrimmedOfWhatFirmwarePads) {
  EXPECT_EQ(serial_in_vpd_page_80(std::string("\0\x80\0\x0c", 4) + "  S3Z9 NX0  "), "S3Z9 NX0");
  EXPECT_EQ(serial_in_vpd_page_80(std::string("\0\x80\0\x04", 4) + "ABCDEFGH"), "ABCD");
  EXPECT_EQ(serial_in_vpd_page_80(std::string("\0\x80\0\x04", 4) + std::string("AB\0\0", 4)), "AB");
  EXPECT_EQ(serial_in_vpd_page_80(std::string("\0\x83\0\x04", 4) + "ABCD"), "") << "another page";
  EXPECT_EQ(serial_in_vpd_page_80("AB"), "");
  EXPECT_EQ(serial_in_vpd_page_80(""), "");
}

TEST(KernelDevices, KnowAllThatAVolumeLiesOn) {
  FakeSys sys;
  sys.add("pci/sda", "8:0", "1000");
  sys.add("pci/sda/sda1", "8:1", "100");
  sys.put("pci/sda/sda1", "partition", "1\n");
  sys.add("pci/sdb", "8:16", "1000");
  sys.add("virtual/md0", "9:0", "900");
  sys.link("../../../pci/sda/sda1", "devices/virtual/md0/slaves/sda1");
  sys.link("../../../pci/sdb", "devices/virtual/md0/slaves/sdb");
  sys.add("virtual/dm-0", "253:0", "800");
  sys.put("virtual/dm-0", "dm/name", "vg2-storage\n");
  sys.put("virtual/dm-0", "dm/uuid", "LVM-x\n");
  sys.link("../../md0", "devices/virtual/dm-0/slaves/md0");
  std::map<std::string, std::set<std::string>> found;
  for (const auto& device : read_kernel_devices(sys.path()))
    found[device.name] = {device.lies_on.begin(), device.lies_on.end()};
  EXPECT_TRUE(found["sda"].empty());
  EXPECT_EQ(found["sda1"], (std::set<std::string>{"sda"}));
  EXPECT_EQ(found["dm-0"], (std::set<std::string>{"md0", "sda", "sda1", "sdb"}));
}

TEST(KernelDevices, KnowWhatALoopDevicesFileLiesOn) {
  const TemporaryDirectory directory;
  const auto file = directory.put("image", "");
  struct stat info = {};
  ASSERT_EQ(::stat(file.c_str(), &info), 0);
  FakeSys sys;
  sys.add("pci/sda", "8:0", "1000");
  sys.link("../../devices/pci/sda",
           "dev/block/" + std::to_string(major(info.st_dev)) + ":" + std::to_string(minor(info.st_dev)));
  sys.add("virtual/loop0", "7:0", "1000");
  sys.put("virtual/loop0", "loop/backing_file", file + "\n");
  const auto devices = read_kernel_devices(sys.path());
  ASSERT_EQ(devices.size(), 2U);
  EXPECT_EQ(devices[0].lies_on, (std::vector<std::string>{"sda"}));
}

TEST(KernelDevices, KnowAScsiDiskAndItsPartitions) {
  FakeSys sys;
  sys.add("pci/sda", "8:0", "1000");
  sys.put("pci/sda", "device/vpd_pg80", std::string("\0\x80\0\x04", 4) + "S123");
  sys.put("pci/sda", "device/wwid", "naa.5000c500a1b2c3d4\n");
  sys.put("pci/sda", "device/model", "ST4000  \n");
  for (const auto* part : {"sda1", "sda2", "sda10"}) {
    const auto place = std::string("pci/sda/") + part;
    sys.add(place, "8:" + std::string(part).substr(3), "100");
    sys.put(place, "partition", std::string(part).substr(3));
    sys.put(place, "start", "2048\n");
  }
  sys.link("../../../dm-0", "devices/pci/sda/sda2/holders/dm-0");
  const auto devices = read_kernel_devices(sys.path());
  ASSERT_EQ(devices.size(), 4U);
  EXPECT_EQ(devices[0].name, "sda");
  EXPECT_EQ(devices[0].size, 512'000);
  EXPECT_EQ(devices[2].name, "sda2");
  EXPECT_EQ(devices[2].disk, "sda");
  EXPECT_EQ(devices[2].number, makedev(8, 2));
  EXPECT_EQ(devices[2].start, 2048);
  EXPECT_EQ(devices[2].serial, "S123");
  EXPECT_EQ(devices[2].wwn, "0x5000c500a1b2c3d4") << "as udev and lsblk show it";
  EXPECT_EQ(devices[2].model, "ST4000");
  EXPECT_EQ(devices[2].holders, std::vector<std::string>{"dm-0"});
  EXPECT_EQ(devices[3].name, "sda10");
}

TEST(KernelDevices, KnowNvmeAndVirtioAndMapper) {
  FakeSys nvme;
  nvme.add("pci/nvme0n1", "259:0", "8");
  nvme.put("pci/nvme0n1", "device/serial", "S4EW NX0M   \n");
  nvme.put("pci/nvme0n1", "wwid", "eui.0025385b11b0a1c2\n");
  EXPECT_EQ(only(nvme).serial, "S4EW NX0M");
  EXPECT_EQ(only(nvme).wwn, "eui.0025385b11b0a1c2");

  FakeSys virtio;
  virtio.add("pci/vda", "254:0", "8");
  virtio.put("pci/vda", "serial", "root-disk");  // without a line end
  virtio.put("pci/vda", "ro", "1\n");
  EXPECT_EQ(only(virtio).serial, "root-disk");
  EXPECT_TRUE(only(virtio).read_only);

  FakeSys mapper;
  mapper.add("virtual/dm-0", "253:0", "8");
  mapper.put("virtual/dm-0", "dm/uuid", "LVM-abc\n");
  mapper.put("virtual/dm-0", "dm/name", "vg2-storage\n");
  EXPECT_EQ(only(mapper).serial, "LVM-abc");
  EXPECT_EQ(only(mapper).mapper_name, "vg2-storage");
  EXPECT_EQ(only(mapper).volume, "vg2/storage");
}

TEST(VolumeName, IsAsLvmCallsIt) {
  EXPECT_EQ(volume_name("vg2-storage", "LVM-abc"), "vg2/storage");
  EXPECT_EQ(volume_name("my--vg-root--a", "LVM-abc"), "my-vg/root-a");
  EXPECT_EQ(volume_name("vg2-storage-real", "LVM-abc-real"), "vg2-storage-real") << "a layer beneath it";
  EXPECT_EQ(volume_name("luks-1234", "CRYPT-LUKS2-1234"), "luks-1234");
}

TEST(KernelDevices, KnowTheDiskThatAMappedDeviceLiesOn) {
  FakeSys sys;
  for (const auto* disk : {"sda", "sdb"}) {
    const auto place = "pci/" + std::string(disk);
    sys.add(place, "8:" + std::to_string(disk[2] == 'a' ? 0 : 16), "1000");
    sys.put(place, "device/serial", "S" + std::string(disk) + "\n");
    sys.put(place, "queue/logical_block_size", "4096\n");
    sys.add(place + "/" + disk + "1", "8:" + std::to_string(disk[2] == 'a' ? 1 : 17), "100");
    sys.put(place + "/" + disk + "1", "partition", "1\n");
  }
  const auto map = [&sys](const std::string& name, const std::string& mapper,
                          const std::vector<std::string>& slaves) {
    sys.add("virtual/" + name, "253:" + name.substr(3), "8");
    sys.put("virtual/" + name, "dm/uuid", "LVM-" + name + "\n");
    sys.put("virtual/" + name, "dm/name", mapper + "\n");
    for (const auto& slave : slaves)
      sys.link("../../../../class/block/" + slave, "devices/virtual/" + name + "/slaves/" + slave);
  };
  map("dm-0", "luks", {"sda1"});
  map("dm-1", "vg-root", {"dm-0"});
  map("dm-2", "vg-wide", {"sda1", "sdb1"});
  const auto devices = read_kernel_devices(sys.path());
  ASSERT_EQ(devices.size(), 7U);
  EXPECT_EQ(devices[1].name, "dm-1");
  EXPECT_EQ(devices[1].beneath, "sda");
  EXPECT_EQ(devices[1].serial, "Ssda");
  EXPECT_EQ(devices[1].sector, 4096);
  EXPECT_EQ(devices[2].beneath, "") << "on two disks it stands for itself";
  EXPECT_EQ(devices[2].serial, "LVM-dm-2");
  EXPECT_EQ(devices[4].name, "sda1");
  EXPECT_EQ(devices[4].partition, 1);
  EXPECT_EQ(devices[4].beneath, "");
}

TEST(KernelDevices, DoNotTakeAWordForASerialNumber) {
  for (const auto* nothing : {"(null)\n", "0000000000\n", "\n", "    "}) {
    FakeSys sys;
    sys.add("pci/vda", "254:0", "8");
    sys.put("pci/vda", "serial", nothing);
    EXPECT_EQ(only(sys).serial, "");
  }
}

TEST(KernelDevices, KnowALoopDeviceByItsFile) {
  FakeSys sys;
  sys.add("virtual/loop0", "7:0", "8");
  sys.put("virtual/loop0", "loop/backing_file", "/tmp/a b.img\n");
  sys.put("virtual/loop0", "loop/offset", "0\n");
  EXPECT_EQ(only(sys).serial, "/tmp/a b.img");
  sys.put("virtual/loop0", "loop/offset", "1048576\n");
  EXPECT_EQ(only(sys).serial, "/tmp/a b.img@1048576");
}

TEST(KernelDevices, TakeAUsbBridgesSerialWhenTheDiskHasNone) {
  FakeSys sys;
  sys.put("usb2/2-1", "idVendor", "0781\n");
  sys.put("usb2/2-1", "serial", "4C53000123\n");
  sys.add("usb2/2-1/host0/block/sdb", "8:16", "8");
  sys.put("usb2/2-1/host0", "target/model", "Ultra\n");
  sys.link("../../target", "devices/usb2/2-1/host0/block/sdb/device");
  EXPECT_EQ(only(sys).serial, "4C53000123");
  EXPECT_EQ(only(sys).model, "Ultra");
}

TEST(KernelDevices, PassOverWhatIsNoDisk) {
  FakeSys sys;
  sys.add("virtual/loop1", "7:1", "0");
  sys.add("virtual/ram0", "1:0", "8");
  sys.add("virtual/zram0", "252:0", "8");
  sys.add("platform/fd0", "2:0", "8");
  sys.add("pci/nvme0c0n1", "259:1", "8");
  sys.put("pci/nvme0c0n1", "hidden", "1\n");
  sys.add("pci/odd", "nonsense", "8");
  EXPECT_TRUE(read_kernel_devices(sys.path()).empty());
  EXPECT_TRUE(read_kernel_devices("/nonexistent").empty());
}

TEST(DeviceUses, TellHoldersAndBtrfsMembers) {
  FakeSys sys;
  sys.add("virtual/dm-0", "253:0", "8");
  sys.put("virtual/dm-0", "dm/name", "vg2-storage\n");
  sys.add("pci/sdb", "8:16", "8");
  sys.add("pci/sdc", "8:32", "8");
  for (const auto* member : {"sdb", "sdc"}) {
    sys.link("../../../../devices/pci/" + std::string(member),
             "fs/btrfs/c59d1a72-8e34-4f0b-b6a1-27e9d0f3485c/devices/" + std::string(member));
  }
  const DeviceUses uses({}, sys.path());
  KernelDevice device;
  device.name = "sda2";
  EXPECT_EQ(uses.of(device), "");
  device.holders = {"dm-0", "dm-1"};
  EXPECT_EQ(uses.of(device), "held by dm-0 (vg2-storage)");
  device.holders = {"md0"};
  EXPECT_EQ(uses.of(device), "held by md0");
  device.name = "sdc";
  EXPECT_EQ(uses.of(device), "part of the btrfs that is mounted in another mount namespace");
}

}  // namespace
}  // namespace recover::system
