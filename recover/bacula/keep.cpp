#include "recover/bacula/keep.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "recover/bacula/lstat.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {

void clear_keep(const std::string& keep) {
  system::make_directories(keep, 0700);
  // backup.toml first: without it the others count for nothing.
  for (const char* name : {"/backup.toml", "/backup.bsr", "/backup.files", "/proof.toml"}) {
    if (::unlink((keep + name).c_str()) != 0 && errno != ENOENT) {
      throw Failed(
          "The file " + keep + name + " of an earlier choice cannot be removed: " + std::strerror(errno),
          "Look at the state of the filesystem that holds it, and run the same command again");
    }
  }
}

std::string toml_quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : system::printable(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::int64_t data_bytes(const ListedFile& file) {
  if (file.lstat.empty()) return 0;
  const Lstat stat = parse_lstat(file.lstat);
  if (!S_ISREG(static_cast<mode_t>(stat.mode)) || stat.link_index != 0) return 0;
  // Holes are no data; small files may lie in the inode and take no block. A rubbish size (a damaged record)
  // must not make the sum overflow.
  constexpr std::uint64_t one_block = 4096, absurd = std::uint64_t{1} << 50;
  return static_cast<std::int64_t>(
      std::min({stat.size, std::max(std::min(stat.blocks, absurd) * 512, one_block), absurd}));
}

}  // namespace recover::bacula
