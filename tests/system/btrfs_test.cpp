// A real btrfs in image files of the test's own, on loop devices. Needs root and btrfs-progs.
#include "recover/system/btrfs.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "recover/error.hpp"
#include "recover/system/devices.hpp"
#include "recover/system/files.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/process.hpp"
#include "tests/system/in_child.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::system {
namespace {

class Btrfs : public testing::Test {
 protected:
  void SetUp() override {
    if (!running_as_root() || find_program("mkfs.btrfs").empty() || !exists("/dev/loop-control")) {
      GTEST_SKIP() << "needs root, btrfs-progs and loop devices";
    }
  }
  void TearDown() override {
    for (const auto& device : loops_) run({"losetup", "-d", device});
  }
  std::string run(const std::vector<std::string>& argv) const {
    const auto result = processes_->run({.argv = argv});
    EXPECT_EQ(result.status, 0) << argv[0] << ": " << result.err;
    return result.out.substr(0, result.out.find('\n'));
  }
  std::string loop(const std::string& name) {
    const auto image = dir_.put(name, "");
    std::filesystem::resize_file(image, 300 << 20);
    loops_.push_back(run({"losetup", "-f", "--show", image}));
    return loops_.back();
  }
  static BlockDevice as_seen(const std::string& path) {
    for (auto& device : read_devices(read_mounts())) {
      if (device.path == path) return device;
    }
    return {};
  }

