// Superblocks as the kernel's headers lay them out; their checksums as others compute them.
#include "recover/system/btrfs_superblock.hpp"

#include <gtest/gtest.h>

#include "recover/broken_btrfs.hpp"
#include "recover/system/btrfs_checksum.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::system {
namespace {

std::string hexadecimal(const std::string& bytes) {
  std::string text;
  for (const char byte : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", static_cast<unsigned char>(byte));
    text += digits;
  }
  return text;
}

struct Superblock {
  std::string bytes = std::string(4096, '\0');
  std::uint64_t type = 0;

  void little(std::size_t at, std::uint64_t number, int count) {
    for (int i = 0; i < count; ++i)
      bytes[at + static_cast<std::size_t>(i)] = static_cast<char>(number >> 8 * i);
  }
  explicit Superblock(int mirror = 0, std::uint64_t generation = 7, std::uint64_t id = 1, char device = 'd') {
    bytes.replace(0x20, 16, "\x01\x23\x45\x67\x89\xab\xcd\xef\x01\x23\x45\x67\x89\xab\xcd\xef");
    little(0x30, mirror == 0 ? 65536 : 67108864, 8);
    bytes.replace(0x40, 8, "_BHRfS_M");
    little(0x48, generation, 8);
    little(0x50, 30588928, 8);
    little(0x58, 22036480, 8);
    little(0x60, 32358400, 8);
    little(0x70, 134217728, 8);
    little(0x78, 147456, 8);
    little(0x88, 2, 8);
    little(0x90, 4096, 4);
    little(0x94, 16384, 4);
    little(0xa4, 6, 8);
    little(0xc9, id, 8);
    bytes.replace(0x10b, 16, std::string(16, device));
    bytes.replace(0x12b, 4, "root");
    for (std::size_t i = 0; i < 3; ++i) {
      little(0xb2b + i * 0xa8, 1000 + i, 8);
      little(0xb2b + i * 0xa8 + 8, i == 1 ? 9 : i, 8);
      little(0xb2b + i * 0xa8 + 16, 2000 + i, 8);
    }
  }
  std::string signed_bytes() {
    little(0xc4, type, 2);
    const auto sum = btrfs_checksum(type, std::string_view(bytes).substr(32));
    bytes.replace(0, sum.size(), sum);
    return bytes;
  }
};

// From the specifications: RFC 3720 B.4, XXH64 of "abc" as xxhsum prints it, FIPS 180-2, `b2sum -l 256`.
TEST(BtrfsChecksum, IsWhatOthersCompute) {
  EXPECT_EQ(hexadecimal(btrfs_checksum(0, std::string(32, '\0'))), "aa36918a");
  EXPECT_EQ(hexadecimal(btrfs_checksum(1, "abc")), "990977adf52cbc44");
  EXPECT_EQ(hexadecimal(btrfs_checksum(2, "abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hexadecimal(btrfs_checksum(3, "abc")),
            "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
  std::string long_text;
  for (int i = 0; i < 16; ++i) long_text += "0123456789";
  EXPECT_EQ(hexadecimal(btrfs_checksum(3, long_text)),
            "29353b52528c1cb5ac43380a8b7464d26f411b4fd3166c8f4ac7882420666be4");
  EXPECT_TRUE(btrfs_checksum(4, "abc").empty());
}

TEST(BtrfsSuperblock, IsReadWithEachChecksum) {
  for (std::uint64_t type = 0; type < 4; ++type) {
    Superblock block;
    block.type = type;
    const auto copy = parse_superblock(block.signed_bytes(), 0);
    EXPECT_TRUE(copy.whole()) << copy.problem;
    EXPECT_EQ(copy.checksum, checksum_name(type));
    EXPECT_EQ(copy.generation, 7U);
    EXPECT_EQ(copy.chunk_generation, 6U);
    EXPECT_EQ(copy.tree_root, 30588928U);
    EXPECT_EQ(copy.chunk_root, 22036480U);
    EXPECT_EQ(copy.log_root, 32358400U);
    EXPECT_EQ(copy.filesystem, "01234567-89ab-cdef-0123-456789abcdef");
    EXPECT_EQ(copy.label, "root");
    EXPECT_EQ(copy.device_count, 2U);
    EXPECT_EQ(copy.used_bytes, 147456);
    ASSERT_EQ(copy.backups.size(), 3U);
    EXPECT_EQ(copy.backups.front(), (BackupRoots{9, 1001, 2001}));
  }
}

TEST(BtrfsSuperblock, SaysWhatIsWrongWithIt) {
  Superblock block;
  auto bytes = block.signed_bytes();
  bytes[0x78] = 1;
  EXPECT_EQ(parse_superblock(bytes, 0).problem, "its crc32c checksum is wrong");
  EXPECT_EQ(parse_superblock(bytes, 0).generation, 7U);
  EXPECT_EQ(parse_superblock(std::string(4096, '\0'), 0).problem, "there is no btrfs superblock");
  EXPECT_EQ(parse_superblock("short", 0).problem, "there is no btrfs superblock");
  EXPECT_EQ(parse_superblock(Superblock().signed_bytes(), 1).problem, "it is the copy of another place");
  Superblock odd;
  odd.type = 9;
  EXPECT_NE(parse_superblock(odd.signed_bytes(), 0).problem.find("not known"), std::string::npos);
}

class Devices {
 public:
  BlockDevice put(const std::string& name, const std::vector<Superblock>& copies) {
    std::string content(std::size_t{65536 + 4096}, '\0');
    for (auto copy : copies) content.replace(65536, 4096, copy.signed_bytes());
    BlockDevice device;
    device.path = directory_.put(name, content);
    device.serial = "S-" + name;
    device.size = static_cast<std::int64_t>(content.size());
    return device;
  }

 private:
  tests::TemporaryDirectory directory_;
};

const std::string uuid = "01234567-89AB-cdef-0123-456789abcdef";

BrokenPlace place(const std::string& filesystem, const std::vector<std::string>& devices) {
  BrokenPlace broken;
  broken.uuid = filesystem;
  broken.devices = devices;
  return broken;
}

TEST(BrokenBtrfs, TakesTheProfilesDevicesAndWhatElseHasItsSuperblock) {
  Devices disks;
  const auto lost = disks.put("lost", {}), other = disks.put("other", {}),
             own = disks.put("own", {Superblock(0, 9, 2)});
  const auto broken = find_broken(place(uuid, {lost.path}), {lost, other, own});
  ASSERT_EQ(broken.devices.size(), 2U);
  EXPECT_EQ(broken.devices[0].path, own.path);
  EXPECT_EQ(broken.devices[1].path, lost.path);
  EXPECT_EQ(broken.newest()->generation, 9U);
  EXPECT_EQ(broken.paths(), std::vector<std::string>{own.path});
  EXPECT_EQ(broken.missing, std::vector<std::uint64_t>{1});
  EXPECT_TRUE(broken.clones.empty());
}

TEST(BrokenBtrfs, RecognisesAClone) {
  Devices disks;
  const auto one = disks.put("one", {Superblock()}), two = disks.put("two", {Superblock()});
  const auto broken = find_broken(place(uuid, {one.path}), {one, two});
  ASSERT_EQ(broken.clones.size(), 1U);
  EXPECT_NE(broken.clones[0].find("S-two"), std::string::npos);
}

TEST(BrokenBtrfs, KnowsTwoDevicesFromAClone) {
  Devices disks;
  const auto one = disks.put("one", {Superblock(0, 7, 1, 'a')}),
             two = disks.put("two", {Superblock(0, 7, 2, 'b')});
  const auto broken = find_broken(place(uuid, {one.path, two.path}), {one, two});
  EXPECT_TRUE(broken.clones.empty());
  EXPECT_TRUE(broken.missing.empty());
}

// A disk shows what the LVM volume on it shows.
TEST(BrokenBtrfs, TakesNoLayerForAClone) {
  Devices disks;
  const auto disk = disks.put("disk", {Superblock()});
  auto volume = disks.put("volume", {Superblock()});
  volume.beneath = {disk.path};
  const auto broken = find_broken(place(uuid, {volume.path}), {disk, volume});
  ASSERT_EQ(broken.devices.size(), 1U);
  EXPECT_EQ(broken.devices[0].path, volume.path);
}

TEST(BrokenBtrfs, SaysThatAnotherBtrfsIsInItsPlace) {
  Devices disks;
  const auto own = disks.put("own", {Superblock()});
  const auto broken = find_broken(place("ffffffff-89ab-cdef-0123-456789abcdef", {own.path}), {own});
  EXPECT_TRUE(broken.devices.empty());
  ASSERT_EQ(broken.foreign.size(), 1U);
}

TEST(BrokenBtrfs, TakesTheUuidThatAnEarlierRecoveryGave) {
  Devices disks;
  const auto own = disks.put("own", {Superblock()}), blank = disks.put("blank", {});
  auto renamed = place("ffffffff-89ab-cdef-0123-456789abcdef", {own.path});
  renamed.new_uuid = uuid;
  EXPECT_EQ(find_broken(renamed, {own}).uuid, uuid);
  EXPECT_EQ(find_broken(renamed, {own}).devices.size(), 1U);
  auto before = place(uuid, {own.path});
  before.new_uuid = "ffffffff-89ab-cdef-0123-456789abcdef";
  EXPECT_EQ(find_broken(before, {own}).uuid, uuid);
  renamed.devices = {blank.path};
  EXPECT_EQ(find_broken(renamed, {blank}).uuid, renamed.uuid);
}

}  // namespace
}  // namespace recover::system
