// What btrfs-progs print of a broken filesystem: tree roots, and the complaints of btrfs restore.
#include "recover/salvage/tree_roots.hpp"

#include "recover/salvage/restore.hpp"
#include "tests/fuzz/target.hpp"

void recover::fuzz::try_input(std::string_view input) {
  using namespace salvage;
  const auto found = parse_found_roots(input);
  system::SuperblockCopy superblock;
  superblock.generation = found.empty() ? 7 : found.front().generation;
  for (const auto& root : found) superblock.backups.push_back({root.generation, root.address, 0});
  constexpr std::size_t most = 5;
  const auto older = older_roots(&superblock, found, most);
  require(older.size() <= most, "no more are tried than that");
  for (std::size_t i = 0; i < older.size(); ++i) {
    require(older[i].generation < superblock.generation, "an older root is older");
    require(i == 0 || older[i].generation <= older[i - 1].generation, "the newest comes first");
  }
  const auto change = parse_newest_change(input);
  require(!change || *change > 0, "a date that is not set is none");

  std::int64_t told = 0;
  RestoreOutput whole([&](std::int64_t files, const std::string&) { told = files; }), piecewise({});
  whole.take(input);
  for (const char& byte : input) piecewise.take({&byte, 1});
  require(told == whole.files(), "each file is told");
  require(static_cast<std::int64_t>(whole.complaints().size()) <= whole.complained(),
          "all of them are counted");
  if (input.size() < 16 * 1024)
    require(whole.complaints() == piecewise.complaints() && whole.partly() == piecewise.partly(),
            "it does not matter in which pieces it comes");
}
