#include "recover/salvage/copy_data.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "recover/bacula/digest.hpp"
#include "recover/system/signals.hpp"

namespace recover::salvage {
namespace {

// A disk gives no less than a sector, and btrfs keeps a checksum for each of this size.
constexpr std::int64_t sector = 4096;
constexpr std::size_t piece_size = 1 << 20;

std::string& buffer() {
  static thread_local std::string bytes(piece_size, '\0');
  return bytes;
}

void add_missing(std::vector<MissingRange>& missing, std::int64_t from, std::int64_t to) {
  if (!missing.empty() && missing.back().offset + missing.back().length == from) {
    missing.back().length += to - from;
  } else {
    missing.push_back({from, to - from});
  }
}

}  // namespace

ReadAt read_of(int file) {
  return [file](char* to, std::size_t size, off_t at) {
    return ::pread(file, to, size, at);
  };
}

std::vector<MissingRange> data_of(int file, std::int64_t size) {
  std::vector<MissingRange> data;
  for (off_t at = 0; at < size;) {
    const auto begin = ::lseek(file, at, SEEK_DATA);
    if (begin < 0 && errno == ENXIO) break;  // the rest is a hole
    const auto end = begin < 0 ? begin : ::lseek(file, begin, SEEK_HOLE);
    if (begin < 0 || end <= begin) {
      data.push_back({at, size - at});
      break;
    }
    if (begin < size) data.push_back({begin, std::min<std::int64_t>(end, size) - begin});
    at = end;
  }
  return data;
}

DataCopy read_data(const ReadAt& read, const std::vector<MissingRange>& data, const Piece& piece) {
  DataCopy copy;
  auto& bytes = buffer();
  for (const auto& part : data) {
    const auto end = part.offset + part.length;
    for (auto at = part.offset; at < end;) {
      system::throw_if_interrupted();
      const auto left = std::min<std::int64_t>(end - at, static_cast<std::int64_t>(bytes.size()));
      const auto got = read(bytes.data(), static_cast<std::size_t>(left), at);
      if (got > 0) {
        piece({bytes.data(), static_cast<std::size_t>(got)}, at);
        copy.read += got;
        at += got;
        continue;
      }
      if (got < 0 && errno == EINTR) continue;
      if (copy.error == 0) copy.error = got < 0 ? errno : EIO;
      // Behind its end there is nothing, whatever its size says.
      const auto next = got == 0 ? end : std::min(end, (at / sector + 1) * sector);
      add_missing(copy.missing, at, next);
      at = next;
    }
  }
  return copy;
}

std::string digest_of(int file, std::int64_t size, const std::string& as_in_catalog) {
  const auto kind = bacula::digest_of_text(as_in_catalog);
  if (kind == bacula::DigestKind::none) return "";
  static const std::string zeros(1 << 16, '\0');
  static thread_local bacula::Digest digest;
  digest.begin(kind);
  std::int64_t done = 0;
  const auto fill = [&](std::int64_t to) {
    for (; done < to; done += std::min<std::int64_t>(to - done, static_cast<std::int64_t>(zeros.size())))
      digest.add(std::string_view(zeros).substr(0, static_cast<std::size_t>(std::min<std::int64_t>(
                                                       to - done, static_cast<std::int64_t>(zeros.size())))));
  };
  const auto copy = read_data(read_of(file), data_of(file, size), [&](std::string_view bytes, off_t at) {
    fill(at);
    digest.add(bytes);
    done += static_cast<std::int64_t>(bytes.size());
  });
  fill(size);
  const auto bytes = digest.end();
  return copy.missing.empty() ? bacula::catalog_digest(bytes) : "";
}

}  // namespace recover::salvage
