#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "recover/bacula/file_list.hpp"
#include "recover/bacula/keep.hpp"
#include "recover/bacula/lstat.hpp"
#include "recover/error.hpp"
#include "recover/journal.hpp"
#include "recover/journal_state.hpp"
#include "recover/salvage/manifest.hpp"
#include "recover/salvage_actions.hpp"
#include "recover/system/files.hpp"
#include "recover/system/keyboard.hpp"
#include "recover/system/machine.hpp"
#include "recover/taken_list.hpp"
#include "recover/tree_check.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover {
namespace {

namespace fs = std::filesystem;
using salvage::Provenance;

struct Script : system::Keyboard {
  bool there = true;
  std::vector<std::string> answers;  // nothing behind them: the input has ended
  std::string said;                  // with --confirm
  std::size_t asked = 0;
  std::string shown;

  bool is_there() const override { return there; }
  std::optional<std::string> ask(const std::string& prompt) override {
    shown += prompt;
    return asked < answers.size() ? std::optional(answers[asked++]) : std::nullopt;
  }
  bool has_said(const std::string& words) const override { return words == said; }
};

struct Told : Observer {
  std::vector<Event> events;
  void observe(const Event& event) override {
    if (event.name != "progress") events.push_back(event);
  }
  Event of(const std::string& name) const {
    for (const auto& event : events)
      if (event.name == name) return event;
    return Event("none");
  }
};

class TakeSalvagedTest : public testing::Test {
 protected:
  TakeSalvagedTest() {
    fs::create_directories(salvage / "tree");
    fs::create_directories(action.root);
    fs::create_directories(action.keep);
  }
  static void set_time(const std::string& path, std::int64_t mtime) {
    const timespec times[] = {{mtime, 0}, {mtime, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW), 0);
  }
  void salvaged(const std::string& path, const std::string& content, std::int64_t mtime = 200,
                Provenance provenance = Provenance::clean, const std::string& link = "") {
    const auto stored = "tree" + path + (provenance == Provenance::unreadable ? ".damaged" : "");
    if (link.empty()) {
      set_time(salvage.put(stored, content), mtime);
    } else {
      fs::create_hard_link(salvage / ("tree" + link), salvage / stored);
    }
    list(path, stored, provenance, link);
  }
  void list(const std::string& path, const std::string& stored, Provenance provenance = Provenance::clean,
            const std::string& link = "", const std::string& kind = "file") {
    salvage::ManifestEntry entry;
    entry.path = path;
    entry.stored = stored;
    entry.kind = kind;
    entry.provenance = provenance;
    entry.link = link;
    std::ofstream(salvage / "manifest.jsonl", std::ios::app | std::ios::binary)
        << salvage::to_line(entry) << "\n";
  }
  void there(const std::string& path, const std::string& content, std::int64_t mtime = 100) {
    set_time(top.put("root" + path, content), mtime);
  }
  std::string content(const std::string& path) const {
    return system::read_file_or(action.root + path, "(none)");
  }
  bool exists(const std::string& path) const {
    return fs::symlink_status(action.root + path).type() != fs::file_type::not_found;
  }
  struct stat status(const std::string& path) const {
    struct stat found {};
    EXPECT_EQ(::lstat((action.root + path).c_str(), &found), 0) << path;
    return found;
  }
  Event go(const std::vector<std::string>& answers) {
    keyboard = {};
    keyboard.answers = answers;
    return go();
  }
  Event go() {
    told.events.clear();
    take_salvaged(keyboard, action, told);
    return told.of("salvage-taken");
  }

