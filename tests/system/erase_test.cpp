// The real runner, before a command that destroys: on loop devices of the test's own. Needs root.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "recover/error.hpp"
#include "recover/journal_state.hpp"
#include "recover/runner.hpp"
#include "recover/system/devices.hpp"
#include "recover/system/files.hpp"
#include "recover/system/keyboard.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/process.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover {
namespace {

struct Heard : Observer {
  std::vector<Event> events;
  void observe(const Event& event) override { events.push_back(event); }
};

class EraseOnADevice : public testing::Test {
 protected:
  void SetUp() override {
    if (!system::running_as_root() || system::find_program("mkfs.ext4").empty() ||
        !system::exists("/dev/loop-control"))
      GTEST_SKIP() << "needs root, e2fsprogs and loop devices";
    const auto image = directory_.put("disk", "");
    std::filesystem::resize_file(image, 32 << 20);
    path_ = run({"losetup", "--find", "--show", image});
    run({"mkfs.ext4", "-q", path_});
  }
  void TearDown() override {
    if (!point_.empty()) run({"umount", point_});
    if (!path_.empty()) run({"losetup", "--detach", path_});
  }
  std::string run(const std::vector<std::string>& argv) const {
    const auto result = processes_->run({.argv = argv});
    EXPECT_EQ(result.status, 0) << argv[0] << ": " << result.err;
    return result.out.substr(0, result.out.find('\n'));
  }
  BlockDevice now() const {
    for (const auto& device : system::read_devices(system::read_mounts()))
      if (device.path == path_) return device;
    return {};
  }
  void perform(const Action& action) { real_runner(*processes_, *keyboard_)->perform(action, heard_); }
  std::string refusal(const Action& action) {
    try {
      perform(action);
    } catch (const Refused& error) {
      return error.what();
    }
    return "was done";
  }
  Erase wipe(const DeviceIdentity& identity) const { return {{"wipefs", "--all", path_}, {identity}}; }

  tests::TemporaryDirectory directory_;
  std::unique_ptr<system::Processes> processes_ = system::real_processes();
  std::unique_ptr<system::Keyboard> keyboard_ = system::terminal_keyboard(/*wanted=*/false);
  std::string path_, point_;
  Heard heard_;
};

TEST_F(EraseOnADevice, IsDoneWhenItIsWhatWasPlannedFor) {
  EXPECT_EQ(now().fs_type, "ext4");
  EXPECT_TRUE(now().usage.size && now().usage.used && now().usage.written);
  perform(wipe(identity_of(now())));
  EXPECT_EQ(now().fs_type, "");
}

TEST_F(EraseOnADevice, IsRefusedForAnotherDiskOrOtherContentUnderThatName) {
  auto other = identity_of(now());
  other.serial = "OTHER";
  EXPECT_NE(refusal(wipe(other)).find("expected serial OTHER, found " + (directory_ / "disk")),
            std::string::npos);
  EXPECT_NE(refusal(wipe(wiped(identity_of(now())))).find("expected on it none, found ext4"),
            std::string::npos);
  other = identity_of(now());
  other.size += 512;
  EXPECT_NE(refusal(wipe(other)).find("bytes"), std::string::npos);
  EXPECT_EQ(now().fs_type, "ext4");
}

TEST_F(EraseOnADevice, IsRefusedWhenADeviceHasGainedAUse) {
  const auto identity = identity_of(now());
  system::make_directories(directory_ / "point", 0755);
  run({"mount", path_, directory_ / "point"});
  point_ = directory_ / "point";
  EXPECT_NE(refusal(wipe(identity)).find("in use now: mounted on"), std::string::npos);
  EXPECT_EQ(now().fs_type, "ext4");
}

TEST_F(EraseOnADevice, HoldsTheDeviceAsLongAsTheCommandRuns) {
  // Detached meanwhile, the name would be free for another file.
  const auto other = directory_.put("other", "");
  std::filesystem::resize_file(other, 32 << 20);
  const auto script = "losetup --detach " + path_ + "; ! losetup " + path_ + " " + other;
  perform(Erase{{"sh", "-c", script}, {identity_of(now())}});
  path_.clear();  // it has gone by itself
}

TEST_F(EraseOnADevice, HoldsForWhatIsMadeWhenItIsLostAsWell) {
  perform(wipe(identity_of(now())));
  auto identity = identity_of(now());
  identity.content.reset();
  MakeIfLost made{path_, "ext4", "aaaaaaaa-8a55-4c60-9a7e-2f6f2b7f1c11", {}, identity};
  made.argv = {"mkfs.ext4", "-q", "-U", made.uuid, path_};
  auto other = made;
  other.identity.serial = "OTHER";
  EXPECT_NE(refusal(other).find("expected serial OTHER"), std::string::npos);
  other.identity = {};
  EXPECT_NE(refusal(other), "was done") << "without an identity nothing is made";
  EXPECT_EQ(now().fs_type, "");
  perform(made);
  EXPECT_EQ(now().fs_uuid, made.uuid);
}

TEST_F(EraseOnADevice, TellsThatItMakesAFilesystemAndThatItIsWhole) {
  perform(wipe(identity_of(now())));
  auto identity = identity_of(now());
  identity.content.reset();
  MakeIfLost made{path_, "ext4", "aaaaaaaa-8a55-4c60-9a7e-2f6f2b7f1c11", {}, identity};
  const std::vector<std::string> good{"mkfs.ext4", "-q", "-U", made.uuid, path_};
  // Behind the superblock, as blkid looks no further.
  made.argv = {"sh", "-c",
               "mkfs.ext4 -q -U " + made.uuid + " " + path_ + " && dd if=/dev/urandom of=" + path_ +
                   " bs=512 seek=4 count=1024 conv=fsync && exit 1"};
  EXPECT_THROW(perform(made), Failed);
  EXPECT_EQ(state_of(heard_.events).half_made.size(), 1U);
  EXPECT_EQ(now().fs_uuid, made.uuid);
  EXPECT_NE(processes_->run({.argv = {"fsck.ext4", "-f", "-n", path_}}).status, 0);
  Facts facts;
  facts.devices = {now()};
  EXPECT_TRUE(without_half_made(facts, state_of(heard_.events).half_made).devices[0].half_made);

  made.argv = good;
  made.half_made = true;
  perform(made);
  run({"fsck.ext4", "-f", "-n", path_});
  EXPECT_TRUE(state_of(heard_.events).half_made.empty());
}

TEST_F(EraseOnADevice, TellsNothingWhereThereIsNothingToMake) {
  run({"mkfs.ext4", "-q", "-F", "-U", "aaaaaaaa-8a55-4c60-9a7e-2f6f2b7f1c11", "-L", "precious", path_});
  auto identity = identity_of(now());
  identity.content.reset();
  perform(MakeIfLost{path_, "ext4", now().fs_uuid, {"mkfs.ext4", "-q", path_}, identity});
  EXPECT_EQ(now().fs_label, "precious");
  EXPECT_TRUE(heard_.events.empty());
}

}  // namespace
}  // namespace recover
