// What a restored root would boot by, from directories.
#include "recover/boot_facts.hpp"

#include <gtest/gtest.h>

#include "recover/system/files.hpp"
#include "tests/unit/recorded_machine.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::test {
namespace {

using Texts = std::vector<std::string>;
namespace fs = std::filesystem;

class RestoredRoot : public testing::Test {
 protected:
  BootFacts read() const { return read_boot(root.path(), profile, facts); }
  void put_sample(const std::string& name, const std::string& to) const {
    root.put(to, system::read_file(source_path("tests/unit/data/grub/" + name)));
  }
  void mount_esp() { facts.mounts.push_back({"/dev/nvme0n1p1", root / "boot/efi", "vfat", "rw", "/"}); }

  tests::TemporaryDirectory root;
  Profile profile = sample_profile();
  Facts facts = recorded_machine("alder");
};

TEST_F(RestoredRoot, OfAMachineThatIsComplete) {
  mount_esp();
  root.put("boot/efi/EFI/debian/shimx64.efi", "MZ");
  root.put("boot/efi/EFI/BOOT/BOOTX64.EFI", "MZ");
  root.put("boot/efi/EFI/debian/grub.cfg", "");
  put_sample("debian.cfg", "boot/grub/grub.cfg");
  for (const auto* file : {"vmlinuz-6.1.0-18-amd64", "initrd.img-6.1.0-18-amd64", "vmlinuz-6.1.0-17-amd64",
                           "initrd.img-6.1.0-17-amd64"})
    root.put(std::string("boot/") + file, "x");
  root.put("usr/lib/modules/6.1.0-18-amd64/modules.dep", "");
  fs::create_symlink("usr/lib", root / "lib");
  const auto boot = read();
  EXPECT_EQ(boot.esp_uuid, "7A1B-22C3");
  EXPECT_EQ(boot.loaders, (Texts{"\\EFI\\BOOT\\BOOTX64.EFI", "\\EFI\\debian\\shimx64.efi"}));
  EXPECT_EQ(boot.problem, "");
  EXPECT_EQ(boot.uuids, (Texts{profile.filesystem.uuid, "1A2B-3C4D"}));
  ASSERT_EQ(boot.menu.size(), 2U);
  EXPECT_TRUE(boot.menu[0].kernel_there && boot.menu[0].initramfs_there && boot.menu[0].modules_there);
  EXPECT_TRUE(boot.menu[1].kernel_there);
  EXPECT_FALSE(boot.menu[1].initramfs_there);  // its intel-ucode.img is not there
  EXPECT_FALSE(boot.menu[1].modules_there);
}

TEST_F(RestoredRoot, WithoutAnEspThatIsMountedHasNoLoaders) {
  root.put("boot/efi/EFI/debian/shimx64.efi", "MZ");
  const auto boot = read();
  EXPECT_EQ(boot.esp_uuid, "");
  EXPECT_TRUE(boot.loaders.empty());
  EXPECT_NE(boot.problem.find("/boot/grub/grub.cfg"), std::string::npos) << boot.problem;
}

TEST_F(RestoredRoot, LinksInItDoNotLeadOutOfIt) {
  put_sample("debian.cfg", "boot/grub/grub.cfg");
  tests::TemporaryDirectory outside;
  fs::create_symlink(outside.put("vmlinuz-6.1.0-18-amd64", "x"), root / "boot/vmlinuz-6.1.0-18-amd64");
  EXPECT_FALSE(read().menu.at(0).kernel_there);
}

TEST_F(RestoredRoot, WithBootOfItsOwn) {
  ProfileBootFilesystem own;
  own.uuid = "0d1c2b3a-0000-4000-8000-000000000002";
  own.mount = "/boot";
  profile.boot = own;
  put_sample("separate-boot.cfg", "boot/grub/grub.cfg");
  root.put("boot/vmlinuz-6.6.13-gentoo", "x");
  root.put("kernel-old", "x");  // not on /boot
  const auto boot = read();
  ASSERT_EQ(boot.menu.size(), 2U);
  EXPECT_TRUE(boot.menu[0].kernel_there);
  EXPECT_FALSE(boot.menu[0].initramfs_there);
  EXPECT_FALSE(boot.menu[1].kernel_there);
  EXPECT_TRUE(boot.menu[1].initramfs_there);
  EXPECT_TRUE(boot.menu[1].modules_there);  // its name tells no version
}

TEST_F(RestoredRoot, WithEntryFilesOfFedora) {
  profile.boot_loader->config = "/boot/grub2/grub.cfg";
  root.put("boot/grub2/grub.cfg", "insmod blscfg\nblscfg\nset kernelopts=\"root=UUID=old ro \"\n");
  root.put("boot/grub2/grubenv", "# GRUB Environment Block\nkernelopts=root=UUID=new ro rhgb\n");
  root.put("boot/loader/entries/id-0-rescue.conf", "linux /boot/vmlinuz-0-rescue\noptions $kernelopts\n");
  root.put("boot/loader/entries/id-6.5.6.conf",
           "title Six\nlinux /boot/vmlinuz-6.5.6\noptions root=UUID=a\n");
  root.put("boot/loader/entries/id-6.10.1.conf", "title Ten\nlinux /boot/vmlinuz-6.10.1\n");
  root.put("boot/vmlinuz-6.10.1", "x");
  const auto boot = read();
  ASSERT_EQ(boot.menu.size(), 3U);
  EXPECT_EQ(boot.menu[0].title, "Ten");
  EXPECT_TRUE(boot.menu[0].kernel_there);
  EXPECT_EQ(boot.menu[0].root, "UUID=new");
  EXPECT_EQ(boot.menu[1].root, "UUID=a");
  EXPECT_EQ(boot.menu[2].kernel, "/boot/vmlinuz-0-rescue");
  EXPECT_EQ(boot.uuids, (Texts{"new", "a"}));
}

TEST(PathsInTree, FollowTheSubvolumes) {
  auto profile = sample_profile();
  profile.subvolumes.push_back({"@/boot/grub", "/grub", "rw"});
  profile.subvolumes.push_back({"@boot", "/boot", "rw"});
  const auto uuid = profile.filesystem.uuid;
  EXPECT_EQ(paths_in_tree("/@/boot/vmlinuz", uuid, profile), Texts{"/boot/vmlinuz"});
  EXPECT_EQ(paths_in_tree("/@boot/vmlinuz", uuid, profile), Texts{"/boot/vmlinuz"});
  EXPECT_EQ(paths_in_tree("/@/boot/grub/a", uuid, profile), Texts{"/grub/a"});
  EXPECT_EQ(paths_in_tree("/boot/vmlinuz", uuid, profile), Texts{"/boot/vmlinuz"});
  EXPECT_EQ(paths_in_tree("/vmlinuz", "7a1b-22c3", profile), Texts{"/boot/efi/vmlinuz"});
}

}  // namespace
}  // namespace recover::test
