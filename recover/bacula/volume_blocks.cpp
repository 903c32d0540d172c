#include "recover/bacula/volume_blocks.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "recover/error.hpp"

namespace recover::bacula {
namespace {

constexpr std::uint64_t header_length = 24;
// The greatest that a Storage Daemon can be configured to write.
constexpr std::uint64_t longest_block = 20'000'000;
constexpr std::uint64_t chunk = VolumeBlocks::many_blocks;
constexpr std::size_t record_header = 12;
constexpr std::uint64_t page = 4096;
constexpr std::string_view magic = "BB02";
constexpr std::size_t magic_at_byte = 12;
// A Storage Daemon with `Block Checksum = no` writes 0.
constexpr std::uint32_t no_checksum = 0;

bool has_checksum(std::string_view block) {
  return big_endian(block, 0) != no_checksum;
}

// Or there is none, so that nothing speaks against it.
bool checksum_right(std::string_view block) {
  if (!has_checksum(block)) return true;
  const auto* bytes = reinterpret_cast<const Bytef*>(block.data());
  return big_endian(block, 0) == static_cast<std::uint32_t>(::crc32_z(0, bytes + 4, block.size() - 4));
}

bool sane_length(std::uint64_t length) {
  return length >= header_length && length <= longest_block;
}

}  // namespace

std::uint32_t big_endian(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

std::set<std::int32_t> indexes_in(std::string_view records) {
  std::set<std::int32_t> indexes;
  while (records.size() >= record_header) {
    const auto index = static_cast<std::int32_t>(big_endian(records, 0));
    const std::size_t length = big_endian(records, 8);
    if (index > 0) indexes.insert(index);
    records.remove_prefix(std::min(records.size(), record_header + length));
  }
  return indexes;
}

VolumeBlocks::VolumeBlocks(const std::string& path, std::vector<Interval> wanted, std::uint64_t at_once)
    : path_(path),
      fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)),
      wanted_(std::move(wanted)),
      at_once_(at_once) {
  struct stat status {};
  if (!fd_ || ::fstat(fd_.get(), &status) != 0) {
    throw Failed("The volume " + path + " cannot be opened: " + std::strerror(errno),
                 "See that the storage volume is mounted and that every volume of the backup is on it");
  }
  size_ = static_cast<std::uint64_t>(status.st_size);
  ::posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  if (wanted_.empty()) wanted_.push_back({0, size_ == 0 ? 0 : size_ - 1});
  // A catalog that bscan made gives the address behind the last byte (measured with 9.6.7). Were the volume
  // one byte short, its last block would tell.
  if (wanted_.back().last == size_ && size_ > wanted_.back().first) wanted_.back().last = size_ - 1;
  position_ = wanted_.front().first;
  // What the search after damage may read again, so that a hostile volume cannot keep it busy for ever.
  search_budget_ = size_ + 256 * chunk;
}

void VolumeBlocks::forget(std::uint64_t from, std::uint64_t length) {
  ::posix_fadvise(fd_.get(), static_cast<off_t>(from), static_cast<off_t>(length), POSIX_FADV_DONTNEED);
}

// Reads as much as is there; a page that the disk does not give back reads as zeros, which no checksum takes.
void VolumeBlocks::read(char* to, std::uint64_t address, std::uint64_t count) {
  std::uint64_t step = count;
  while (count > 0) {
    const ssize_t got = ::pread(fd_.get(), to, std::min(step, count), static_cast<off_t>(address));
    if (got < 0 && errno == EINTR) continue;
    std::uint64_t done = static_cast<std::uint64_t>(std::max<ssize_t>(got, 0));
    if (got < 0 && step > page) {
      step = page - address % page;
      continue;
    }
    if (got <= 0) {
      // Or the file became shorter meanwhile.
      if (got < 0) unreadable_ = std::strerror(errno);
      done = std::min(count, page - address % page);
      std::memset(to, 0, done);
    }
    to += done;
    address += done;
    count -= done;
    if (step < count) step = page;
  }
}

// Makes `count` bytes from position_ on available; false when the volume ends before.
bool VolumeBlocks::fill(std::uint64_t count) {
  if (position_ > size_ || count > size_ - position_) return false;
  const std::uint64_t end = buffer_address_ + buffer_.size();
  if (position_ >= buffer_address_ && position_ + count <= end) return true;
  std::string fresh(static_cast<std::size_t>(std::min(std::max(at_once_, count), size_ - position_)), '\0');
  std::uint64_t kept = 0;
  if (position_ >= buffer_address_ && position_ < end) {
    kept = end - position_;
    std::memcpy(fresh.data(), buffer_.data() + (position_ - buffer_address_), kept);
  }
  unreadable_.clear();
  read(fresh.data() + kept, position_ + kept, fresh.size() - kept);
  buffer_.swap(fresh);
  buffer_address_ = position_;
  // The next one is fetched while this one is looked at.
  ::posix_fadvise(fd_.get(), static_cast<off_t>(position_ + buffer_.size()), static_cast<off_t>(2 * at_once_),
                  POSIX_FADV_WILLNEED);
  return true;
}

std::string_view VolumeBlocks::at_position(std::uint64_t count) const {
  return std::string_view(buffer_).substr(position_ - buffer_address_, count);
}

