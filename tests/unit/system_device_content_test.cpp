// Signatures and partition tables from made-up images: no device is opened.
#include "recover/system/device_content.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <cstring>

#include "recover/system/files.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::system {
namespace {

using tests::TemporaryDirectory;

Descriptor opened(const std::string& path) {
  return Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

void lay(std::string& image, std::size_t at, const std::string& bytes) {
  image.replace(at, bytes.size(), bytes);
}

// A swap area of 4 KiB pages: mkswap(8), struct swap_header_v1_2.
std::string swap_area() {
  std::string image(4 << 20, '\0');  // below 1.44 MB libblkid takes the first signature for the only one
  lay(image, 1024, std::string("\1\0\0\0\xff\0\0\0", 8));
  lay(image, 1024 + 12, std::string("\x11\x22\x33\x44\x55\x66\x77\x88\x99\xaa\xbb\xcc\xdd\xee\xff\x01", 16));
  lay(image, 1024 + 28, "scratch");
  lay(image, 4096 - 10, "SWAPSPACE2");
  return image;
}

TEST(DeviceContent, ReadsASignature) {
  const TemporaryDirectory dir;
  const auto content = read_content(opened(dir.put("swap", swap_area())).get());
  EXPECT_EQ(content.fs_type, "swap");
  EXPECT_EQ(content.fs_uuid, "11223344-5566-7788-99aa-bbccddeeff01");
  EXPECT_EQ(content.fs_label, "scratch");
  EXPECT_EQ(content.table_uuid, "");
}

TEST(DeviceContent, TwoSignaturesAreNotNone) {
  const TemporaryDirectory dir;
  auto image = swap_area();
  lay(image, 0, std::string("hsqs", 4));  // squashfs; its version stands at 28
  lay(image, 28, std::string("\4\0", 2));
  EXPECT_EQ(read_content(opened(dir.put("both", image)).get()).fs_type, "ambivalent");
}

TEST(DeviceContent, NothingIsNothing) {
  const TemporaryDirectory dir;
  const auto content = read_content(opened(dir.put("zero", std::string(1 << 20, '\0'))).get());
  EXPECT_EQ(content.fs_type, "");
  EXPECT_TRUE(content.partitions.empty());
  EXPECT_EQ(read_content(-1).fs_type, "");
  EXPECT_EQ(read_content(opened(dir.put("tiny", "x")).get()).fs_type, "");
}

std::uint32_t crc32(const std::string& bytes) {
  std::uint32_t crc = ~0U;
  for (const unsigned char byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1U) != 0 ? 0xedb88320U : 0U);
  }
  return ~crc;
}

std::string little(std::uint64_t value, std::size_t size) {
  return {reinterpret_cast<const char*>(&value), size};
}

// The UEFI specification, 5.3: protective MBR, header, 128 entries of 128 bytes. Only the primary copy.
std::string partition_table() {
  const std::string table_guid = "\x10\x32\x54\x76\x98\xba\xdc\xfe\x01\x23\x45\x67\x89\xab\xcd\xef";
  const std::string part_guid = "\xa0\xb1\xc2\xd3\xe4\xf5\x06\x17\x28\x39\x4a\x5b\x6c\x7d\x8e\x9f";
  constexpr std::uint64_t sectors = 8192;
  std::string entries(128 * 128, '\0');
  lay(entries, 0, std::string("\xaf\x3d\xc6\x0f\x83\x84\x72\x47\x8e\x79\x3d\x69\xd8\x47\x7d\xe4", 16));
  lay(entries, 16, part_guid + little(2048, 8) + little(4095, 8));
  lay(entries, 56, std::string("r\0o\0o\0t\0", 8));
  std::string header = "EFI PART" + little(0x10000, 4) + little(92, 4) + little(0, 8) + little(1, 8) +
                       little(sectors - 1, 8) + little(34, 8) + little(sectors - 34, 8) + table_guid +
                       little(2, 8) + little(128, 4) + little(128, 4) + little(crc32(entries), 4);
  lay(header, 16, little(crc32(header), 4));
  std::string image(sectors * 512, '\0');
  lay(image, 446, std::string("\0\0\2\0\xee\xff\xff\xff\1\0\0\0", 12) + little(sectors - 1, 4));
  lay(image, 510, "\x55\xaa");
  lay(image, 512, header);
  lay(image, 1024, entries);
  return image;
}

TEST(DeviceContent, ReadsAPartitionTable) {
  const TemporaryDirectory dir;
  const auto content = read_content(opened(dir.put("disk", partition_table())).get());
  EXPECT_EQ(content.fs_type, "");
  EXPECT_EQ(content.table_uuid, "76543210-ba98-fedc-0123-456789abcdef");
  ASSERT_EQ(content.partitions.size(), 1U);
  EXPECT_EQ(content.partitions[0].start, 2048);
  EXPECT_EQ(content.partitions[0].uuid, "d3c2b1a0-f5e4-1706-2839-4a5b6c7d8e9f");
  EXPECT_EQ(content.partitions[0].type, "0fc63daf-8483-4772-8e79-3d69d8477de4");
  EXPECT_EQ(content.partitions[0].name, "root");
  EXPECT_EQ(content.partitions[0].number, 1);
  EXPECT_EQ(content.partitions[0].size, 2048);
}

}  // namespace
}  // namespace recover::system
