#include "recover/salvage/offer.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "recover/error.hpp"
#include "recover/salvage/offer_text.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::salvage {
namespace {

namespace fs = std::filesystem;

Side side(mode_t mode, std::int64_t mtime, std::int64_t size = 10, const std::string& target = "") {
  Side side;
  side.status.st_mode = mode;
  side.status.st_mtim.tv_sec = mtime;
  side.status.st_size = size;
  side.target = target;
  return side;
}

constexpr mode_t file = S_IFREG | 0644, directory = S_IFDIR | 0755, symlink_mode = S_IFLNK | 0777;

TEST(SalvageCompare, TellsWhatTakingItWouldDo) {
  using P = Provenance;
  const auto now = side(file, 200);
  EXPECT_EQ(compare(P::clean, now, std::nullopt, false, false), Change::added);
  EXPECT_EQ(compare(P::clean, now, side(file, 100), false, false), Change::replaces);
  EXPECT_EQ(compare(P::clean, now, side(file, 300), false, false), Change::newer_there);
  EXPECT_EQ(compare(P::clean, now, side(file, 200), true, false), std::nullopt);
  EXPECT_EQ(compare(P::clean, now, side(file, 200), false, false), Change::replaces);
  EXPECT_EQ(compare(P::clean, now, side(S_IFREG | 0600, 200), true, false), Change::replaces);
  EXPECT_EQ(compare(P::clean, now, side(directory, 100), false, false), Change::other_kind);
  EXPECT_EQ(compare(P::clean, side(directory, 200), side(file, 100), false, false), Change::other_kind);
  const auto folder = side(directory, 200), closed = side(S_IFDIR | 0700, 100);
  EXPECT_EQ(compare(P::clean, folder, side(directory, 100), true, false), std::nullopt);
  EXPECT_EQ(compare(P::clean, folder, side(directory, 100), false, false), Change::replaces);
  EXPECT_EQ(compare(P::clean, folder, closed, true, false), Change::replaces);
  EXPECT_EQ(compare(P::clean, folder, closed, true, /*lives=*/true), std::nullopt);
  EXPECT_EQ(compare(P::unchecked, folder, closed, true, false), std::nullopt);
}

TEST(SalvageCompare, WhatCannotBeTrustedReplacesNothing) {
  const auto now = side(file, 200);
  for (const auto provenance : {Provenance::unchecked, Provenance::older_generation}) {
    EXPECT_EQ(compare(provenance, now, std::nullopt, false, false), Change::added);
    EXPECT_EQ(compare(provenance, now, side(file, 100), false, false), Change::untrusted);
    EXPECT_EQ(compare(provenance, now, side(file, 300), false, false), Change::newer_there);
  }
  for (const auto& there :
       {std::optional<Side>(), std::optional(side(file, 100)), std::optional(side(file, 300))})
    EXPECT_EQ(compare(Provenance::unreadable, now, there, false, false), Change::damaged);
}

// Bacula does not bring the time of a symbolic link back.
TEST(SalvageCompare, TheTimeOfALinkTellsOnlyWhereOthersHaveWrittenSince) {
  const auto ours = side(symlink_mode, 200, 1, "a"), theirs = side(symlink_mode, 300, 1, "b");
  EXPECT_EQ(compare(Provenance::clean, ours, theirs, false, /*lives=*/false), Change::replaces);
  EXPECT_EQ(compare(Provenance::clean, ours, theirs, false, /*lives=*/true), Change::newer_there);
  EXPECT_EQ(compare(Provenance::clean, ours, side(symlink_mode, 300, 1, "a"), false, true), std::nullopt);
}

// What a test adds to it is gone behind it.
struct TemporaryManifest {
  explicit TemporaryManifest(std::string manifest) : path(std::move(manifest)), before(fs::file_size(path)) {}
  ~TemporaryManifest() { fs::resize_file(path, before); }
  TemporaryManifest(const TemporaryManifest&) = delete;
  TemporaryManifest& operator=(const TemporaryManifest&) = delete;
  std::string path;
  std::uintmax_t before;
};

class SalvageOffer : public testing::Test {
 protected:
  SalvageOffer() {
    fs::create_directories(salvage / "tree");
    fs::create_directories(fs::path(root));
  }

