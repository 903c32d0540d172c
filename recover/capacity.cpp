#include "recover/capacity.hpp"

#include <algorithm>
#include <numeric>

namespace recover {
namespace {

// Of each chunk, on as many devices (mkfs.btrfs(8), "PROFILES").
std::int64_t copies(const std::string& profile) {
  if (profile == "dup" || profile == "raid1" || profile == "raid10") return 2;
  if (profile == "raid1c3") return 3;
  if (profile == "raid1c4") return 4;
  return 1;
}

}  // namespace

std::int64_t data_capacity(const std::string& profile, const std::vector<std::int64_t>& sizes) {
  if (sizes.empty()) return 0;
  const auto sum = std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0});
  const auto largest = *std::max_element(sizes.begin(), sizes.end());
  const auto of = copies(profile);
  if (profile == "raid5") return sum - largest;
  if (profile == "raid6") return std::max<std::int64_t>(sum - 2 * largest, 0);
  if (of == 1 || profile == "dup") return sum / of;
  // No two copies on one device: what the largest has more than the others together is of no use.
  return std::min(sum / of, (sum - largest) / (of - 1));
}

std::int64_t metadata_margin(const std::string& profile, std::int64_t files) {
  return files * 512 * copies(profile);
}

}  // namespace recover
