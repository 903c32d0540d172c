// What a collector takes, and how.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "salvage_sources.hpp"

namespace recover::salvage {
namespace {

using namespace tests;
class SalvageCollect : public SalvageTest {};

TEST_F(SalvageCollect, TakesAllThatThereIs) {
  directory.put("src/home/plain", "hello");
  ::symlink("plain", (directory / "src/home/link").c_str());
  ::mkfifo((directory / "src/home/pipe").c_str(), 0640);
  ::link((directory / "src/home/plain").c_str(), (directory / "src/other name").c_str());
  const std::string odd = "src/home/new\nline\xFF\\012";
  directory.put(odd, "odd");
  ::chmod((directory / odd).c_str(), 0604);
  ::mkdir((directory / "src/empty").c_str(), 0711);
  ::setxattr((directory / odd).c_str(), "user.note", "value", 5, 0);
  const timespec times[] = {{11, 5}, {1234567, 890}};
  ::utimensat(AT_FDCWD, (directory / odd).c_str(), times, 0);
  ::utimensat(AT_FDCWD, (directory / "src/home").c_str(), times, 0);

  const auto totals = collect({source("src")});
  EXPECT_EQ(totals.taken, 5);
  EXPECT_EQ(totals.seen, 5);
  EXPECT_EQ(totals.bytes, 5 + 3);  // two names of one file count once
  EXPECT_EQ(totals.damaged + totals.lost + totals.unchecked + totals.older, 0);
  EXPECT_EQ(read("home/plain"), "hello");
  EXPECT_EQ(std::filesystem::read_symlink(tree("home/link")), "plain");
  struct stat one {
  }, other{};
  ASSERT_EQ(::stat(tree("home/plain").c_str(), &one), 0);
  ASSERT_EQ(::stat(tree("other name").c_str(), &other), 0);
  EXPECT_EQ(one.st_ino, other.st_ino);
  ASSERT_EQ(::lstat(tree("home/pipe").c_str(), &one), 0);
  EXPECT_TRUE(S_ISFIFO(one.st_mode));
  ASSERT_EQ(::lstat(tree(odd.substr(4)).c_str(), &one), 0);
  EXPECT_EQ(one.st_mode & 07777U, 0604U);
  EXPECT_EQ(one.st_mtim.tv_sec, 1234567);
  EXPECT_EQ(one.st_mtim.tv_nsec, 890);
  char value[8] = {};
  EXPECT_EQ(::getxattr(tree(odd.substr(4)).c_str(), "user.note", value, sizeof value), 5);
  ASSERT_EQ(::stat(tree("home").c_str(), &one), 0);
  EXPECT_EQ(one.st_mtim.tv_sec, 1234567);
  ASSERT_EQ(::stat(tree("empty").c_str(), &one), 0);
  EXPECT_EQ(one.st_mode & 07777U, 0711U);
  const auto entries = manifest();
  EXPECT_EQ(entries.at("/" + odd.substr(4)).provenance, Provenance::clean);
  EXPECT_EQ(entries.at("/" + odd.substr(4)).why, "all");
  EXPECT_FALSE(entries.at("/other name").link.empty() && entries.at("/home/plain").link.empty());
  EXPECT_FALSE(system::exists(directory / "salvage/unfinished"));
}

TEST_F(SalvageCollect, GoesOnWhereItWas) {
  directory.put("src/a", "aaa");
  directory.put("src/b", "bbb");
  collect({source("src")});
  struct stat before {};
  ASSERT_EQ(::stat(tree("a").c_str(), &before), 0);
  std::filesystem::remove(tree("b"));  // a manifest is no proof of what somebody took away
  const auto totals = collect({source("src")});
  struct stat after {};
  ASSERT_EQ(::stat(tree("a").c_str(), &after), 0);
  EXPECT_EQ(before.st_ino, after.st_ino);
  EXPECT_EQ(read("b"), "bbb");
  EXPECT_EQ(totals.taken, 2);
}

// The times of directories come last of all.
TEST_F(SalvageCollect, ADirectoryOfAKilledRunGetsItsTimes) {
  directory.put("src/home/a", "aaa");
  const timespec times[] = {{11, 5}, {1234567, 890}};
  ::utimensat(AT_FDCWD, (directory / "src/home").c_str(), times, 0);
  collect({source("src")});
  ::utimensat(AT_FDCWD, tree("home").c_str(), nullptr, 0);  // now
  collect({source("src")});
  struct stat status {};
  ASSERT_EQ(::stat(tree("home").c_str(), &status), 0);
  EXPECT_EQ(status.st_mtim.tv_sec, 1234567);
}

// An earlier salvage has stored a link; this one must not write through it.
TEST_F(SalvageCollect, NeverWritesThroughALink) {
  std::filesystem::create_directories(directory / "salvage/tree");
  std::filesystem::create_directories(directory / "victim");
  directory.put("victim/file", "mine");
  ::symlink((directory / "victim").c_str(), (directory / "salvage/tree/home").c_str());
  ::symlink((directory / "victim/file").c_str(), (directory / "salvage/tree/plain").c_str());
  ::symlink((directory / "victim/file").c_str(), (directory / "salvage/unfinished").c_str());
  directory.put("src/home/file", "theirs");
  directory.put("src/plain", "theirs");
  collect({source("src")});
  EXPECT_EQ(system::read_file(directory / "victim/file"), "mine");
  EXPECT_EQ(read("home/file"), "theirs");
  EXPECT_FALSE(std::filesystem::is_symlink(tree("home")));
  EXPECT_EQ(read("plain"), "theirs");
  EXPECT_FALSE(std::filesystem::is_symlink(tree("plain")));
  EXPECT_TRUE(std::filesystem::is_symlink(tree("home.older")));
}

TEST_F(SalvageCollect, NeverReadsThroughALink) {
  directory.put("outside/secret", "secret");
  std::filesystem::create_directories(directory / "src");
  ::symlink((directory / "outside").c_str(), (directory / "src/way").c_str());
  const auto totals = collect({source("src")});
  EXPECT_EQ(totals.taken, 1);
  EXPECT_TRUE(std::filesystem::is_symlink(tree("way")));
}

TEST_F(SalvageCollect, ABetterOneTakesTheDamagedOnesPlace) {
  directory.put("scratch/a", "ha");
  directory.put("src/a", "whole");
  auto totals = collect({restored(source("scratch", scratch), {"/a"})});
  EXPECT_EQ(totals.damaged, 1);
  EXPECT_EQ(totals.taken, 0);
  EXPECT_EQ(read("a.damaged"), "ha");
  EXPECT_EQ(manifest().at("/a").stored, "tree/a.damaged");
  totals = collect({source("src")});
  EXPECT_EQ(totals.damaged, 0);
  EXPECT_EQ(totals.taken, 1);
  EXPECT_EQ(read("a"), "whole");
  EXPECT_FALSE(system::exists(tree("a.damaged")));
}

TEST_F(SalvageCollect, WhatBtrfsRestoreGaveNoTimesBackMayBeCut) {
  directory.put("scratch/a", "cut");
  auto from = restored(source("scratch", scratch));
  from.made_after = 1;
  const auto totals = collect({from});
  EXPECT_EQ(totals.damaged, 1);
  EXPECT_EQ(read("a.damaged"), "cut");
}

TEST_F(SalvageCollect, AnOlderOneStandsBesideANewerDamagedOne) {
  directory.put("scratch/a", "ha");
  directory.put("old/a", "old");
  directory.put("oldest/a", "oldest");
  const auto totals = collect({restored(source("scratch", scratch), {"/a"}),
                               restored(source("old", older, 5)), restored(source("oldest", older, 3))});
  EXPECT_EQ(read("a.damaged"), "ha");
  EXPECT_EQ(read("a.older"), "old");
  EXPECT_EQ(totals.older, 1);
  EXPECT_EQ(totals.damaged, 1);
  const auto entries = manifest();
  EXPECT_EQ(entries.at("/a").provenance, Provenance::unreadable);
  EXPECT_EQ(entries.at("/a (older)").provenance, Provenance::older_generation);
  EXPECT_EQ(entries.at("/a (older)").generation, 5U);
}

TEST_F(SalvageCollect, AnOlderOneNeverTakesTheNewerOnesPlace) {
  directory.put("src/a", "new");
  directory.put("old/a", "old");
  directory.put("old/deleted", "since");  // its directory was read whole: it is not missing
  directory.put("old/gone/x", "since");
  const auto totals = collect({source("src"), restored(source("old", older, 5))});
  EXPECT_EQ(read("a"), "new");
  EXPECT_FALSE(system::exists(tree("a.older")));
  EXPECT_FALSE(system::exists(tree("deleted")));
  EXPECT_EQ(totals.taken, 1);
  EXPECT_EQ(totals.older, 0);
}

TEST_F(SalvageCollect, ACleanOneTakesAnUncheckedOnesPlace) {
  directory.put("bad/a", "bad");
  directory.put("src/a", "yes");
  EXPECT_EQ(collect({source("bad", unchecked)}).unchecked, 1);
  EXPECT_EQ(collect({source("src")}).unchecked, 0);
  EXPECT_EQ(read("a"), "yes");
  EXPECT_EQ(collect({source("bad", unchecked)}).unchecked, 0);
  EXPECT_EQ(read("a"), "yes");
}

// Of the machine, and no variant of another file's name.
TEST_F(SalvageCollect, ANameThatLooksLikeASuffixLosesNothing) {
  directory.put("scratch/a", "half");
  directory.put("scratch/a.damaged", "its own");
  const auto totals = collect({restored(source("scratch", scratch), {"/a"})});
  EXPECT_EQ(totals.taken, 1);
  EXPECT_EQ(totals.damaged, 1);
  const auto entries = manifest();
  EXPECT_NE(entries.at("/a").stored, entries.at("/a.damaged").stored);
  EXPECT_EQ(system::read_file(directory / ("salvage/" + entries.at("/a").stored)), "half");
  EXPECT_EQ(system::read_file(directory / ("salvage/" + entries.at("/a.damaged").stored)), "its own");
}

// These two have one hash in libstdc++; so has any pair that somebody makes.
TEST_F(SalvageCollect, NamesThatAreMadeToCollideAreTwo) {
  directory.put("src/bomutencollide1", "one");
  directory.put("src/zbnsasbjyLMe[Yb", "two");
  const auto totals = collect({source("src")});
  EXPECT_EQ(totals.taken, 2);
  EXPECT_EQ(read("bomutencollide1"), "one");
  EXPECT_EQ(read("zbnsasbjyLMe[Yb"), "two");
}

TEST_F(SalvageCollect, AFileThatWasADirectoryAndTheReverseLoseNothing) {
  directory.put("one/x", "file");
  directory.put("one/y/in", "inner");
  directory.put("two/x/in", "deep");
  directory.put("two/y", "flat");
  collect({source("one", unchecked, 6)});
  collect({source("two", clean, 7)});
  EXPECT_EQ(read("x/in"), "deep");
  EXPECT_EQ(read("x.older"), "file");
  EXPECT_EQ(read("y/in"), "inner");
  const auto entries = manifest();
  EXPECT_EQ(system::read_file(directory / ("salvage/" + entries.at("/y").stored)), "flat");
}

TEST_F(SalvageCollect, LeavesOutWhatItIsTold) {
  directory.put("src/var/lib/big", "x");
  directory.put("src/var/library", "y");
  directory.put("src/home/me", "z");
  auto from = source("src");
  from.elsewhere = {"/home"};
  const auto totals = collect({from}, "", {"/var/lib"});
  EXPECT_EQ(totals.taken, 1);
  EXPECT_EQ(totals.seen, 1);
  EXPECT_FALSE(system::exists(tree("var/lib")));
  EXPECT_FALSE(system::exists(tree("home")));
  EXPECT_TRUE(system::exists(tree("var/library")));
}

TEST_F(SalvageCollect, KeepsHoles) {
  const auto path = directory.put("src/sparse", "begin");
  ::truncate(path.c_str(), 8 << 20);
  collect({source("src")});
  struct stat status {};
  ASSERT_EQ(::stat(tree("sparse").c_str(), &status), 0);
  EXPECT_EQ(status.st_size, 8 << 20);
  EXPECT_LT(status.st_blocks * 512, 1 << 20);
}

TEST_F(SalvageCollect, MeasuresWithoutTaking) {
  directory.put("src/var/lib/x/one", std::string(10'000, 'x'));
  directory.put("src/var/lib/two", "22");
  directory.put("src/etc/three", "333");
  Collector collector({directory / "salvage", "", {}}, listener);
  const auto totals = collector.measure(source("src"));
  EXPECT_EQ(totals.taken, 3);
  EXPECT_EQ(totals.bytes, 10'005);
  EXPECT_FALSE(system::exists(tree("var")));
  const auto sizes = collector.sizes();
  ASSERT_EQ(sizes.size(), 2U);
  EXPECT_EQ(sizes[0].path, "/var/lib");
  EXPECT_EQ(sizes[0].bytes, 10'002);
  EXPECT_EQ(sizes[1].path, "/etc");
  collector.require_room();
  collector.collect(source("src"));
  EXPECT_EQ(collector.measure(source("src")).taken, 0);
}

}  // namespace
}  // namespace recover::salvage
