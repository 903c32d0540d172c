// The only file that knows the superblocks of foreign filesystems.
#include "recover/system/filesystem_usage.hpp"

#include <unistd.h>

#include <array>
#include <cstring>
#include <utility>

namespace recover::system {
namespace {

class Block {
 public:
  Block(int fd, std::int64_t at) {
    good_ = ::pread(fd, bytes_.data(), bytes_.size(), at) == static_cast<ssize_t>(bytes_.size());
  }
  bool has(std::size_t at, const char* magic) const {
    return good_ && std::memcmp(bytes_.data() + at, magic, std::strlen(magic)) == 0;
  }
  std::uint64_t little(std::size_t at, int bytes) const {
    std::uint64_t number = 0;
    for (int i = bytes - 1; i >= 0; --i) number = number << 8 | bytes_[at + static_cast<std::size_t>(i)];
    return number;
  }
  std::uint64_t big(std::size_t at, int bytes) const {
    std::uint64_t number = 0;
    for (int i = 0; i < bytes; ++i) number = number << 8 | bytes_[at + static_cast<std::size_t>(i)];
    return number;
  }

 private:
  std::array<unsigned char, 1024> bytes_{};
  bool good_ = false;
};

// Nothing where the numbers make no sense: a superblock may be damaged, and the device is only described.
FilesystemUsage of_blocks(std::uint64_t blocks, std::uint64_t free, std::uint64_t block_size) {
  constexpr std::uint64_t largest = std::uint64_t{1} << 62;
  if (block_size == 0 || blocks == 0 || free > blocks || blocks > largest / block_size) return {};
  return {static_cast<std::int64_t>(blocks * block_size),
          static_cast<std::int64_t>((blocks - free) * block_size),
          {}};
}

// Linux, fs/ext4/ext4.h, struct ext4_super_block; Documentation/filesystems/ext4/super.rst.
FilesystemUsage of_ext(int fd) {
  const Block super(fd, 1024);
  if (!super.has(0x38, "\x53\xef")) return {};
  auto blocks = super.little(0x04, 4), free = super.little(0x0c, 4);
  constexpr std::uint64_t feature_64bit = 0x80;
  if (super.little(0x60, 4) & feature_64bit) {
    blocks |= super.little(0x150, 4) << 32;
    free |= super.little(0x158, 4) << 32;
  }
  const auto shift = super.little(0x18, 4);
  auto usage = of_blocks(blocks, free, shift > 6 ? 0 : std::uint64_t{1024} << shift);
  // s_wtime; its high byte is s_wtime_hi.
  const auto written = super.little(0x30, 4) | super.little(0x274, 1) << 32;
  if (written != 0) usage.written = static_cast<std::int64_t>(written);
  return usage;
}

// Linux, include/uapi/linux/btrfs_tree.h, struct btrfs_super_block, at 64 KiB. It has no time in it.
FilesystemUsage of_btrfs(int fd) {
  const Block super(fd, 64 << 10);
  if (!super.has(0x40, "_BHRfS_M")) return {};
  const auto total = super.little(0x70, 8), used = super.little(0x78, 8);
  return used > total ? FilesystemUsage{} : of_blocks(total, total - used, 1);
}

// Linux, fs/xfs/libxfs/xfs_format.h, struct xfs_dsb: big-endian; sb_dblocks and sb_fdblocks.
FilesystemUsage of_xfs(int fd) {
  const Block super(fd, 0);
  if (!super.has(0, "XFSB")) return {};
  return of_blocks(super.big(8, 8), super.big(144, 8), super.big(4, 4));
}

// Microsoft's FAT specification (fatgen103): boot sector, and the FSInfo sector, which FAT32 alone has and
// which may say 0xFFFFFFFF for "not known".
FilesystemUsage of_fat(int fd) {
  const Block boot(fd, 0);
  const auto sector = boot.little(11, 2), per_cluster = boot.little(13, 1);
  if (!boot.has(510, "\x55\xaa") || sector < 512 || per_cluster == 0 || boot.little(22, 2) != 0) return {};
  const auto reserved = boot.little(14, 2), tables = boot.little(16, 1) * boot.little(36, 4);
  const auto sectors = boot.little(32, 4);
  if (sectors <= reserved + tables) return {};
  const auto clusters = (sectors - reserved - tables) / per_cluster;
  const Block info(fd, static_cast<std::int64_t>(boot.little(48, 2) * sector));
  if (!info.has(0, "RRaA") || !info.has(484, "rrAa")) return {};
  return of_blocks(clusters, info.little(488, 4), sector * per_cluster);
}

}  // namespace

FilesystemUsage read_usage(int fd, const std::string& type) {
  if (type.starts_with("ext")) return of_ext(fd);
  if (type == "btrfs") return of_btrfs(fd);
  if (type == "xfs") return of_xfs(fd);
  if (type == "vfat") return of_fat(fd);
  return {};
}

}  // namespace recover::system
