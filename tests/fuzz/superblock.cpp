// The input as one copy of a btrfs superblock; and the same with a checksum that is right.
#include "recover/system/btrfs_superblock.hpp"

#include "recover/system/btrfs_checksum.hpp"
#include "tests/fuzz/target.hpp"

void recover::fuzz::try_input(std::string_view input) {
  const auto copy = system::parse_superblock(input, 0);
  require(copy.problem.empty() == copy.whole(), "it is whole or says why not");
  std::string bytes(input);
  bytes.resize(4096);
  bytes.replace(0x40, 8, "_BHRfS_M");
  const auto type = static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[0xc4]) % 4);
  bytes[0xc4] = static_cast<char>(type);
  bytes[0xc5] = 0;
  bytes.replace(0x30, 8, std::string("\0\0\1\0\0\0\0\0", 8));  // 64 KiB
  const auto sum = system::btrfs_checksum(type, std::string_view(bytes).substr(32));
  bytes.replace(0, sum.size(), sum);
  const auto again = system::parse_superblock(bytes, 0);
  require(again.whole(), "what has a right checksum, at its place, is whole");
  require(again.total_bytes >= 0 && again.used_bytes >= 0, "sizes are not negative");
  require(again.backups.size() <= 4, "there are four older sets of roots");
  bytes[0x100] = static_cast<char>(bytes[0x100] ^ 1);
  require(!system::parse_superblock(bytes, 0).whole(), "a changed bit is noticed");
}
