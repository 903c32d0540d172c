// What the storage volume cannot take: room, names, owners.
#include <sys/stat.h>

#include <limits>

#include "recover/salvage/decide.hpp"
#include "recover/salvage/offer_text.hpp"
#include "recover/salvage/place.hpp"
#include "recover/system/mount.hpp"
#include "recover/taken_list.hpp"
#include "salvage_sources.hpp"

namespace recover::salvage {
namespace {

using namespace tests;

class SalvageVolume : public SalvageTest {
 protected:
  static constexpr std::int64_t all = std::numeric_limits<std::int64_t>::max() / 2;
  // As if no byte were free but for the journal.
  CollectRequest without_room(const std::string& backup = "") {
    return {.directory = directory / "salvage", .list = backup, .kept_free = all};
  }
};

TEST_F(SalvageVolume, LeavesRoomForTheJournal) {
  directory.put("src/a", "content");
  for (const bool is_link : {false, true}) {
    if (is_link) {
      std::filesystem::remove(directory / "src/a");
      std::filesystem::create_symlink("somewhere", directory / "src/a");
    }
    Collector collector(without_room(), listener);
    try {
      collector.collect(source("src"));
      ADD_FAILURE() << "it was taken";
    } catch (const Failed& error) {
      EXPECT_NE(error.problem().find("are kept for the journal"), std::string::npos) << error.problem();
    }
    EXPECT_EQ(collector.totals().taken, 0);
    EXPECT_EQ(collector.totals().lost, 0);  // it is there, and the next run has it
    EXPECT_FALSE(std::filesystem::exists(std::filesystem::symlink_status(tree("a"))));
  }
}

TEST_F(SalvageVolume, KeepsATwentiethAndNoMoreThanHalfAGibibyte) {
  const auto kept = kept_free_of(directory / "not/there/yet");
  EXPECT_EQ(kept, std::min<std::int64_t>(512 << 20, system::total_bytes(directory.path()) / 20));
  EXPECT_GT(kept, 0);
  EXPECT_LE(kept, 512 << 20);
}

// A machine that was restored has another ctime of every file.
TEST_F(SalvageVolume, IsNotAskedForRoomForWhatADigestDecides) {
  struct stat status {};
  ASSERT_EQ(::stat(directory.put("src/same", "hello").c_str(), &status), 0);
  status.st_ctim.tv_sec -= 100;
  const auto backup = list({{"/same", to_lstat(status), "XUFAKrxLKna5cZ2REBfFkg"}});
  {
    Collector collector(without_room(backup), listener);
    EXPECT_EQ(collector.measure(source("src")).taken, 1);  // it may be
    collector.require_room();
    collector.collect(source("src"));
    EXPECT_EQ(collector.totals().taken, 0);
  }
  directory.put("src/new", "to the backup");
  Collector collector(without_room(backup), listener);
  collector.measure(source("src"));
  try {
    collector.require_room();
    ADD_FAILURE() << "there is no room";
  } catch (const Failed& error) {
    EXPECT_NE(error.problem().find("1 files of 13 B"), std::string::npos) << error.problem();
    EXPECT_NE(error.problem().find("1 more of 5 B"), std::string::npos) << error.problem();
  }
}

// A name of 300 bytes is no name on any filesystem here; elsewhere it is one with a colon.
TEST_F(SalvageVolume, ANameThatItRefusesIsLostAndTheRestGoesOn) {
  directory.put("odd/in", "never to be had");
  directory.put("odd/deeper/in", "neither");
  directory.put("src/a", "hello");
  auto odd = source("odd");
  odd.path = "/" + std::string(300, 'x');
  const auto totals = collect({odd, source("src")});
  EXPECT_EQ(totals.taken, 1);
  EXPECT_EQ(read("a"), "hello");
  EXPECT_EQ(totals.lost, 4);  // two directories, and what is in them
  const auto entries = manifest();
  for (const auto* path : {"", "/in", "/deeper", "/deeper/in"}) {
    const auto& entry = entries.at(odd.path + path);
    EXPECT_EQ(entry.provenance, Provenance::unreadable);
    EXPECT_EQ(entry.stored, "");
    EXPECT_NE(entry.problem.find("takes no such name"), std::string::npos) << entry.problem;
  }
  EXPECT_EQ(collect({odd, source("src")}).lost, 4);
}

TEST_F(SalvageVolume, WithoutItsOwnerAFileTakesThePlaceOfNothing) {
  ManifestEntry entry;
  note_not_kept(entry, "");
  EXPECT_EQ(entry.provenance, Provenance::clean);
  note_not_kept(entry, "its owner 0:0 could not be kept");
  EXPECT_EQ(entry.provenance, Provenance::unchecked);
  EXPECT_EQ(entry.problem, "its owner 0:0 could not be kept");
  entry.provenance = Provenance::unreadable;
  note_not_kept(entry, "its mode neither");
  EXPECT_EQ(entry.provenance, Provenance::unreadable);
  EXPECT_EQ(entry.problem, "its owner 0:0 could not be kept; its mode neither");
  Proposal proposal;
  proposal.path = "/x";
  proposal.kind = "file";
  proposal.provenance = Provenance::unchecked;
  proposal.problem = entry.problem;
  EXPECT_NE(line_of(proposal).find(entry.problem), std::string::npos);
}

}  // namespace
}  // namespace recover::salvage
