#include "recover/system/btrfs_superblock.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>

#include "recover/system/btrfs_checksum.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"

namespace recover::system {
namespace {

constexpr std::size_t superblock_size = 4096, checksum_room = 32;
// btrfs_sb_offset() in fs/btrfs/disk-io.h.
constexpr std::int64_t offsets[] = {std::int64_t{64} << 10, std::int64_t{64} << 20, std::int64_t{256} << 30};

// Where things are in struct btrfs_super_block, and in struct btrfs_root_backup.
enum At : std::size_t {
  fsid = 0x20,
  bytenr = 0x30,
  magic = 0x40,
  generation = 0x48,
  root = 0x50,
  chunk_root = 0x58,
  log_root = 0x60,
  total_bytes = 0x70,
  bytes_used = 0x78,
  num_devices = 0x88,
  sectorsize = 0x90,
  nodesize = 0x94,
  chunk_root_generation = 0xa4,
  csum_type = 0xc4,
  devid = 0xc9,
  device_uuid = 0x10b,
  label = 0x12b,
  super_roots = 0xb2b,
  backup_size = 0xa8,
  backup_generation = 0x08,
  backup_chunk_root = 0x10,
};

std::uint64_t number(std::string_view bytes, std::size_t at, std::size_t count = 8) {
  std::uint64_t value = 0;
  for (std::size_t i = count; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

std::int64_t size_at(std::string_view bytes, std::size_t at, std::size_t count = 8) {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return static_cast<std::int64_t>(std::min(number(bytes, at, count), most));
}

std::string uuid(std::string_view bytes, std::size_t at) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    const auto byte = static_cast<unsigned char>(bytes[at + i]);
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::vector<BackupRoots> backups_of(std::string_view bytes) {
  std::vector<BackupRoots> backups;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto at = super_roots + i * backup_size;
    const BackupRoots roots{number(bytes, at + backup_generation), number(bytes, at),
                            number(bytes, at + backup_chunk_root)};
    if (roots.tree_root != 0) backups.push_back(roots);
  }
  std::stable_sort(backups.begin(), backups.end(),
                   [](const auto& a, const auto& b) { return a.generation > b.generation; });
  return backups;
}

std::string wrong_checksum(std::string_view bytes, std::uint64_t type) {
  const auto computed = btrfs_checksum(type, bytes.substr(checksum_room));
  if (computed.empty()) return "it has a kind of checksum that is not known (" + std::to_string(type) + ")";
  return bytes.starts_with(computed) ? "" : "its " + checksum_name(type) + " checksum is wrong";
}

SuperblockCopy read_copy(const Descriptor& file, int mirror) {
  SuperblockCopy copy;
  copy.mirror = mirror;
  copy.offset = offsets[mirror];
  std::string bytes(superblock_size, '\0');
  const auto got = ::pread(file.get(), bytes.data(), bytes.size(), copy.offset);
  if (got == static_cast<ssize_t>(bytes.size())) return parse_superblock(bytes, mirror);
  copy.problem =
      got < 0 ? std::string("it cannot be read: ") + std::strerror(errno) : "the device ends before it";
  return copy;
}

}  // namespace

SuperblockCopy parse_superblock(std::string_view bytes, int mirror) {
  SuperblockCopy copy;
  copy.mirror = mirror;
  copy.offset = mirror >= 0 && mirror < 3 ? offsets[mirror] : 0;
  if (bytes.size() < superblock_size || bytes.substr(magic, 8) != "_BHRfS_M") {
    copy.problem = "there is no btrfs superblock";
    return copy;
  }
  bytes = bytes.substr(0, superblock_size);
  const auto type = number(bytes, csum_type, 2);
  copy.problem = wrong_checksum(bytes, type);
  if (copy.problem.empty() && size_at(bytes, bytenr) != copy.offset)
    copy.problem = "it is the copy of another place";
  copy.generation = number(bytes, generation);
  copy.chunk_generation = number(bytes, chunk_root_generation);
  copy.tree_root = number(bytes, root);
  copy.chunk_root = number(bytes, chunk_root);
  copy.log_root = number(bytes, log_root);
  copy.filesystem = uuid(bytes, fsid);
  copy.device = uuid(bytes, device_uuid);
  const auto name = bytes.substr(label, 256);
  copy.label = printable(name.substr(0, name.find('\0')));
  copy.device_id = number(bytes, devid);
  copy.device_count = number(bytes, num_devices);
  copy.total_bytes = size_at(bytes, total_bytes);
  copy.used_bytes = size_at(bytes, bytes_used);
  copy.node_size = size_at(bytes, nodesize, 4);
  copy.sector_size = size_at(bytes, sectorsize, 4);
  copy.checksum = checksum_name(type);
  copy.backups = backups_of(bytes);
  return copy;
}

std::vector<SuperblockCopy> read_superblocks(const std::string& path, std::int64_t size) {
  std::vector<SuperblockCopy> copies;
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  const std::string problem = file ? "" : std::string("the device cannot be opened: ") + std::strerror(errno);
  for (int mirror = 0; mirror < 3; ++mirror) {
    if (offsets[mirror] + static_cast<std::int64_t>(superblock_size) > size) break;
    copies.push_back(file ? read_copy(file, mirror) : SuperblockCopy{});
    if (file) continue;
    copies.back().mirror = mirror;
    copies.back().offset = offsets[mirror];
    copies.back().problem = problem;
  }
  return copies;
}

}  // namespace recover::system
