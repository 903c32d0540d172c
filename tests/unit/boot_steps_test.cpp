// What the boot steps plan: for a machine as in the sample profile, and for each way in which one can differ.
#include <gtest/gtest.h>

#include "recover/error.hpp"
#include "recover/plan.hpp"
#include "tests/unit/recorded_machine.hpp"

namespace recover::test {
namespace {

std::string planned(const Profile& profile, const Facts& facts, const std::string& playbook = "storage") {
  return plan_text(make_plan(load_playbook(source_path("playbooks/" + playbook + ".toml")), profile, facts,
                             make_layout(profile, "/mnt/gentoo", ""), ""),
                   79);
}

std::string planned(const Profile& profile, const std::string& playbook = "storage") {
  return planned(profile, recorded_machine("alder"), playbook);
}

void expect_in_order(const std::string& text, const std::vector<std::string>& parts) {
  std::size_t at = 0;
  for (const auto& part : parts) {
    const auto found = text.find(part, at);
    ASSERT_NE(found, std::string::npos) << part << "\nin\n" << text;
    at = found + part.size();
  }
}

Profile with_boot() {
  auto profile = sample_profile();
  profile.boot = ProfileBootFilesystem{{"system", "22222222-7b1e-4a53-8a55-0f9f5b6d7e21", ""},
                                       "ext4",
                                       "aaaaaaaa-8a55-4c60-9a7e-2f6f2b7f1c11",
                                       "boot",
                                       "/boot",
                                       "rw"};
  return profile;
}

TEST(BootSteps, OfTheEfiPlaybookAreAsRecorded) {
  expect_golden("efi-plan.txt", planned(sample_profile(), "efi"));
}

TEST(RepairSteps, AreAsRecorded) {
  expect_golden("repair-plan.txt", planned(sample_profile(), "repair"));
}

TEST(BootSteps, OfTheTreePlaybookNeedNoBootLoader) {
  auto profile = sample_profile();
  profile.esp.reset();
  profile.boot_loader.reset();
  profile.efi.reset();
  EXPECT_EQ(planned(profile, "tree").find("grub"), std::string::npos);
}

TEST(BootSteps, NameWhatTheProfileLacks) {
  auto profile = sample_profile();
  profile.boot_loader.reset();
  try {
    planned(profile);
    FAIL() << "was planned";
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("[boot-loader]"), std::string::npos) << error.what();
  }
}

TEST(BootSteps, KeepTheUuidUnlessAnotherIsGiven) {
  auto profile = sample_profile();
  EXPECT_EQ(planned(profile).find("update-initramfs"), std::string::npos);
  EXPECT_EQ(planned(profile).find("sed -i"), std::string::npos);
  profile.filesystem.new_uuid = "99999999-8a55-4c60-9a7e-2f6f2b7f1c11";
  expect_in_order(planned(profile), {"mkfs.btrfs --force --uuid 99999999-",
                                     "sed -i s/5f3a1f0e-8a55-4c60-9a7e-2f6f2b7f1c11/99999999-",
                                     "update-initramfs -u -k all", "grub-mkconfig"});
}

TEST(BootSteps, MakeTheInitramfsByItsOwnTool) {
  auto profile = sample_profile();
  profile.filesystem.new_uuid = "99999999-8a55-4c60-9a7e-2f6f2b7f1c11";
  for (const auto& [tool, command] : {std::pair("dracut", "dracut --regenerate-all --force"),
                                      std::pair("mkinitcpio", "mkinitcpio --allpresets")}) {
    profile.boot_loader->initramfs = tool;
    EXPECT_NE(planned(profile).find(command), std::string::npos);
  }
  profile.boot_loader->initramfs = "genkernel";
  EXPECT_EQ(planned(profile).find("genkernel"), std::string::npos);
}

TEST(BootSteps, MountASeparateBootAndSpareItsFiles) {
  const auto text = planned(with_boot());
  expect_in_order(text,
                  {"mkfs.ext4 -q -U aaaaaaaa-8a55-4c60-9a7e-2f6f2b7f1c11 -L boot", "mount -t ext4 -o rw",
                   "/mnt/recover/boot", "find /mnt/gentoo/environment/mnt/recover", "/mnt/recover/boot/*",
                   "umount /mnt/gentoo/environment/mnt/recover/boot"});
}

TEST(BootSteps, DoNotEvenPlanToMakeAnEspThatIsThere) {
  EXPECT_EQ(planned(sample_profile()).find("mkfs.vfat"), std::string::npos);
}

TEST(BootSteps, MountForWritingWhatTheMachineMountsReadOnly) {
  auto profile = sample_profile();
  profile.esp->options = "ro,umask=0077";
  EXPECT_NE(planned(profile).find("-o rw,umask=0077"), std::string::npos);
}

TEST(BootSteps, BindTheDirectoryOfGrubByItsName) {
  auto profile = sample_profile();
  profile.boot_loader->config = "/boot/grub2/grub.cfg";
  EXPECT_NE(planned(profile, "efi").find("bind /run/recover-tree/boot/grub2"), std::string::npos);
  // An ESP that is mounted on /boot is writable as it is.
  profile.esp->mount = "/boot";
  EXPECT_EQ(planned(profile, "efi").find("bind /run/recover-tree/boot/grub2"), std::string::npos);
}

TEST(BootSteps, UseTheNamesOfTheMachine) {
  auto profile = sample_profile();
  profile.boot_loader->install = "grub2-install";
  profile.boot_loader->mkconfig = "grub2-mkconfig";
  profile.boot_loader->config = "/boot/grub2/grub.cfg";
  expect_in_order(planned(profile), {"grub2-install --target=x86_64-efi --efi-directory=/boot/efi",
                                     "grub2-mkconfig -o /boot/grub2/grub.cfg"});
}

TEST(BootSteps, InstallTheFallbackPathWhereItIsInUse) {
  auto profile = sample_profile();
  EXPECT_EQ(planned(profile).find("--removable"), std::string::npos);
  profile.boot_loader->fallback_path = true;
  EXPECT_NE(planned(profile).find("--removable"), std::string::npos);
  profile.boot_loader->fallback_path = false;
  profile.without_efi_variables = true;
  EXPECT_NE(planned(profile).find("--removable"), std::string::npos);
}

TEST(BootSteps, WriteTheEntryLast) {
  const auto text = planned(sample_profile());
  EXPECT_LT(text.find("release: "), text.find("efibootmgr --create"));
}

TEST(BootSteps, ActivateEachLvmVolumeOnce) {
  auto profile = sample_profile();
  profile.filesystem.devices = {{"system", "", "vg2/root"}, {"system", "", "vg2/root2"}};
  expect_in_order(planned(profile), {"lvchange --activate y vg2/storage", "lvchange --activate y vg2/root\n",
                                     "lvchange --activate y vg2/root2", "mount UUID=0b8d3f67"});
}

TEST(BootSteps, FindTheRootOnItsLvmVolume) {
  auto profile = sample_profile();
  profile.filesystem.devices = {{"system", "", "vg1/root"}};
  auto facts = recorded_machine("alder");
  BlockDevice volume;
  volume.path = "/dev/mapper/vg1-root";
  volume.disk = "/dev/nvme0n1";
  volume.serial = "S4EVNX0R123456";
  volume.wwn = "eui.0025385b71b0a1c2";
  volume.volume = "vg1/root";
  facts.devices.push_back(volume);
  EXPECT_NE(planned(profile, facts).find("wipefs --all /dev/mapper/vg1-root"), std::string::npos);
}

TEST(BootSteps, DoNotMakeSnapshotsAgain) {
  auto profile = sample_profile();
  ProfileSubvolume snapshot;
  snapshot.path = "@snapshots/1";
  snapshot.snapshot = true;
  profile.subvolumes.push_back(snapshot);
  EXPECT_EQ(planned(profile).find("@snapshots/1"), std::string::npos);
}

TEST(BootSteps, MakeSubvolumesReadOnlyInTheEnd) {
  auto profile = sample_profile();
  profile.subvolumes[2].read_only = true;
  expect_in_order(planned(profile),
                  {"restore: ", "journal: ", "read-only: ",
                   "btrfs property set -ts /run/recover-top-level/@/var/lib/machines ro true"});
}

TEST(BootSteps, EraseALostEspAsWellAndSaySo) {
  auto facts = recorded_machine("alder");
  for (auto& device : facts.devices)
    if (device.fs_type == "vfat") device.fs_type = device.fs_uuid = "";
  const auto profile = sample_profile();
  const auto plan = make_plan(load_playbook(source_path("playbooks/storage.toml")), profile, facts,
                              make_layout(profile, "/mnt/gentoo", ""), "");
  EXPECT_NE(plan_text(plan, 79).find("mkfs.vfat -F 32 -i 7A1B22C3 -n EFI /dev/nvme0n1p1"), std::string::npos);
  const auto lines = destroyed(plan);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_NE(lines[1].find("/dev/nvme0n1p1"), std::string::npos);
}

TEST(BootSteps, OfTheEfiPlaybookEraseNothing) {
  const auto profile = sample_profile();
  EXPECT_TRUE(destroyed(make_plan(load_playbook(source_path("playbooks/efi.toml")), profile,
                                  recorded_machine("alder"), make_layout(profile, "/mnt/gentoo", ""), ""))
                  .empty());
}

TEST(BootSteps, ChangeTheHashWhenToldToDoWithoutVariables) {
  auto profile = sample_profile();
  const auto hash = [&] {
    return make_plan(load_playbook(source_path("playbooks/storage.toml")), profile, recorded_machine("alder"),
                     make_layout(profile, "/mnt/gentoo", ""), "")
        .hash;
  };
  const auto with = hash();
  profile.without_efi_variables = true;
  EXPECT_NE(with, hash());
}

}  // namespace
}  // namespace recover::test