// Moves on to the next interval when position_ lies behind one; false when there is none.
bool VolumeBlocks::in_wanted() {
  while (interval_ < wanted_.size() && position_ > wanted_[interval_].last) ++interval_;
  if (interval_ == wanted_.size()) return false;
  position_ = std::max(position_, wanted_[interval_].first);
  return true;
}

bool VolumeBlocks::magic_at(std::uint64_t address) {
  if (address + header_length > size_) return false;
  std::string header(header_length, '\0');
  read(header.data(), address, header_length);
  return std::string_view(header).substr(magic_at_byte, 4) == magic && sane_length(big_endian(header, 4));
}

bool VolumeBlocks::whole_at(std::uint64_t address, std::uint64_t& budget) {
  if (address + header_length > size_) return false;
  std::string block(header_length, '\0');
  read(block.data(), address, header_length);
  const std::uint64_t length = big_endian(block, 4);
  if (!sane_length(length) || length > size_ - address) return false;
  budget -= std::min(budget, length);
  block.resize(length);
  read(block.data(), address, length);
  return checksum_right(block);
}

// Where the next whole block begins; the end of the volume when there is none.
std::uint64_t VolumeBlocks::next_whole(std::uint64_t from) {
  std::string window;
  while (from + header_length <= size_ && search_budget_ > 0) {
    window.resize(static_cast<std::size_t>(std::min<std::uint64_t>(chunk / 4, size_ - from)));
    read(window.data(), from, window.size());
    search_budget_ -= std::min<std::uint64_t>(search_budget_, window.size());
    for (std::size_t at = window.find(magic, magic_at_byte); at != std::string::npos && search_budget_ > 0;
         at = window.find(magic, at + 1)) {
      const std::uint64_t candidate = from + at - magic_at_byte;
      if (whole_at(candidate, search_budget_)) return candidate;
    }
    if (window.size() == size_ - from) break;
    // A header may stand across the end of the window.
    from += window.size() - header_length;
  }
  return size_;
}

std::optional<std::uint64_t> VolumeBlocks::begin_of_last() {
  const auto last = wanted_.back().last;
  if (const auto begin = begin_of_block_before(last + 1)) return begin;
  return begin_of_block_before(last);  // as bscan has it
}

// A header in the midst of a file's data, such as a backup of volumes has, ends with no whole block there.
std::optional<std::uint64_t> VolumeBlocks::begin_of_block_before(std::uint64_t end) {
  const auto first = wanted_.back().first;
  if (end > size_ || end <= first) return std::nullopt;
  std::uint64_t budget = 0;
  std::string window;
  for (std::uint64_t back = chunk / 32;; back *= 8) {
    const auto from = end - std::min(back, end - first);
    window.resize(static_cast<std::size_t>(end - from));
    read(window.data(), from, window.size());
    for (auto at = window.rfind(magic); at != std::string::npos && at >= magic_at_byte;
         at = window.rfind(magic, at - 1)) {
      const auto begin = from + at - magic_at_byte;
      const auto header = at - magic_at_byte;
      if (window.size() - header < header_length) continue;
      if (begin + big_endian(window, header + 4) == end && whole_at(begin, budget)) return begin;
    }
    if (from == first || back > longest_block) return std::nullopt;
  }
}

bool VolumeBlocks::fault(Block& block, std::string words, std::uint64_t next) {
  if (!unreadable_.empty()) words += " (" + unreadable_ + ")";
  block.address = position_;
  block.length = std::min(next, size_) - std::min(position_, size_);
  block.fault = std::move(words);
  position_ = next;
  return true;
}

bool VolumeBlocks::next(Block& block) {
  block = {};
  if (!in_wanted()) return false;
  // Intervals tell the address of their last byte.
  if (position_ >= size_) {
    if (cut_told_) return false;
    cut_told_ = true;
    block.known = false;
    interval_ = wanted_.size() - 1;
    return fault(block, "the volume ends there, before its end at " + std::to_string(wanted_.back().last + 1),
                 wanted_.back().last + 1);
  }
  if (!fill(header_length)) {
    block.known = false;
    return fault(block, "cut short", size_);
  }
  const std::string_view header = at_position(header_length);
  const std::uint64_t length = big_endian(header, 4);
  if (header.substr(magic_at_byte, 4) != magic || !sane_length(length)) {
    block.known = false;
    return fault(block, "no block begins there", next_whole(position_ + 1));
  }
  block.session_id = big_endian(header, 16);
  block.session_time = big_endian(header, 20);
  if (!fill(length)) return fault(block, "cut short", next_whole(position_ + 1));
  const std::string_view whole = at_position(length);
  const std::uint64_t after = position_ + length;
  if (!checksum_right(whole)) {
    // When another block follows where this one says that it ends, its length at least is right.
    const bool follows = after == size_ || after > wanted_[interval_].last || magic_at(after);
    if (follows) block.records = whole.substr(header_length);
    return fault(block, "checksum wrong", follows ? after : next_whole(position_ + 1));
  }
  block.address = position_;
  block.length = length;
  block.checked = has_checksum(whole);
  block.records = whole.substr(header_length);
  position_ = after;
  return true;
}

}  // namespace recover::bacula
