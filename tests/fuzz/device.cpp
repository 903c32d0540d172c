// The input as the content of a device, which libblkid looks at; and its first bytes as btrfs's feature bits.
#include "recover/system/device_content.hpp"

#include <cstring>

#include "recover/system/btrfs_format.hpp"
#include "tests/fuzz/target.hpp"

void recover::fuzz::try_input(std::string_view input) {
  static const MemoryFile file;
  file.hold(input);
  // Signatures stand far apart (btrfs's at 64 KiB): the input is the beginning of a larger device.
  require(::ftruncate(file.fd(), 1 << 20) == 0, "there is memory for the input");
  const auto content = system::read_content(file.fd());
  require(content.fs_type != "unreadable", "memory can be read");
  std::uint64_t bits[2] = {};
  std::memcpy(bits, input.data(), std::min(input.size(), sizeof bits));
  require(system::feature_names(bits[0], bits[1]).size() <= 128, "a bit has one name");
}