  void set_time(const std::string& path, std::int64_t mtime, long nanoseconds = 0) const {
    const timespec times[] = {{mtime, nanoseconds}, {mtime, nanoseconds}};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
  }
  ManifestEntry entry(const std::string& path) const {
    ManifestEntry entry;
    entry.path = path;
    entry.stored = "tree" + path;
    entry.kind = "file";
    entry.why = "new";
    return entry;
  }
  void add(const ManifestEntry& one) {
    std::ofstream(salvage / "manifest.jsonl", std::ios::app | std::ios::binary) << to_line(one) << "\n";
  }
  void salvaged(const std::string& path, const std::string& content, std::int64_t mtime,
                Provenance provenance = Provenance::clean) {
    set_time(salvage.put("tree" + path, content), mtime);
    auto one = entry(path);
    one.provenance = provenance;
    add(one);
  }
  void there(const std::string& path, const std::string& content, std::int64_t mtime) {
    set_time(top.put("root" + path, content), mtime);
  }
  Offer offer(bool lives = false) const {
    return make_offer({.directory = salvage.path(), .root = root, .others = {"/boot/efi"}, .lives = lives});
  }
  static std::map<std::string, Change> changes(const Offer& offered) {
    std::map<std::string, Change> all;
    for (const auto& proposal : offered.proposals) all[proposal.path] = proposal.change;
    return all;
  }

