#include "recover/environment/proof_file.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "recover/bacula/digest.hpp"
#include "recover/bacula/lstat.hpp"
#include "recover/error.hpp"

namespace recover::environment {

bool is_fit_for_proof(const bacula::CatalogEntry& file) {
  constexpr std::uint64_t largest = std::uint64_t{1} << 20, sector = 512;
  if (file.index <= 0 || !file.name.starts_with('/') ||
      bacula::digest_of_text(file.digest) == bacula::DigestKind::none)
    return false;
  // It is shown, and stands in the stamp.
  if (std::any_of(file.name.begin(), file.name.end(), [](unsigned char c) { return c < 0x20 || c >= 0x7F; }))
    return false;
  try {
    const auto stat = bacula::parse_lstat(file.lstat);
    return S_ISREG(static_cast<mode_t>(stat.mode)) && stat.nlink == 1 && stat.link_index == 0 &&
           stat.size > 0 && stat.size <= largest && stat.blocks * sector >= stat.size;
  } catch (const Error&) {
    return false;
  }
}

bacula::Bootstrap only_file(const bacula::Bootstrap& job, std::int64_t index) {
  const auto wanted = static_cast<std::uint64_t>(index);
  bacula::Bootstrap one;
  for (auto range : job.ranges) {
    const bool holds =
        std::any_of(range.file_indexes.begin(), range.file_indexes.end(),
                    [&](const auto& part) { return part.first <= wanted && wanted <= part.last; });
    if (!holds) continue;
    range.file_indexes = {{wanted, wanted}};
    range.count = 1;
    one.ranges.push_back(std::move(range));
  }
  return one;
}

}  // namespace recover::environment
