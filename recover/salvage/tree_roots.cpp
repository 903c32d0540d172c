#include "recover/salvage/tree_roots.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace recover::salvage {
namespace {

std::string_view next_line(std::string_view& text) {
  const auto end = text.find('\n');
  const auto line = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  return line;
}

// The number that `text` begins with; `text` goes on behind it.
template <typename Number>
std::optional<Number> take_number(std::string_view& text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return {};
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return number;
}

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

std::optional<TreeRoot> found_root(std::string_view line) {
  if (!take(line, "Well block ")) return {};
  const auto address = take_number<std::uint64_t>(line);
  if (!address || !take(line, "(gen: ")) return {};
  const auto generation = take_number<std::uint64_t>(line);
  if (!generation) return {};
  return TreeRoot{*address, *generation};
}

// "item 3 key (FS_TREE ROOT_ITEM 0)", "item 9 key (256 ROOT_ITEM 0)": a tree of files, BTRFS_FS_TREE_OBJECTID
// or BTRFS_FIRST_FREE_OBJECTID and more.
bool is_tree_of_files(std::string_view line) {
  const auto at = line.find(" key (");
  if (at == std::string_view::npos) return false;
  line.remove_prefix(at + 6);
  if (line.starts_with("FS_TREE ROOT_ITEM ")) return true;
  const auto id = take_number<std::uint64_t>(line);
  return id && *id >= 256 && line.starts_with(" ROOT_ITEM ");
}

}  // namespace

std::vector<TreeRoot> parse_found_roots(std::string_view text) {
  std::vector<TreeRoot> roots;
  while (!text.empty())
    if (const auto root = found_root(next_line(text))) roots.push_back(*root);
  return roots;
}

std::optional<std::int64_t> parse_newest_change(std::string_view text) {
  std::optional<std::int64_t> newest;
  bool of_files = false;
  while (!text.empty()) {
    auto line = next_line(text);
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    if (line.starts_with("item ")) of_files = is_tree_of_files(line);
    if (!of_files || !take(line, "ctime ")) continue;
    const auto seconds = take_number<std::int64_t>(line);
    // Not set, or garbage: beyond the year 9999 nothing can be printed.
    constexpr std::int64_t year_10000 = 253402300800;
    if (seconds && *seconds > 0 && *seconds < year_10000) newest = std::max(newest.value_or(0), *seconds);
  }
  return newest;
}

std::vector<TreeRoot> older_roots(const system::SuperblockCopy* superblock,
                                  const std::vector<TreeRoot>& found, std::size_t most) {
  std::vector<TreeRoot> roots;
  if (superblock)
    for (const auto& backup : superblock->backups) roots.push_back({backup.tree_root, backup.generation});
  roots.insert(roots.end(), found.begin(), found.end());
  const auto limit = superblock ? superblock->generation : std::numeric_limits<std::uint64_t>::max();
  std::erase_if(roots, [&](const auto& root) {
    return root.address == 0 || root.generation == 0 || root.generation >= limit;
  });
  std::stable_sort(roots.begin(), roots.end(),
                   [](const auto& a, const auto& b) { return a.generation > b.generation; });
  std::vector<TreeRoot> each;
  for (const auto& root : roots) {
    const bool known = std::any_of(each.begin(), each.end(),
                                   [&](const auto& other) { return other.address == root.address; });
    if (!known && each.size() < most) each.push_back(root);
  }
  return each;
}

}  // namespace recover::salvage
