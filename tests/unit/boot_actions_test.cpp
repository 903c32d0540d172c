// The actions around booting that a directory or an image file can show.
#include "recover/boot_actions.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "recover/error.hpp"
#include "recover/system/files.hpp"

namespace recover::test {
namespace {

namespace fs = std::filesystem;

void write(const std::string& path, const std::string& text) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

class BootActions : public testing::Test {
 protected:
  ~BootActions() override { fs::remove_all(directory_); }
  std::string in(const std::string& name) const { return directory_ + "/" + name; }

 private:
  std::string directory_ = [] {
    std::string name = (fs::temp_directory_path() / "recover-boot-XXXXXX").string();
    return std::string(::mkdtemp(name.data()));
  }();
};

TEST_F(BootActions, TheEspGetsTheFilesThatItLacksAndKeepsTheOthers) {
  write(in("root/boot/efi/EFI/debian/shimx64.efi"), "shim");
  write(in("root/boot/efi/EFI/Microsoft/bootmgfw.efi"), "of the backup");
  write(in("root/boot/vmlinuz"), "kernel");
  write(in("esp/EFI/Microsoft/bootmgfw.efi"), "newer than the backup");
  fill_esp({in("root"), "/boot/efi", in("esp")});
  EXPECT_EQ(system::read_file(in("esp/EFI/debian/shimx64.efi")), "shim");
  EXPECT_EQ(system::read_file(in("esp/EFI/Microsoft/bootmgfw.efi")), "newer than the backup");
  EXPECT_TRUE(fs::is_empty(in("root/boot/efi")));
  EXPECT_TRUE(fs::exists(in("root/boot/vmlinuz")));
}

TEST_F(BootActions, ALinkInPlaceOfTheEspsDirectoryIsNotFollowed) {
  write(in("outside/precious"), "1");
  fs::create_directories(in("root/boot"));
  fs::create_directories(in("esp"));
  fs::create_directories(in("root/elsewhere"));
  fs::create_symlink("/elsewhere", in("root/boot/efi"));
  EXPECT_THROW(fill_esp({in("root"), "/boot/efi", in("esp")}), Refused);
  fs::remove(in("root/boot/efi"));
  fs::create_symlink(in("outside"), in("root/boot/efi"));
  EXPECT_THROW(fill_esp({in("root"), "/boot/efi", in("esp")}), Error);
  EXPECT_TRUE(fs::exists(in("outside/precious")));
}

TEST_F(BootActions, ADirectoryThatIsNotThereIsAFailure) {
  EXPECT_THROW(fill_esp({in("nowhere"), "/boot/efi", in("esp")}), Failed);
}

TEST_F(BootActions, OneUuidIsReplacedAndTheRestOfTheFileIsKept) {
  write(in("root/etc/fstab"), "# old-uuid was it\nUUID=old-uuid / btrfs rw 0 0\nUUID=other /x ext4 rw 0 2\n");
  write(in("root/etc/kernel/cmdline"), "root=UUID=other\n");
  fs::permissions(in("root/etc/fstab"), fs::perms::owner_read | fs::perms::owner_write);
  rewrite_uuid(
      {in("root"), {"/etc/fstab", "/etc/default/grub", "/etc/kernel/cmdline"}, "old-uuid", "new-uuid"});
  EXPECT_EQ(system::read_file(in("root/etc/fstab")),
            "# new-uuid was it\nUUID=new-uuid / btrfs rw 0 0\nUUID=other /x ext4 rw 0 2\n");
  EXPECT_EQ(system::read_file(in("root/etc/kernel/cmdline")), "root=UUID=other\n");
  EXPECT_EQ(fs::status(in("root/etc/fstab")).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(BootActions, ALinkThatLeadsOutOfTheTreeIsFollowedInIt) {
  write(in("fstab"), "UUID=old-uuid\n");
  fs::create_directories(in("root/etc"));
  fs::create_symlink(in("fstab"), in("root/etc/fstab"));
  rewrite_uuid({in("root"), {"/etc/fstab"}, "old-uuid", "new-uuid"});
  EXPECT_EQ(system::read_file(in("fstab")), "UUID=old-uuid\n");
}

TEST_F(BootActions, OnlyAnEmptyDeviceIsLostOrOneWithWhatWasBegun) {
  write(in("image"), std::string(1 << 20, '\0'));
  EXPECT_TRUE(is_lost({in("image"), "vfat", "7A1B-22C3", {}}));
  // A FAT16 boot sector, as far as libblkid looks: jump, media, signature, label, volume ID.
  std::string sector(1 << 20, '\0');
  const std::string head("\xeb\x3c\x90mkfs.fat\x00\x02\x04\x04\x00\x02\x00\x02\x00\x08\xf8\x02\x00", 24);
  sector.replace(0, head.size(), head);
  sector.replace(38, 5, std::string("\x29\xc3\x22\x1b\x7a", 5));
  sector.replace(43, 11, "EFI        ");
  sector.replace(54, 8, "FAT16   ");
  sector.replace(510, 2, "\x55\xaa");
  write(in("image"), sector);
  EXPECT_FALSE(is_lost({in("image"), "vfat", "7A1B-22C3", {}}));
  EXPECT_THROW(is_lost({in("image"), "vfat", "0000-0001", {}}), Refused);
  EXPECT_THROW(is_lost({in("image"), "ext4", "7A1B-22C3", {}}), Refused);
  EXPECT_THROW(is_lost({in("no such device"), "ext4", "7A1B-22C3", {}}), Refused);
  // What was begun there, and nothing else.
  EXPECT_TRUE(is_lost({in("image"), "vfat", "7a1b-22c3", {}, {}, /*half_made=*/true}));
  EXPECT_THROW(is_lost({in("image"), "vfat", "0000-0001", {}, {}, /*half_made=*/true}), Refused);
}

}  // namespace
}  // namespace recover::test
