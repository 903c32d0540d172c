// What grub.cfg would boot, from files as distributions write them.
#include "recover/grub_config.hpp"

#include <gtest/gtest.h>

#include "recover/system/files.hpp"
#include "tests/unit/recorded_machine.hpp"

namespace recover::test {
namespace {

using Texts = std::vector<std::string>;

const std::string uuid = "5f3a1f0e-8a55-4c60-9a7e-2f6f2b7f1c11";

std::string sample(const std::string& name) {
  return system::read_file(source_path("tests/unit/data/grub/" + name));
}

BootMenuEntry entry(const std::string& title, const std::string& root, const std::string& filesystem,
                    const std::string& kernel, const Texts& initramfs) {
  BootMenuEntry made;
  made.title = title;
  made.root = root;
  made.filesystem = filesystem;
  made.kernel = kernel;
  made.initramfs = initramfs;
  return made;
}

TEST(GrubConfig, DebianOnASubvolume) {
  const auto menu = parse_grub_config(sample("debian.cfg"));
  ASSERT_EQ(menu.size(), 2U);
  EXPECT_EQ(menu[0], entry("Debian GNU/Linux", "UUID=" + uuid, uuid, "/@/boot/vmlinuz-6.1.0-18-amd64",
                           {"/@/boot/initrd.img-6.1.0-18-amd64"}));
  EXPECT_EQ(menu[1], entry("Debian GNU/Linux, with Linux 6.1.0-17-amd64 (the administrator's)",
                           "UUID=" + uuid, uuid, "/@/boot/vmlinuz-6.1.0-17-amd64",
                           {"/@/boot/intel-ucode.img", "/@/boot/initrd.img-6.1.0-17-amd64"}));
}

TEST(GrubConfig, BootOfItsOwnAndRootOnLvm) {
  const std::string boot = "0d1c2b3a-0000-4000-8000-000000000002";
  const auto menu = parse_grub_config(sample("separate-boot.cfg"));
  ASSERT_EQ(menu.size(), 2U);
  EXPECT_EQ(menu[0], entry("Gentoo GNU/Linux", "/dev/mapper/vg1-root", boot, "/vmlinuz-6.6.13-gentoo",
                           {"/early_ucode.cpio", "/initramfs-6.6.13-gentoo.img"}));
  EXPECT_EQ(menu[1], entry("without an initramfs", "/dev/sda3", boot, "/kernel-old", {}));
}

TEST(GrubConfig, SuseWithVariables) {
  const auto menu = parse_grub_config(sample("suse.cfg"));
  ASSERT_EQ(menu.size(), 1U);
  EXPECT_EQ(menu[0],
            entry("openSUSE Leap 15.6", "UUID=" + uuid, uuid, "/boot/vmlinuz-6.4.0-150600.23-default",
                  {"/boot/initrd-6.4.0-150600.23-default"}));
}

TEST(GrubConfig, UuidsAreNamedOnceEach) {
  EXPECT_EQ(named_uuids(sample("debian.cfg")), (Texts{uuid, "1A2B-3C4D"}));
  EXPECT_EQ(named_uuids("search.fs_uuid 1234-ABCD root hd0,gpt2\nset prefix=($root)'/boot/grub'\n"
                        "linux /a root=/dev/disk/by-uuid/x ro\nsearch --label --set=root BOOT\n"),
            (Texts{"1234-ABCD", "x"}));
}

TEST(GrubConfig, BootLoaderSpecification) {
  EXPECT_EQ(parse_boot_loader_entry("# made by kernel-install\n"
                                    "title Fedora Linux (6.5.6-300.fc39.x86_64) 39 (\"Workstation\")\n"
                                    "version 6.5.6-300.fc39.x86_64\n"
                                    "linux /vmlinuz-6.5.6-300.fc39.x86_64\n"
                                    "initrd /initramfs-6.5.6-300.fc39.x86_64.img $tuned_initrd\n"
                                    "options root=UUID=" +
                                    uuid +
                                    " ro rootflags=subvol=root rhgb quiet $tuned_params\n"
                                    "grub_class fedora\n"),
            entry("Fedora Linux (6.5.6-300.fc39.x86_64) 39 (\"Workstation\")", "UUID=" + uuid, "",
                  "/vmlinuz-6.5.6-300.fc39.x86_64", {"/initramfs-6.5.6-300.fc39.x86_64.img"}));
}

TEST(GrubConfig, WhatEndsInTheMiddleIsNoEntry) {
  const auto all = sample("debian.cfg");
  for (std::size_t size = 0; size < all.size(); size += 7) {
    parse_grub_config(all.substr(0, size));
    named_uuids(all.substr(0, size));
  }
  EXPECT_TRUE(parse_grub_config("menuentry 'x' {\n linux /vmlinuz root=/dev/sda1\n").empty());
  EXPECT_TRUE(parse_grub_config("}}}\n} linux /a\n menuentry {\n}\n menuentry 'a").empty());
  EXPECT_TRUE(parse_grub_config("").empty());
  EXPECT_EQ(parse_boot_loader_entry("title\nlinux\ninitrd"), BootMenuEntry{});
}

TEST(GrubConfig, VersionOfAKernel) {
  EXPECT_EQ(kernel_version("/@/boot/vmlinuz-6.1.0-18-amd64"), "6.1.0-18-amd64");
  EXPECT_EQ(kernel_version("kernel-6.6.13-gentoo"), "6.6.13-gentoo");
  EXPECT_EQ(kernel_version("/boot/vmlinuz-6.4.0-150600.23-default"), "6.4.0-150600.23-default");
  EXPECT_EQ(kernel_version("/vmlinuz-5.15.0-91-generic.efi.signed"), "5.15.0-91-generic");
  EXPECT_EQ(kernel_version("/vmlinuz-6.6.13-gentoo.old"), "6.6.13-gentoo");
  for (const auto* none : {"", "/boot/vmlinuz-linux", "/boot/vmlinuz", "/boot/vmlinuz-", "/a-1/vmlinuz"})
    EXPECT_EQ(kernel_version(none), "") << none;
}

}  // namespace
}  // namespace recover::test
