#include "recover/bacula/file_data.hpp"

#include <algorithm>

#include "recover/bacula/volume_blocks.hpp"

namespace recover::bacula {
namespace {

// Bacula's src/streams.h.
constexpr int plain = 2, gzip = 4, sparse = 6, sparse_gzip = 7, packed = 29, sparse_packed = 30;
constexpr int kind_mask = 0x7FF;  // of a stream's number; above are flags

// Where the data stood in the file, 8 bytes big-endian. The digest is over the data alone: a hole's zeros are
// not in it (measured with 9.6.7).
constexpr std::size_t offset_length = 8;

// A packed record begins with: "LZOX", length of what follows these 12 bytes, level, version of this header
// (measured with 9.6.7).
constexpr std::size_t packed_header = 12;
constexpr std::string_view lzo_magic = "LZOX";
constexpr std::uint32_t level_and_version = 1;
constexpr std::size_t longest_packed = 16 * 1024 * 1024;

// Attributes, digests and their signatures, restore objects, ACLs, extended attributes: what is not the
// file's data, and stands under the checksum of its block alone.
bool is_no_data(int kind) {
  return kind == 1 || kind == 5 || kind == 15 || kind == 16 || kind == 19 || kind == 28 ||
         (kind >= 1000 && kind <= 1999);
}

std::size_t place_of(DigestKind kind) {
  return static_cast<std::size_t>(kind) - 1;
}

}  // namespace

FileData::FileData() : digester_([this](std::string_view data) { add(data); }) {}

void FileData::begin(DigestKind kind) {
  begin(std::span(&kind, 1));
}

void FileData::begin(std::span<const DigestKind> kinds) {
  for (auto& digest : digests_) digest.begin(DigestKind::none);
  for (const auto kind : kinds)
    if (kind != DigestKind::none) digests_[place_of(kind)].begin(kind);
  packed_.clear();
  stored_.clear();
  stored_kind_ = DigestKind::none;
  problem_.clear();
  has_data_ = unchecked_ = damaged_ = false;
}

void FileData::add(std::string_view data) {
  for (auto& digest : digests_) digest.add(data);
}

void FileData::wrong(std::string problem) {
  if (problem_.empty()) problem_ = std::move(problem);
}

void FileData::wrong_packed() {
  damaged_ = true;
  wrong("its packed data cannot be unpacked");
}

void FileData::take(const RecordPart& part) {
  const int kind = part.stream & kind_mask;
  if (digest_of_stream(kind) != DigestKind::none) {
    constexpr std::size_t longest = 64;
    if (part.begins) stored_.clear();
    stored_kind_ = digest_of_stream(kind);
    if (stored_.size() + part.data.size() <= longest) stored_ += part.data;
  } else if (kind == plain || kind == gzip || kind == sparse || kind == sparse_gzip || kind == packed ||
             kind == sparse_packed) {
    has_data_ = true;
    unchecked_ = unchecked_ || !part.checked;
    // Flags: a plugin's data, differences to an earlier backup, data with offsets of another kind.
    if (part.stream != kind) {
      wrong("its data is of a kind that cannot be checked (stream " + std::to_string(part.stream) + ")");
    } else {
      take_data(kind, part);
    }
  } else if (!is_no_data(kind)) {
    has_data_ = true;
    wrong("its data is of a kind that cannot be checked (stream " + std::to_string(part.stream) + ")");
  }
}

void FileData::take_data(int kind, const RecordPart& part) {
  if (!problem_.empty()) return;
  const bool with_offset = kind == sparse || kind == sparse_gzip || kind == sparse_packed;
  if (part.begins) offset_left_ = with_offset ? offset_length : 0;
  std::string_view data = part.data;
  const std::size_t offset = std::min(offset_left_, data.size());
  offset_left_ -= offset;
  data.remove_prefix(offset);
  switch (kind) {
    case gzip:
    case sparse_gzip:
      return inflate(data, part);
    case packed:
    case sparse_packed:
      return collect(data, part);
    default:
      return add(data);
  }
}

void FileData::inflate(std::string_view data, const RecordPart& part) {
  if (part.begins) inflater_.begin();
  if (!inflater_.add(data, digester_) || (part.ends && !inflater_.ended())) wrong_packed();
}

void FileData::collect(std::string_view data, const RecordPart& part) {
  if (part.begins) packed_.clear();
  if (packed_.size() + data.size() > longest_packed)
    return wrong("a record of its data is too long to be one");
  packed_ += data;
  if (part.ends) unpack_collected();
}

void FileData::unpack_collected() {
  const std::string_view record = packed_;
  if (record.size() < packed_header) return wrong_packed();
  if (record.substr(0, lzo_magic.size()) != lzo_magic || big_endian(record, 8) != level_and_version) {
    return wrong("its data is packed in a way that cannot be checked");
  }
  const std::string_view lzo = record.substr(packed_header);
  std::string_view data;
  if (big_endian(record, 4) != lzo.size() || !unpack_lzo(lzo, room_, data)) return wrong_packed();
  add(data);
}

std::string FileData::stored() const {
  return catalog_digest(stored_);
}

std::string FileData::digest(DigestKind kind) {
  return kind == DigestKind::none ? std::string() : catalog_digest(digests_[place_of(kind)].end());
}

}  // namespace recover::bacula
