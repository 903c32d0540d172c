// The blocks of a file volume, read from front to back: 24 bytes of header, big-endian: CRC-32 of all that
// follows it, length of the whole block, number, "BB02", VolSessionId, VolSessionTime (Bacula Developer's
// Guide 9.6, "Storage Media Output Format"). Damage is told, not thrown, and passed over to the next block
// that is whole.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "recover/bacula/bootstrap.hpp"
#include "recover/system/files.hpp"

namespace recover::bacula {

std::uint32_t big_endian(std::string_view bytes, std::size_t at);

struct Block {
  std::uint64_t address = 0;
  std::uint64_t length = 0;  // of the volume, until where the next one is looked for
  std::uint32_t session_id = 0, session_time = 0;
  std::string_view records;  // what follows the header; valid until the next call
  std::string fault;         // "checksum wrong": the rest is to be doubted; empty: whole
  bool checked = true;       // it has a checksum
  bool known = true;         // false: not even the header can be read, the session is not known
};

// FileIndexes of the files that have a record in this block; labels, which are negative, left out.
std::set<std::int32_t> indexes_in(std::string_view records);

class VolumeBlocks {
 public:
  static constexpr std::uint64_t many_blocks = 4 * 1024 * 1024;

  // The blocks that begin in `wanted` (addresses, merged; empty: all). `at_once`: what is read from the disk
  // in one go; small for who wants a block or two. Throws Failed when it cannot be opened.
  VolumeBlocks(const std::string& path, std::vector<Interval> wanted, std::uint64_t at_once = many_blocks);
  bool next(Block& block);
  // Where the whole block begins that ends where what is wanted does; nothing: there is none.
  std::optional<std::uint64_t> begin_of_last();
  // Takes the volume out of the page cache, so that what is read is what the disk holds. What was not yet
  // written to the disk stays. `length` 0: to its end.
  void forget(std::uint64_t from = 0, std::uint64_t length = 0);

 private:
  bool fill(std::uint64_t count);
  void read(char* to, std::uint64_t address, std::uint64_t count);
  bool in_wanted();
  bool magic_at(std::uint64_t address);
  bool whole_at(std::uint64_t address, std::uint64_t& budget);
  std::uint64_t next_whole(std::uint64_t from);
  std::optional<std::uint64_t> begin_of_block_before(std::uint64_t end);
  bool fault(Block& block, std::string words, std::uint64_t next);
  std::string_view at_position(std::uint64_t count) const;

  std::string path_;
  system::Descriptor fd_;
  std::vector<Interval> wanted_;
  const std::uint64_t at_once_;
  std::size_t interval_ = 0;
  std::uint64_t size_ = 0;
  std::uint64_t position_ = 0;  // of the next block
  std::uint64_t search_budget_ = 0;
  bool cut_told_ = false;
  std::string buffer_;  // from buffer_address_ on
  std::uint64_t buffer_address_ = 0;
  std::string unreadable_;  // what the kernel said when a part could not be read
};

}  // namespace recover::bacula
