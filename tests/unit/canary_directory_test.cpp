// Where canaries stand in a place that is not root's: what others have put there harms nothing, and is named.
#include "recover/verify/canary_directory.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "recover/error.hpp"
#include "recover/verify/canary.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::verify {
namespace {

namespace fs = std::filesystem;

constexpr uid_t somebody = 12345;

class CanaryPlace : public testing::Test {
 protected:
  void SetUp() override { fs::create_directory(place); }

  // The problem, and the remedy behind it.
  std::string refused(const std::string& where) const {
    try {
      CanaryDirectory::make(where);
    } catch (const Failed& error) {
      return error.problem() + "\n" + error.remedy();
    }
    return "nothing was thrown";
  }
  void expect_refused(const std::string& words) const {
    const auto said = refused(place);
    for (const auto& part :
         {directory + " " + words, "rm -r " + directory, place + ", name it in [verify] left-out"})
      EXPECT_NE(said.find(part), std::string::npos) << said;
    EXPECT_EQ(CanaryDirectory::find(place).read("standing"), "");
  }
  static struct stat status(const std::string& path) {
    struct stat found {};
    EXPECT_EQ(::lstat(path.c_str(), &found), 0) << path;
    return found;
  }
  static bool give_away(const std::string& path) { return ::lchown(path.c_str(), somebody, somebody) == 0; }
  std::int64_t last() const {
    Place one;
    one.path = place;
    return last_written({one});
  }

  tests::TemporaryDirectory base;
  std::string place = base / "home", directory = place + "/.recover-canary";
};

TEST_F(CanaryPlace, GetsADirectoryThatOnlyItsOwnerWritesTo) {
  const auto before = ::umask(022);  // as main() sets it
  const auto made = CanaryDirectory::make(place);
  made.write("standing", "text");
  ::umask(before);
  EXPECT_EQ(made.path(), directory);
  EXPECT_EQ(status(directory).st_mode & 07777, 0755U);
  EXPECT_EQ(status(directory + "/standing").st_mode & 07777, 0755U);
  EXPECT_EQ(CanaryDirectory::find(place).read("standing"), "text");
  CanaryDirectory::make(place).write("standing", "other");
  EXPECT_EQ(CanaryDirectory::find(place).read("standing"), "other");
}

TEST_F(CanaryPlace, IsTheRootToo) {
  EXPECT_EQ(canary_path("/"), "/.recover-canary");
}

TEST_F(CanaryPlace, ALinkInItsSteadLeadsNowhere) {
  base.put("elsewhere/fresh-1", "precious");
  ASSERT_EQ(::chmod((base / "elsewhere").c_str(), 0700), 0);
  for (const auto* target : {"../elsewhere", "../elsewhere/fresh-1", "nowhere"}) {
    fs::create_symlink(target, directory);
    expect_refused("is a symbolic link");
    fs::remove(directory);
  }
  EXPECT_EQ(status(base / "elsewhere").st_mode & 07777, 0700U);
  EXPECT_TRUE(fs::exists(base / "elsewhere/fresh-1"));
  EXPECT_FALSE(fs::exists(base / "elsewhere/standing"));
}

TEST_F(CanaryPlace, AFileOfItsNameIsNamed) {
  base.put("home/.recover-canary", "");
  expect_refused("is no directory");
  EXPECT_TRUE(fs::is_regular_file(directory));
}

TEST_F(CanaryPlace, ADirectoryOfSomebodyElseIsNamedAndNotBelieved) {
  base.put("home/.recover-canary/standing", "\nwritten 99999999999 x\n");
  EXPECT_EQ(last(), 99999999999);
  if (!give_away(directory)) GTEST_SKIP() << "only root gives files away";
  expect_refused("belongs to user 12345");
  EXPECT_EQ(last(), 0);
}

TEST_F(CanaryPlace, NoFileOfSomebodyElseIsBelieved) {
  const auto standing = base.put("home/.recover-canary/standing", "\nwritten 99999999999 x\n");
  fs::create_hard_link(standing, base / "other-name");
  EXPECT_EQ(last(), 0);
  fs::rename(standing, base / "own");
  fs::remove(base / "other-name");
  fs::create_symlink(base / "own", standing);
  EXPECT_EQ(last(), 0);
  fs::remove(standing);
  ASSERT_EQ(::mkfifo(standing.c_str(), 0600), 0);
  EXPECT_EQ(last(), 0);
  fs::remove(standing);
  fs::rename(base / "own", standing);
  EXPECT_EQ(last(), 99999999999);
  if (give_away(standing)) {
    EXPECT_EQ(last(), 0);
  }
}

TEST_F(CanaryPlace, WhatOthersHavePutInItIsReplacedAndNotWrittenTo) {
  base.put("precious", "old");
  fs::create_directory(directory);
  fs::create_symlink(base / "precious", directory + "/standing");
  fs::create_symlink(base / "precious", directory + "/.standing.recover-new");
  fs::create_symlink(base / "precious", directory + "/fresh-1");
  const auto made = CanaryDirectory::make(place);
  made.remove_all("fresh-");
  made.write("standing", "text");
  EXPECT_EQ(made.read("standing"), "text");
  EXPECT_EQ(CanaryDirectory::find(base.path()).read("standing"), "");
  EXPECT_EQ(std::distance(fs::directory_iterator(directory), fs::directory_iterator()), 1);
  EXPECT_EQ(status(base / "precious").st_size, 3);
}

TEST_F(CanaryPlace, RemovesWhatAPowerCutLeftOfThem) {
  base.put("home/.recover-canary/.fresh-1.recover-new", "");
  base.put("home/.recover-canary/kept", "");
  CanaryDirectory::make(place).remove_all("fresh-");
  EXPECT_FALSE(fs::exists(directory + "/.fresh-1.recover-new"));
  EXPECT_TRUE(fs::exists(directory + "/kept"));
}

// One that is not mounted by itself lies in somebody's directory.
TEST_F(CanaryPlace, NoLinkOnTheWayToItIsFollowed) {
  fs::create_directory(base / "elsewhere");
  fs::create_directory(base / "elsewhere/inside");
  fs::create_symlink("../elsewhere", place + "/link");
  for (const auto& where : {place + "/link", place + "/link/inside"})
    EXPECT_NE(refused(where).find("Could not open without following a link " + where), std::string::npos);
  EXPECT_EQ(std::distance(fs::directory_iterator(base / "elsewhere"), fs::directory_iterator()), 1);
}

TEST_F(CanaryPlace, StaysTheSameWhenItsNameIsExchanged) {
  fs::create_directory(base / "elsewhere");
  const auto made = CanaryDirectory::make(place);
  fs::rename(directory, base / "moved");
  fs::create_symlink(base / "elsewhere", directory);
  made.write("standing", "text");
  EXPECT_TRUE(fs::is_empty(base / "elsewhere"));
  EXPECT_TRUE(fs::exists(base / "moved/standing"));
}

}  // namespace
}  // namespace recover::verify