  tests::TemporaryDirectory dir_;
  std::vector<std::string> loops_;
  std::unique_ptr<Processes> processes_ = real_processes();
};

constexpr const char* uuid = "7f3a1c52-90de-4b18-8a6e-2d41c07b95e3";

TEST_F(Btrfs, IsReadAsItWasMade) {
  const auto device = loop("a.img");
  const auto top = dir_ / "top", home = dir_ / "home";
  make_directories(top, 0755);
  make_directories(home, 0755);
  run({"mkfs.btrfs", "-q", "-U", uuid, "-L", "a label", "-m", "dup", device});
  EXPECT_EQ(as_seen(device).fs_uuid, uuid);
  EXPECT_EQ(as_seen(device).fs_label, "a label");
  EXPECT_EQ(as_seen(device).serial, dir_ / "a.img");
  EXPECT_EQ(as_seen(device).in_use, "");
  const auto made = tests::in_child([&]() -> std::string {
    enter_private_mount_namespace();
    mount(device, top, "btrfs", "");
    for (const auto* name : {"@", "@home", "@/deep", "@nocow"}) {
      run({"btrfs", "subvolume", "create", top + "/" + name});
    }
    run({"chattr", "+C", top + "/@nocow"});
    run({"btrfs", "subvolume", "set-default", top + "/@"});
    // Seen from a mount that shows none of the others.
    mount(device, home, "btrfs", "subvol=@home,ro");
    const auto facts = read_filesystem(home);
    std::string text = facts.uuid + " " + facts.label + " " + facts.data + " " + facts.metadata;
    for (const auto& each : facts.subvolumes) {
      text += "\n" + each.path + (each.is_default ? " default" : "") + (each.no_cow ? " nocow" : "");
    }
    if (facts.free_bytes < (100 << 20) || facts.free_bytes > (300 << 20)) text += "\nfree?";
    text += "\n" + as_seen(device).in_use;
    unmount(home);
    unmount(top);
    return text;
  });
  EXPECT_EQ(made, std::string(uuid) +
                      " a label single dup\n@ default\n@/deep\n@home\n@nocow nocow\nmounted on " + top);
}

TEST_F(Btrfs, IsReadWithWhatItWasMadeOf) {
  const auto first = loop("a.img"), second = loop("b.img");
  const auto top = dir_ / "top";
  make_directories(top, 0755);
  run({"mkfs.btrfs", "-q", "-m", "raid1", "--checksum", "sha256", "--nodesize", "32768", "--features",
       "^no-holes", first, second});
  run({"btrfs", "device", "scan", first, second});
  const auto made = tests::in_child([&]() -> std::string {
    enter_private_mount_namespace();
    mount(first, top, "btrfs", "subvolid=5");
    run({"btrfs", "subvolume", "create", top + "/@"});
    run({"btrfs", "subvolume", "snapshot", "-r", top + "/@", top + "/before"});
    const auto without = read_filesystem(top);
    run({"btrfs", "quota", "enable", top});
    const auto facts = read_filesystem(top);
    std::string text = facts.checksum + " " + std::to_string(facts.node_size) + " " +
                       std::to_string(facts.sector_size) + "\n";
    for (const auto& feature : without.features) text += feature + " ";
    text += "\n";
    for (const auto& feature : facts.features) text += feature + " ";
    for (const auto& path : facts.devices) text += "\n" + path;
    for (const auto& each : facts.subvolumes)
      text += "\n" + each.path + (each.read_only ? " ro" : "") + (each.snapshot ? " snapshot" : "");
    unmount(top);
    return text;
  });
  EXPECT_EQ(made,
            "sha256 32768 4096\nextref free-space-tree skinny-metadata \n"
            "extref free-space-tree quota skinny-metadata \n" +
                first + "\n" + second + "\n@\nbefore ro snapshot");
  run({"btrfs", "device", "scan", "--forget", first});
}

TEST_F(Btrfs, OfTwoDevicesIsOneAndBothAreInUse) {
  const auto first = loop("a.img"), second = loop("b.img");
  const auto top = dir_ / "top";
  make_directories(top, 0755);
  run({"mkfs.btrfs", "-q", "-m", "raid1", "-d", "raid1", first, second});
  run({"btrfs", "device", "scan", first, second});
  const auto uses = tests::in_child([&]() -> std::string {
    enter_private_mount_namespace();
    mount(first, top, "btrfs", "subvol=/");
    const auto facts = read_filesystem(top);
    // As another mount namespace sees it.
    const auto elsewhere = tests::in_child([&]() -> std::string {
      enter_private_mount_namespace();
      unmount(top);
      return as_seen(first).in_use;
    });
    const auto both = as_seen(first).in_use + "\n" + as_seen(second).in_use;
    unmount(top);
    return facts.data + "," + facts.metadata + "\n" + both + "\n" + elsewhere;
  });
  const auto lines = "raid1,raid1\n";
  const auto whole = "part of the btrfs that is mounted on " + top;
  const auto direct = "mounted on " + top;
  EXPECT_TRUE(uses.starts_with(lines)) << uses;
  EXPECT_NE(uses.find(whole), std::string::npos) << uses;
  EXPECT_NE(uses.find("\n" + direct), std::string::npos) << uses;
  EXPECT_TRUE(uses.ends_with("\npart of the btrfs that is mounted in another mount namespace")) << uses;
  run({"btrfs", "device", "scan", "--forget", first});
}

TEST_F(Btrfs, TheWrongSubvolumeIsAnError) {
  const auto device = loop("a.img");
  const auto top = dir_ / "top";
  make_directories(top, 0755);
  run({"mkfs.btrfs", "-q", device});
  try {
    mount(device, top, "btrfs", "subvol=@");
    FAIL();
  } catch (const Failed& error) {
    EXPECT_NE(error.problem().find("No such file or directory"), std::string::npos) << error.problem();
    EXPECT_EQ(error.remedy(), "See which subvolumes there are: btrfs subvolume list");
  }
}

TEST_F(Btrfs, ADeviceThatIsOnlyOpenedExclusivelyIsInUse) {
  const auto device = loop("a.img");
  const auto holder = tests::in_child([&]() -> std::string {
    const Descriptor held(::open(device.c_str(), O_RDONLY | O_EXCL | O_CLOEXEC));
    return as_seen(device).in_use;
  });
  EXPECT_EQ(holder, "opened exclusively by another process, or mounted in another mount namespace");
}

}  // namespace
}  // namespace recover::system
