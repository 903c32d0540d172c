// Volumes of an input: its first byte says how they are given, the rest is their content.
#pragma once

#include <zlib.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "recover/bacula/volume.hpp"
#include "recover/bacula/volume_blocks.hpp"
#include "tests/fuzz/target.hpp"

namespace recover::fuzz {

// Of the first byte.
constexpr unsigned right_checksums = 1, with_indexes = 2, with_addresses = 4, two_volumes = 8;

// Each block gets the checksum that it should have, as far as one stands behind the other: no mutation finds
// it by itself.
inline void correct_checksums(std::string& volume) {
  for (std::size_t at = 0; at + 24 <= volume.size();) {
    const std::size_t length = bacula::big_endian(volume, at + 4);
    if (length < 24 || length > volume.size() - at) return;
    const auto sum = ::crc32_z(0, reinterpret_cast<const Bytef*>(volume.data() + at + 4), length - 4);
    for (std::size_t i = 0; i < 4; ++i) volume[at + i] = static_cast<char>(sum >> (24 - 8 * i));
    at += length;
  }
}

class Volumes {
 public:
  explicit Volumes(std::string_view input) {
    directory_.clear();
    if (input.empty()) return;
    const auto flags = static_cast<unsigned char>(input[0]);
    input.remove_prefix(1);
    // The second begins at the second label.
    const auto second = input.find("BB02", std::min(input.find("Bacula 1.0"), input.size()));
    const auto middle =
        (flags & two_volumes) != 0 && second != std::string_view::npos ? second - 12 : input.size();
    for (const auto content : {input.substr(0, middle), input.substr(middle)})
      if (!content.empty()) put(std::string(content), flags);
  }

  const std::string& path() const { return directory_.path(); }
  const bacula::Bootstrap& bootstrap() const { return bootstrap_; }
  const std::vector<std::string>& names() const { return names_; }

 private:
  void put(std::string content, unsigned flags) {
    if ((flags & right_checksums) != 0) correct_checksums(content);
    std::string name = names_.empty() ? "A" : "B";
    const auto file = directory_.put(name, content);
    answered([&] {
      const auto label = bacula::read_label(file).volume;
      if (!bacula::is_bootstrap_volume(label) || label.size() > 100 || label == "A") return;
      name = label;
      std::filesystem::rename(file, path() + "/" + name);
    });
    names_.push_back(name);
    add_ranges(name, flags);
  }

  void add_ranges(const std::string& volume, unsigned flags) {
    std::set<std::pair<std::uint32_t, std::uint32_t>> sessions;
    bacula::VolumeBlocks blocks(path() + "/" + volume, {});
    for (bacula::Block block; blocks.next(block);)
      if (block.known && sessions.size() < 4) sessions.emplace(block.session_id, block.session_time);
    for (const auto& [id, time] : sessions) {
      bacula::BootstrapRange range;
      range.volume = volume;
      range.session_id = id;
      range.session_time = time;
      if ((flags & with_indexes) != 0) range.file_indexes = {{1, 3}, {5, 1000}};
      if ((flags & with_addresses) != 0) range.addresses = {{100, 999}, {2000, 1 << 20}};
      bootstrap_.ranges.push_back(range);
    }
  }

  static inline const Directory directory_;
  bacula::Bootstrap bootstrap_;
  std::vector<std::string> names_;
};

}  // namespace recover::fuzz