  tests::TemporaryDirectory salvage, top;
  TakeSalvaged action{top / "root", salvage.path(), top / "keep"};
  Script keyboard;
  Told told;
};

TEST_F(TakeSalvagedTest, WhatIsTakenIsThereWithAllThatBelongsToIt) {
  salvaged("/home/new", "new");
  ASSERT_EQ(::chmod((salvage / "tree/home/new").c_str(), 04751), 0);
  ASSERT_EQ(::chmod((salvage / "tree/home").c_str(), 0710), 0);
  set_time(salvage / "tree/home/new", 200);
  salvaged("/etc/older", "newer content");
  there("/etc/older", "older");
  fs::create_symlink("/nowhere\n", salvage / "tree/link");
  set_time(salvage / "tree/link", 200);
  list("/link", "tree/link", Provenance::clean, "", "symlink");
  const auto event = go({"take"});
  EXPECT_EQ(event.text("choice"), "accepted");
  EXPECT_EQ(event.list("files"), (std::vector<std::string>{"/etc/older", "/home/new", "/link"}));
  EXPECT_EQ(content("/home/new"), "new");
  EXPECT_EQ(status("/home/new").st_mode & 07777, 04751U);
  EXPECT_EQ(status("/home/new").st_mtim.tv_sec, 200);
  EXPECT_EQ(status("/home").st_mode & 07777, 0710U);
  EXPECT_EQ(content("/etc/older"), "newer content");
  EXPECT_EQ(fs::read_symlink(action.root + "/link"), "/nowhere\n");
  EXPECT_EQ(status("/link").st_mtim.tv_sec, 200);
  for (const auto& entry : fs::recursive_directory_iterator(action.root))
    EXPECT_FALSE(entry.path().filename().string().starts_with(".recover")) << entry.path();
  // Again: all is there.
  EXPECT_EQ(go({}).text("choice"), "nothing");
  EXPECT_EQ(keyboard.asked, 0U);
}

TEST_F(TakeSalvagedTest, ADirectoryThatWasClosedSinceIsClosedAgain) {
  salvaged("/home/new", "new");
  there("/home/old", "old");
  ASSERT_EQ(::chmod((salvage / "tree/home").c_str(), 0700), 0);
  ASSERT_EQ(::setxattr((action.root + "/home").c_str(), "user.given", "1", 1, 0), 0);
  list("/home", "tree/home", Provenance::clean, "", "directory");
  EXPECT_EQ(go({"take"}).text("choice"), "accepted");
  EXPECT_EQ(status("/home").st_mode & 07777, 0700U);
  EXPECT_LT(::getxattr((action.root + "/home").c_str(), "user.given", nullptr, 0), 0);
  EXPECT_EQ(content("/home/old"), "old");
  EXPECT_EQ(go({}).text("choice"), "nothing");
}

TEST_F(TakeSalvagedTest, ANewerFileIsNeverOverwrittenWithoutItsOwnWord) {
  salvaged("/newer", "salvaged", 200);
  there("/newer", "of today", 300);
  salvaged("/other", "salvaged");
  const auto event = go({"take"});
  EXPECT_EQ(content("/newer"), "of today");
  EXPECT_EQ(content("/other"), "salvaged");
  ASSERT_EQ(event.list("left").size(), 1U);
  EXPECT_NE(event.list("left")[0].find("/newer"), std::string::npos);
  // No one word for many of them.
  go({"each", "Y", "n"});
  EXPECT_EQ(content("/newer"), "of today");
  go({"each", "y"});
  EXPECT_EQ(content("/newer"), "salvaged");
}

TEST_F(TakeSalvagedTest, DamagedOnesGoBesideAndAreNamed) {
  salvaged("/file", "dam\0ged", 200, Provenance::unreadable);
  there("/file", "good");
  there("/file.salvaged-damaged", "somebody's own");
  salvaged("/alone", "part", 200, Provenance::unreadable);
  const auto event = go({"take"});
  EXPECT_EQ(content("/file"), "good");
  EXPECT_EQ(content("/file.salvaged-damaged"), "somebody's own");
  EXPECT_TRUE(exists("/file.salvaged-damaged.2"));
  EXPECT_FALSE(exists("/alone"));
  EXPECT_EQ(event.list("damaged"),
            (std::vector<std::string>{"/alone.salvaged-damaged", "/file.salvaged-damaged.2"}));
}

TEST_F(TakeSalvagedTest, WhatIsNotShownToBeWholeGoesBesideUnlessTheOperatorSaysSo) {
  salvaged("/a", "unchecked", 200, Provenance::unchecked);
  there("/a", "good");
  salvaged("/b", "older state", 200, Provenance::older_generation);
  there("/b", "good");
  salvaged("/c", "unchecked, new", 200, Provenance::unchecked);
  go({"each", "b", "y", "n"});
  EXPECT_EQ(content("/a"), "good");
  EXPECT_EQ(content("/a.salvaged-unchecked"), "unchecked");
  EXPECT_EQ(content("/b"), "older state");
  EXPECT_FALSE(exists("/c"));
  go({"take"});
  EXPECT_EQ(content("/c"), "unchecked, new");
}

TEST_F(TakeSalvagedTest, NobodyThereMeansLater) {
  salvaged("/new", "1");
  keyboard.there = false;
  auto event = go();
  EXPECT_EQ(event.text("choice"), "postponed");
  EXPECT_EQ(event.list("files"), std::vector<std::string>{"/new"});
  EXPECT_FALSE(exists("/new"));
  EXPECT_EQ(keyboard.asked, 0U);
  // The end of the input is no yes, in the middle of it either.
  for (const auto& answers : {std::vector<std::string>{}, {"yes", "y", "TAKE", ""}, {"list"}, {"each"}}) {
    EXPECT_EQ(go(answers).text("choice"), "postponed");
    EXPECT_FALSE(exists("/new"));
  }
  keyboard = {};
  keyboard.there = false;
  keyboard.said = take_the_salvaged;
  EXPECT_EQ(go().text("choice"), "accepted");
  EXPECT_EQ(content("/new"), "1");
}

TEST_F(TakeSalvagedTest, TheChoiceIsInTheJournalWithItsList) {
  salvaged("/one\nline", "1");
  salvaged("/two", "1");
  EXPECT_EQ(go({"no"}).text("choice"), "refused");
  EXPECT_EQ(told.of("salvage-taken").list("files"), (std::vector<std::string>{"/one\\012line", "/two"}));
  EXPECT_FALSE(exists("/two"));
  const auto list = system::read_file(told.of("salvage-taken").text("list"));
  EXPECT_NE(list.find("/one\\012line: "), std::string::npos);
  EXPECT_EQ(go({"later"}).text("choice"), "postponed");
  EXPECT_EQ(go({"each", "n", "n"}).text("choice"), "refused");
  EXPECT_EQ(go({"each", "q"}).text("choice"), "postponed");
  EXPECT_EQ(go({"each", "y", "n"}).list("files"), std::vector<std::string>{"/one\\012line"});
  EXPECT_EQ(content("/one\nline"), "1");
}

TEST_F(TakeSalvagedTest, TheListShowsEachFile) {
  for (int i = 100; i < 160; ++i) salvaged("/file-" + std::to_string(i), "1");
  go({"list", "", "", "", "", "", "", "later"});
  EXPECT_NE(keyboard.shown.find("/file-159"), std::string::npos);
  go({"list", "q", "later"});
  EXPECT_EQ(keyboard.asked, 3U);
}

TEST_F(TakeSalvagedTest, HardLinksAndHolesStay) {
  salvaged("/first", "linked");
  salvaged("/second", "", 200, Provenance::clean, "/first");
  const auto sparse = salvage.put("tree/sparse", "begin");
  ASSERT_EQ(::truncate(sparse.c_str(), 8 << 20), 0);
  set_time(sparse, 200);
  list("/sparse", "tree/sparse");
  go({"take"});
  EXPECT_EQ(status("/first").st_ino, status("/second").st_ino);
  EXPECT_EQ(status("/sparse").st_size, 8 << 20);
  EXPECT_LT(status("/sparse").st_blocks * 512, 1 << 20);
}

TEST_F(TakeSalvagedTest, ALinkInTheTreeLeadsNothingOutOfIt) {
  top.put("outside/file", "outside");
  fs::create_directory_symlink(top / "outside", action.root + "/link");
  salvaged("/link/file", "salvaged");
  fs::create_symlink(top / "outside/file", action.root + "/file");
  salvaged("/file", "salvaged");
  const auto event = go({"take"});
  EXPECT_EQ(system::read_file(top / "outside/file"), "outside");
  EXPECT_EQ(content("/file"), "salvaged");
  EXPECT_FALSE(fs::is_symlink(action.root + "/file"));
  ASSERT_EQ(event.list("left").size(), 1U);
  EXPECT_NE(event.list("left")[0].find("/link/file"), std::string::npos);
}

TEST_F(TakeSalvagedTest, AKilledRunGoesOnAndItsRemainsGo) {
  salvaged("/dir/one", "salvaged one");
  there("/dir/one", "older");
  salvaged("/dir/two", "salvaged two");
  there("/dir/two", "older");
  go({"each", "y", "n"});
  fs::create_directories(action.root + "/dir/.recover-repair-123");
  top.put("root/dir/.recover-repair-123/new", "half");
  const auto event = go({"take"});
  EXPECT_EQ(event.list("files"), std::vector<std::string>{"/dir/two"});
  EXPECT_FALSE(exists("/dir/.recover-repair-123"));
  EXPECT_EQ(read_taken(action.keep).size(), 2U);
}

TEST_F(TakeSalvagedTest, TheTreeIsCompleteWithEitherFile) {
  there("/file", "of the backup");
  there("/damaged", "of the backup");
  bacula::FileListWriter backup(action.keep + "/backup.files");
  for (const auto* path : {"/file", "/damaged"}) backup.add({path, to_lstat(status(path))});
  backup.finish();
  const auto differences = [&] {
    std::vector<std::string> paths;
    compare_tree(action.keep + "/backup.files", action.root,
                 [&](const std::string& path, const std::string&) { paths.push_back(path); });
    return paths;
  };
  salvaged("/file", "salvaged");
  go({"take"});
  EXPECT_EQ(content("/file"), "salvaged");
  EXPECT_EQ(differences(), std::vector<std::string>{});
  there("/damaged", "by something else", 150);
  there("/file", "by something else", 150);
  EXPECT_EQ(differences(), (std::vector<std::string>{"/file", "/damaged"}));
  there("/file", "of the backup");
  EXPECT_EQ(differences(), std::vector<std::string>{"/damaged"});
}

TEST_F(TakeSalvagedTest, WhatCameWholeIsNoLongerListedAsDegraded) {
  {
    auto journal = Journal::create(action.keep);
    journal.write(Event("degraded")
                      .with("lost", "ACL")
                      .with("files", std::vector<std::string>{"/file", "/other"})
                      .with("paths", std::vector<std::string>{"/file", "/other"}));
  }
  there("/file", "of the backup");
  salvaged("/file", "salvaged");
  salvaged("/new", "1");
  go({"take"});
  EXPECT_EQ(told.of("repaired").list("paths"), std::vector<std::string>{"/file"});
  EXPECT_EQ(told.of("repaired").text("lost"), "ACL");
}

// The restore is done, and must not fail for want of what can be taken later.
TEST_F(TakeSalvagedTest, AManifestThatCannotBeReadIsToldAndNoFailure) {
  salvaged("/new", "1");
  std::ofstream(salvage / "manifest.jsonl", std::ios::app) << "rubbish\n";
  const auto event = go({"take"});
  EXPECT_EQ(event.text("choice"), "postponed");
  EXPECT_NE(event.text("why"), "");
  EXPECT_FALSE(exists("/new"));
}

TEST_F(TakeSalvagedTest, WhatWasSalvagedBeforeTheBackupIsNotOffered) {
  salvaged("/new", "of an earlier disaster");
  bacula::Backup backup;
  backup.jobs = {{1, "BackupAlder", "Full", "2026-11-20 01:00:00"},
                 {2, "BackupAlder", "Incremental", "2026-11-22 01:00:00"}};
  backup.files = 1;
  bacula::write_backup(action.keep, backup);
  const auto manifest = salvage / "manifest.jsonl";
  set_time(manifest, system::seconds_of_local_time("2026-11-21 10:59:00"));
  EXPECT_EQ(go({"take"}).name, "none");
  EXPECT_NE(told.of("nothing-to-take").text("why").find("before the backup of 2026-11-22 01:00:00"),
            std::string::npos);
  // In another zone that may have been after it.
  set_time(manifest, system::seconds_of_local_time("2026-11-21 11:01:00"));
  EXPECT_EQ(go({"take"}).text("choice"), "accepted");
}

TEST_F(TakeSalvagedTest, WithoutASalvageNobodyIsAsked) {
  EXPECT_EQ(go({"take"}).name, "none");
  EXPECT_EQ(keyboard.asked, 0U);
  EXPECT_EQ(told.of("nothing-to-take").name, "nothing-to-take");
}

TEST(TakenList, AnLstatIsWhatBaculaWrites) {
  struct stat status {};
  status.st_mode = S_IFREG | 0640;
  status.st_size = 123456789;
  status.st_uid = 1000;
  status.st_rdev = 2049;
  status.st_mtim.tv_sec = -5;
  const auto read = bacula::parse_lstat(to_lstat(status));
  EXPECT_EQ(read.mode, status.st_mode);
  EXPECT_EQ(read.size, 123456789U);
  EXPECT_EQ(read.uid, 1000U);
  EXPECT_EQ(read.rdev, 2049U);
  EXPECT_EQ(read.mtime, -5);
  EXPECT_EQ(read.link_index, 0);
}

TEST(SalvageState, APostponedSalvageIsKnownUntilItIsTaken) {
  const auto postponed = Event("salvage-taken").with("choice", "postponed").with("count", std::int64_t{3});
  EXPECT_EQ(state_of({postponed}).salvage_waiting, 3);
  const auto accepted = Event("salvage-taken")
                            .with("choice", "accepted")
                            .with("count", std::int64_t{3})
                            .with("damaged", std::vector<std::string>{"/x.salvaged-damaged"});
  const auto state = state_of({postponed, accepted});
  EXPECT_EQ(state.salvage_waiting, 0);
  EXPECT_EQ(state.salvaged_damaged, std::vector<std::string>{"/x.salvaged-damaged"});
}

}  // namespace
}  // namespace recover