  tests::TemporaryDirectory salvage, top;
  std::string root = top / "root";
};

TEST_F(SalvageOffer, ComparesEachWithTheTree) {
  salvaged("/new", "1", 200);
  salvaged("/older", "12", 200);
  there("/older", "1", 100);
  salvaged("/newer", "12", 200);
  there("/newer", "1", 300);
  salvaged("/same", "1", 200);
  there("/same", "1", 200);
  salvaged("/same-but-inside", "1", 200);
  there("/same-but-inside", "2", 200);
  const auto offered = offer();
  EXPECT_EQ(changes(offered), (std::map<std::string, Change>{{"/new", Change::added},
                                                             {"/older", Change::replaces},
                                                             {"/newer", Change::newer_there},
                                                             {"/same-but-inside", Change::replaces}}));
  EXPECT_EQ(offered.same, 1);
  EXPECT_EQ(size_of(offered).files, 3);
}

TEST_F(SalvageOffer, NothingThatLeadsOutOfTheTreeIsOffered) {
  const auto outside = top.put("outside/file", "outside");
  fs::create_directory_symlink(top / "outside", root + "/link");
  salvaged("/link/file", "salvaged", 200);
  const auto offered = offer();
  EXPECT_TRUE(offered.proposals.empty());
  ASSERT_EQ(offered.withheld.size(), 1U);
  EXPECT_NE(offered.withheld[0].words.find("symbolic link"), std::string::npos);
}

TEST_F(SalvageOffer, NothingFromOutsideOfTheSalvageIsOffered) {
  salvage.put("tree/file", "1");
  top.put("outside/file", "1");
  fs::create_directory_symlink(top / "outside", salvage / "tree/link");
  int number = 0;
  for (const auto* stored : {"tree//file", "tree/./file", "file", "tree/", "tree/link/file"}) {
    auto one = entry("/file" + std::to_string(++number));
    one.stored = stored;
    add(one);
  }
  const auto offered = offer();
  EXPECT_TRUE(offered.proposals.empty());
  EXPECT_EQ(offered.withheld.size(), 5U);
  for (const auto* stored : {"/etc/passwd", "../file", "tree/../../file"}) {
    const TemporaryManifest kept(salvage / "manifest.jsonl");
    auto one = entry("/file");
    one.stored = stored;
    add(one);
    EXPECT_THROW(offer(), Failed) << stored;
  }
}

TEST_F(SalvageOffer, APathThatIsNoneIsNotOffered) {
  salvage.put("tree/file", "1");
  for (const auto* path : {"/../file", "/a/../../file", "/", "//file", "/a/./file"}) {
    auto one = entry(path);
    one.stored = "tree/file";
    add(one);
  }
  const auto offered = offer();
  EXPECT_TRUE(offered.proposals.empty());
  EXPECT_EQ(offered.withheld.size(), 5U);
}

TEST_F(SalvageOffer, ADirectoryAndAFileDoNotTakeEachOthersPlace) {
  salvaged("/file-now", "1", 200);
  fs::create_directories(root + "/file-now");
  salvaged("/directory-now/inside", "1", 200);
  auto now = entry("/directory-now");
  now.kind = "directory";
  add(now);
  there("/directory-now", "a file", 100);
  const auto offered = offer();
  EXPECT_EQ(changes(offered), (std::map<std::string, Change>{{"/file-now", Change::other_kind}}));
  EXPECT_EQ(offered.proposals[0].suffix(), ".salvaged");
  ASSERT_EQ(offered.withheld.size(), 2U);
  EXPECT_NE(offered.withheld[1].words.find("/directory-now is no directory"), std::string::npos);
}

TEST_F(SalvageOffer, OtherFilesystemsAndSubvolumesThatNothingMountsAreLeftAlone) {
  salvaged("/boot/efi/EFI/x", "1", 200);
  salvaged("/boot/efi-like", "1", 200);
  salvaged("/.subvolumes/snapshots/1/x", "1", 200);
  auto lost = entry("/lost");
  lost.stored.clear();
  lost.provenance = Provenance::unreadable;
  lost.problem = "Input/output error";
  add(lost);
  const auto offered = offer();
  EXPECT_EQ(changes(offered), (std::map<std::string, Change>{{"/boot/efi-like", Change::added}}));
  EXPECT_EQ(offered.withheld.size(), 2U);
  EXPECT_EQ(offered.lost, (std::vector<Withheld>{{"/lost", "Input/output error"}}));
}

TEST_F(SalvageOffer, WhatStandsBesideAlreadyIsNotOfferedAgain) {
  salvaged("/x", "12", 200, Provenance::unchecked);
  there("/x", "1", 100);
  EXPECT_EQ(changes(offer()), (std::map<std::string, Change>{{"/x", Change::untrusted}}));
  there("/x.salvaged-unchecked", "12", 200);
  EXPECT_TRUE(offer().proposals.empty());
  EXPECT_EQ(offer().same, 1);
}

TEST_F(SalvageOffer, OfSeveralLinesTheLastCounts) {
  auto one = entry("/x");
  one.stored.clear();
  add(one);
  salvaged("/x", "1", 200);
  EXPECT_TRUE(offer().lost.empty());
  EXPECT_EQ(offer().proposals.size(), 1U);
}

TEST_F(SalvageOffer, AFurtherOneOfAPathIsPutBesideIt) {
  salvaged("/x", "damaged", 200, Provenance::unreadable);
  salvage.put("tree/x.older", "old");
  auto one = entry("/x");
  one.further = "older";
  one.stored = "tree/x.older";
  one.provenance = Provenance::older_generation;
  add(one);
  salvaged("/x.older", "its own", 200);
  const auto offered = offer();
  ASSERT_EQ(offered.proposals.size(), 3U);
  EXPECT_EQ(offered.proposals[0].change, Change::damaged);
  EXPECT_EQ(offered.proposals[1].path, "/x");
  EXPECT_EQ(offered.proposals[1].stored, "tree/x.older");
  EXPECT_EQ(offered.proposals[1].change,
            Change::untrusted);  // there is nothing by that name, but it is not it
  EXPECT_EQ(offered.proposals[1].suffix(), ".salvaged-older");
  EXPECT_NE(line_of(offered.proposals[1]).find("beside, as *.salvaged-older"), std::string::npos);
  EXPECT_EQ(offered.proposals[2].path, "/x.older");
  EXPECT_EQ(offered.proposals[2].change, Change::added);
}

TEST_F(SalvageOffer, WhatTheBackupHasIsNotLost) {
  auto same = entry("/same");
  same.stored.clear();
  same.problem = "the backup has the same";
  add(same);
  EXPECT_TRUE(offer().lost.empty());
}

TEST_F(SalvageOffer, TheSummaryFitsAConsoleWhateverTheNames) {
  for (int i = 0; i < 40; ++i)
    salvaged("/new\n\x1b[2J" + std::string(200, 'a') + std::to_string(i), "1", 200);
  salvaged("/older", "12", 200);
  there("/older", "1", 100);
  salvaged("/newer", "12", 200);
  there("/newer", "1", 300);
  salvaged("/unsure", "12", 200, Provenance::unchecked);
  there("/unsure", "1", 100);
  salvaged("/damaged", "12", 200, Provenance::unreadable);
  salvaged("/kind", "12", 200);
  fs::create_directories(root + "/kind");
  salvaged("/.subvolumes/x", "1", 200);
  auto lost = entry("/lost");
  lost.stored.clear();
  lost.provenance = Provenance::unreadable;
  add(lost);
  const auto text = summary(offer(), {salvage.path(), "2026-11-24 01:00:00 +0000", 1 << 30});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  std::size_t rows = 0, begin = 0;
  for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1, ++rows)
    EXPECT_LE(end - begin, 79U) << text.substr(begin, end - begin);
  // And four lines of a question.
  EXPECT_LE(rows, 21U) << text;
  for (const auto* words : {"44 files to take", "NOT taken", "1 BESIDE", "/newer", "were lost"})
    EXPECT_NE(text.find(words), std::string::npos) << words << text;
}

}  // namespace
}  // namespace recover::salvage
