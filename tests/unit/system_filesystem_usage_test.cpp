// Superblocks as the kernel's headers lay them out.
#include "recover/system/filesystem_usage.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "recover/system/files.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::system {
namespace {

class Image {
 public:
  void put(std::size_t at, const std::string& bytes) { image_.replace(at, bytes.size(), bytes); }
  void little(std::size_t at, std::uint64_t number, int bytes) {
    for (int i = 0; i < bytes; ++i)
      image_[at + static_cast<std::size_t>(i)] = static_cast<char>(number >> 8 * i);
  }
  void big(std::size_t at, std::uint64_t number, int bytes) {
    for (int i = 0; i < bytes; ++i)
      image_[at + static_cast<std::size_t>(bytes - 1 - i)] = static_cast<char>(number >> 8 * i);
  }
  FilesystemUsage usage(const std::string& type) const {
    const tests::TemporaryDirectory directory;
    const Descriptor file(::open(directory.put("image", image_).c_str(), O_RDONLY | O_CLOEXEC));
    return read_usage(file.get(), type);
  }

 private:
  std::string image_ = std::string(128 << 10, '\0');
};

TEST(FilesystemUsage, OfExt) {
  Image image;
  image.put(1024 + 0x38, "\x53\xef");
  image.little(1024 + 0x04, 1000, 4);
  image.little(1024 + 0x0c, 400, 4);
  image.little(1024 + 0x18, 2, 4);
  image.little(1024 + 0x30, 1795290000, 4);
  EXPECT_EQ(image.usage("ext4"), (FilesystemUsage{1000 * 4096, 600 * 4096, 1795290000}));
  image.little(1024 + 0x150, 1, 4);
  EXPECT_EQ(image.usage("ext4").size, 1000 * 4096) << "the high halves count with the feature 64bit alone";
  image.little(1024 + 0x60, 0x80, 4);
  EXPECT_EQ(image.usage("ext4").size, ((1LL << 32) + 1000) * 4096);
  image.little(1024 + 0x274, 1, 1);
  EXPECT_EQ(image.usage("ext4").written, (1LL << 32) + 1795290000);
}

TEST(FilesystemUsage, OfBtrfs) {
  Image image;
  image.put(65536 + 0x40, "_BHRfS_M");
  image.little(65536 + 0x70, 8ULL << 30, 8);
  image.little(65536 + 0x78, 3ULL << 30, 8);
  EXPECT_EQ(image.usage("btrfs"), (FilesystemUsage{8LL << 30, 3LL << 30, {}}));
}

TEST(FilesystemUsage, OfXfs) {
  Image image;
  image.put(0, "XFSB");
  image.big(4, 4096, 4);
  image.big(8, 500, 8);
  image.big(144, 100, 8);
  EXPECT_EQ(image.usage("xfs"), (FilesystemUsage{500 * 4096, 400 * 4096, {}}));
}

TEST(FilesystemUsage, OfFat32) {
  Image image;
  image.put(510, "\x55\xaa");
  image.little(11, 512, 2);
  image.little(13, 8, 1);
  image.little(14, 32, 2);
  image.little(16, 2, 1);
  image.little(32, 32 + 2 * 100 + 8 * 1000, 4);
  image.little(36, 100, 4);
  image.little(48, 1, 2);
  EXPECT_EQ(image.usage("vfat"), FilesystemUsage{}) << "without its FSInfo";
  image.put(512, "RRaA");
  image.put(512 + 484, "rrAa");
  image.little(512 + 488, 250, 4);
  EXPECT_EQ(image.usage("vfat"), (FilesystemUsage{1000 * 4096, 750 * 4096, {}}));
  image.little(512 + 488, 0xffffffff, 4);
  EXPECT_EQ(image.usage("vfat"), FilesystemUsage{}) << "not known";
}

TEST(FilesystemUsage, OfNonsenseIsNotKnown) {
  Image image;
  for (const auto* type : {"ext4", "btrfs", "xfs", "vfat", "crypto_LUKS", ""})
    EXPECT_EQ(image.usage(type), FilesystemUsage{}) << type;
  image.put(0, "XFSB");
  image.big(4, 0xffffffff, 4);
  image.big(8, ~0ULL, 8);
  EXPECT_EQ(image.usage("xfs"), FilesystemUsage{});
  image.put(1024 + 0x38, "\x53\xef");
  image.little(1024 + 0x04, 10, 4);
  image.little(1024 + 0x18, 200, 4);
  EXPECT_EQ(image.usage("ext4"), FilesystemUsage{});
}

}  // namespace
}  // namespace recover::system
