// What is mended on a machine that lives, and what is left as somebody has made it since.
#include "recover/mend.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <sstream>

#include "recover/system/attributes.hpp"
#include "recover/system/process.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::tests {
namespace {

namespace fs = std::filesystem;

constexpr time_t in_1985 = 499162500, in_2001 = 1000000000;

// As acl(5) and the kernel's linux/posix_acl_xattr.h have it: version 2; then tag, permissions, id of each
// entry.
std::string acl_for(std::uint32_t user) {
  std::string bytes("\2\0\0\0", 4);
  const auto entry = [&](char tag, char permissions, std::uint32_t id) {
    bytes += {tag, 0, permissions, 0};
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(id >> shift & 0xFF);
  };
  entry(1, 6, 0xFFFFFFFF);     // the owner
  entry(2, 7, user);           // a named user
  entry(4, 4, 0xFFFFFFFF);     // the group
  entry(0x10, 5, 0xFFFFFFFF);  // the mask: the group's bits of the mode
  entry(0x20, 0, 0xFFFFFFFF);  // others
  return bytes;
}

class Mend : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(base / "restored/d");
    fs::create_directories(base / "machine/d");
    const auto probe = base.put("probe", "");
    if (::setxattr(probe.c_str(), "user.probe", "", 0, 0) != 0 ||
        ::setxattr(probe.c_str(), "system.posix_acl_access", acl_for(1).data(), acl_for(1).size(), 0) != 0)
      GTEST_SKIP() << base.path() << " takes no xattrs or ACLs: " << std::strerror(errno);
  }

  std::string in(const char* tree, const std::string& path) const { return base / (tree + path); }
  std::string restored(const std::string& path) const { return in("restored", path); }
  std::string machine(const std::string& path) const { return in("machine", path); }

  // A file of the backup, as it came back, and as the fallback left it.
  void file(const std::string& path, const std::string& content, const std::string& degraded) const {
    put(restored(path), content);
    put(machine(path), degraded);
  }
  static void put(const std::string& path, const std::string& content, time_t time = in_1985) {
    std::ofstream(path, std::ios::binary) << content;
    ASSERT_EQ(::chmod(path.c_str(), 0650), 0);
    set_time(path, time);
  }
  static void set_time(const std::string& path, time_t time) {
    const timespec times[] = {{time, 0}, {time, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW), 0) << path;
  }
  static void set(const std::string& path, const char* name, const std::string& value) {
    ASSERT_EQ(::lsetxattr(path.c_str(), name, value.data(), value.size(), 0), 0)
        << path << std::strerror(errno);
  }
  static std::string get(const std::string& path, const char* name) {
    std::string value(1000, '\0');
    const auto size = ::lgetxattr(path.c_str(), name, value.data(), value.size());
    return size < 0 ? "none" : value.substr(0, static_cast<std::size_t>(size));
  }
  static std::string content(const std::string& path) {
    std::ostringstream all;
    all << std::ifstream(path, std::ios::binary).rdbuf();
    return all.str();
  }
  static struct stat status(const std::string& path) {
    struct stat found {};
    EXPECT_EQ(::lstat(path.c_str(), &found), 0) << path;
    return found;
  }

  Mended mend(const char* lost, const std::string& path) {
    Mender mender(*processes, base / "restored", base / "machine", completed_at);
    return mender.mend(lost, path);
  }
  void expect_repaired(const char* lost, const std::string& path, const std::string& words) {
    const auto mended = mend(lost, path);
    EXPECT_TRUE(mended.repaired) << mended.words;
    EXPECT_NE(mended.words.find(words), std::string::npos) << mended.words;
    nothing_left_behind();
  }
  void expect_left(const char* lost, const std::string& path, const std::string& words) {
    const auto mended = mend(lost, path);
    EXPECT_FALSE(mended.repaired) << mended.words;
    EXPECT_NE(mended.words.find(words), std::string::npos) << mended.words;
    nothing_left_behind();
  }
  void nothing_left_behind() const {
    for (const auto& entry : fs::recursive_directory_iterator(base.path()))
      EXPECT_FALSE(entry.path().filename().string().starts_with(".recover-repair")) << entry.path();
  }

  // Directories as the fallback has left one, and as it should have.
  void degraded_directory() const {
    ASSERT_EQ(::chmod(restored("/d").c_str(), 02710), 0);
    set(restored("/d"), "user.comment", "of the backup");
    set_time(restored("/d"), in_1985);
    ASSERT_EQ(::chmod(machine("/d").c_str(), 0755), 0);
  }

  TemporaryDirectory base;
  // Nobody can set an inode change time, so it is the end of the recovery that lies before or behind it.
  std::int64_t completed_at = ::time(nullptr) + 1000;
  std::unique_ptr<system::Processes> processes = system::real_processes();
};

TEST_F(Mend, AnAclComesBackWithTheModeAndTheTimeAsTheyWere) {
  file("/d/f", "x", "x");
  set(restored("/d/f"), "system.posix_acl_access", acl_for(12345));
  set(restored("/d/f"), "user.comment", "of the other list");
  expect_repaired("ACL", "/d/f", "");
  EXPECT_EQ(get(machine("/d/f"), "system.posix_acl_access"), acl_for(12345));
  EXPECT_EQ(get(machine("/d/f"), "user.comment"), "none");
  EXPECT_EQ(status(machine("/d/f")).st_mode, status(restored("/d/f")).st_mode);
  EXPECT_EQ(status(machine("/d/f")).st_mtime, in_1985);
}

TEST_F(Mend, ADirectoryHasADefaultAcl) {
  set(restored("/d"), "system.posix_acl_default", acl_for(12345));
  expect_repaired("ACL", "/d", "");
  EXPECT_EQ(get(machine("/d"), "system.posix_acl_default"), acl_for(12345));
}

TEST_F(Mend, TheRootDirectoryIsOne) {
  set(restored(""), "user.comment", "of the root");
  expect_repaired("xattr", "/", "");
  EXPECT_EQ(get(machine(""), "user.comment"), "of the root");
}

TEST_F(Mend, AnAclGoesOnContentThatIsNew) {
  file("/d/f", "x", "x");
  set(restored("/d/f"), "system.posix_acl_access", acl_for(12345));
  put(machine("/d/f"), "of today", in_2001);
  expect_repaired("ACL", "/d/f", "");
  EXPECT_EQ(content(machine("/d/f")), "of today");
  EXPECT_EQ(get(machine("/d/f"), "system.posix_acl_access"), acl_for(12345));
}

TEST_F(Mend, AnAclOfTodayStays) {
  file("/d/f", "x", "x");
  set(restored("/d/f"), "system.posix_acl_access", acl_for(12345));
  set(machine("/d/f"), "system.posix_acl_access", acl_for(54321));
  expect_repaired("ACL", "/d/f", "another value");
  EXPECT_EQ(get(machine("/d/f"), "system.posix_acl_access"), acl_for(54321));
}

TEST_F(Mend, NoAclOpensWhatWasClosedSince) {
  file("/d/f", "x", "x");
  set(restored("/d/f"), "system.posix_acl_access", acl_for(12345));
  ASSERT_EQ(::chmod(machine("/d/f").c_str(), 0600), 0);
  expect_left("ACL", "/d/f", "mode was changed");
  EXPECT_EQ(status(machine("/d/f")).st_mode & 07777, 0600U);
}

TEST_F(Mend, XattrsComeBackOneByOne) {
  file("/d/f", "x", "x");
  set(restored("/d/f"), "user.one", std::string("\0\1", 2));
  set(restored("/d/f"), "user.two", "2");
  set(machine("/d/f"), "user.two", "of today");
  expect_repaired("xattr", "/d/f", "user.two");
  EXPECT_EQ(get(machine("/d/f"), "user.one"), std::string("\0\1", 2));
  EXPECT_EQ(get(machine("/d/f"), "user.two"), "of today");
}

TEST_F(Mend, ALinkIsNotFollowed) {
  if (::geteuid() != 0) GTEST_SKIP() << "trusted xattrs, the only ones that a link can have, are root's";
  fs::create_symlink("f", restored("/d/link"));
  fs::create_symlink("f", machine("/d/link"));
  put(machine("/d/f"), "x");
  set(restored("/d/link"), "trusted.note", "of the link");
  expect_repaired("xattr", "/d/link", "");
  EXPECT_EQ(get(machine("/d/link"), "trusted.note"), "of the link");
  EXPECT_EQ(get(machine("/d/f"), "trusted.note"), "none");
}

TEST_F(Mend, NewContentGetsNoCapability) {
  if (::geteuid() != 0) GTEST_SKIP() << "capabilities are root's to give";
  const std::string capability("\1\0\0\2\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);  // cap_net_raw=ep
  file("/d/f", "x", "x");
  set(restored("/d/f"), "security.capability", capability);
  put(machine("/d/f"), "y", in_2001);
  expect_left("xattr", "/d/f", "setcap");
  EXPECT_EQ(get(machine("/d/f"), "security.capability"), "none");
  put(machine("/d/f"), "x");
  expect_repaired("xattr", "/d/f", "");
  EXPECT_EQ(get(machine("/d/f"), "security.capability"), capability);
}

TEST_F(Mend, WhatWasRemovedSinceNeedsNoAttributes) {
  put(restored("/d/f"), "x");
  expect_repaired("ACL", "/d/f", "no longer there");
  EXPECT_FALSE(fs::exists(machine("/d/f")));
}

TEST_F(Mend, WhatDidNotComeBackIsLeft) {
  put(machine("/d/f"), "x");
  for (const auto* lost : {"ACL", "xattr", "data", "file"}) expect_left(lost, "/d/f", "did not come back");
}

TEST_F(Mend, AMissingFileIsBroughtBackWithAllThatItHad) {
  put(restored("/d/f"), "whole");
  set(restored("/d/f"), "user.comment", "text");
  set(restored("/d/f"), "system.posix_acl_access", acl_for(12345));
  set_time(machine("/d"), in_1985);
  expect_repaired("file", "/d/f", "brought back");
  EXPECT_EQ(content(machine("/d/f")), "whole");
  EXPECT_EQ(get(machine("/d/f"), "user.comment"), "text");
  EXPECT_EQ(get(machine("/d/f"), "system.posix_acl_access"), acl_for(12345));
  EXPECT_EQ(status(machine("/d/f")).st_mtime, in_1985);
  EXPECT_EQ(status(machine("/d")).st_mtime, in_1985);
}

TEST_F(Mend, OtherSortsOfFilesAreBroughtBackToo) {
  fs::create_symlink("nowhere", restored("/d/link"));
  set_time(restored("/d/link"), in_1985);
  ASSERT_EQ(::mkfifo(restored("/d/fifo").c_str(), 0620), 0);
  ASSERT_EQ(::mkdir(restored("/d/new").c_str(), 0700), 0);
  ASSERT_EQ(::chmod(restored("/d/new").c_str(), 01777), 0);
  put(restored("/d/new/inside"), "x");
  set_time(restored("/d/new"), in_2001);
  for (const auto* path : {"/d/link", "/d/fifo", "/d/new", "/d/new/inside"})
    expect_repaired("file", path, "");
  EXPECT_EQ(fs::read_symlink(machine("/d/link")), "nowhere");
  EXPECT_TRUE(fs::is_fifo(machine("/d/fifo")));
  EXPECT_EQ(status(machine("/d/new")).st_mode & 07777, 01777U);
  EXPECT_EQ(status(machine("/d/new")).st_mtime, in_2001);
  EXPECT_EQ(content(machine("/d/new/inside")), "x");
}

TEST_F(Mend, ADirectoryThatNobodyHasChangedSinceIsAsInTheBackupAgain) {
  for (const auto* lost : {"file", "data"}) {
    degraded_directory();
    expect_repaired(lost, "/d", "those of the backup again");
    EXPECT_EQ(status(machine("/d")).st_mode & 07777, 02710U);
    EXPECT_EQ(status(machine("/d")).st_mtime, in_1985);
    EXPECT_EQ(get(machine("/d"), "user.comment"), "of the backup");
  }
}

TEST_F(Mend, ADirectoryThatWasChangedSinceStaysAndIsNamedWithWhatTheBackupHas) {
  degraded_directory();
  set_time(machine("/d"), in_2001);
  completed_at = in_2001;
  const auto owner = status(restored("/d"));
  expect_left("file", "/d", "it was changed since");
  expect_left("data", "/d",
              "chown " + std::to_string(owner.st_uid) + ":" + std::to_string(owner.st_gid) + ", chmod 2710");
  EXPECT_EQ(status(machine("/d")).st_mode & 07777, 0755U);
  EXPECT_EQ(status(machine("/d")).st_mtime, in_2001);
  EXPECT_EQ(get(machine("/d"), "user.comment"), "none");
}

TEST_F(Mend, ADirectoryStaysWhereNobodyKnowsWhenTheRecoveryEnded) {
  degraded_directory();
  completed_at = 0;
  expect_left("file", "/d", "nothing tells whether it was changed since");
  EXPECT_EQ(status(machine("/d")).st_mode & 07777, 0755U);
}

TEST_F(Mend, ADirectoryWithAnotherOwnerSinceStays) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  degraded_directory();
  ASSERT_EQ(::chmod(machine("/d").c_str(), 02710), 0);
  ASSERT_EQ(::chown(machine("/d").c_str(), 12345, 54321), 0);
  ASSERT_EQ(::chmod(machine("/d").c_str(), 02710), 0);  // chown(2) may take the bits above 0777
  completed_at = in_2001;
  expect_left("file", "/d", "chown 0:0, chmod 2710");
  EXPECT_EQ(status(machine("/d")).st_uid, 12345U);
}

TEST_F(Mend, ADirectoryThatOnlyGotANewNameIsWell) {
  degraded_directory();
  ASSERT_EQ(::chmod(machine("/d").c_str(), 02710), 0);
  set(machine("/d"), "user.comment", "of the backup");
  put(machine("/d/of-today"), "x");
  set_time(machine("/d"), in_2001);
  completed_at = in_2001;
  expect_repaired("file", "/d", "");
  EXPECT_EQ(status(machine("/d")).st_mtime, in_2001);
}

// As for those that are listed for them: what is not there is what the fallback has lost.
TEST_F(Mend, ADirectoryThatOnlyGotANewNameGetsItsAttributesBack) {
  degraded_directory();
  set(restored("/d"), "system.posix_acl_default", acl_for(12345));
  set(restored("/d"), "user.other", "of the backup");
  ASSERT_EQ(::chmod(machine("/d").c_str(), 02710), 0);
  set(machine("/d"), "user.comment", "of today");
  set_time(machine("/d"), in_2001);
  completed_at = in_2001;
  expect_repaired("data", "/d", "user.comment has got another value");
  EXPECT_EQ(get(machine("/d"), "system.posix_acl_default"), acl_for(12345));
  EXPECT_EQ(get(machine("/d"), "user.other"), "of the backup");
  EXPECT_EQ(get(machine("/d"), "user.comment"), "of today");
  EXPECT_EQ(status(machine("/d")).st_mtime, in_2001);
}

TEST_F(Mend, NamesMayBeAnything) {
  for (const std::string name : {"new\nline", "-rf", "not-utf8-\xFF", "$HOME `x` 'q' \"", "..."}) {
    put(restored("/d/" + name), name);
    expect_repaired("file", "/d/" + name, "");
    EXPECT_EQ(content(machine("/d/" + name)), name);
  }
}

TEST_F(Mend, AMissingNameOfALinkedFileIsALinkAgain) {
  file("/d/f", "linked", "linked");
  fs::create_hard_link(restored("/d/f"), restored("/d/g"));
  expect_repaired("file", "/d/g", "");
  EXPECT_EQ(status(machine("/d/g")).st_ino, status(machine("/d/f")).st_ino);
}

TEST_F(Mend, DamagedContentIsReplaced) {
  file("/d/f", "whole", "wh?le");
  expect_repaired("data", "/d/f", "brought back");
  EXPECT_EQ(content(machine("/d/f")), "whole");
}

TEST_F(Mend, DamagedContentWithSeveralNamesKeepsThem) {
  file("/d/f", "whole", "cut");
  set_time(machine("/d/f"), in_1985);
  fs::create_hard_link(machine("/d/f"), machine("/d/g"));
  expect_repaired("data", "/d/f", "");
  EXPECT_EQ(content(machine("/d/g")), "whole");
  EXPECT_EQ(status(machine("/d/g")).st_ino, status(machine("/d/f")).st_ino);
}

TEST_F(Mend, WhatWasWrittenSinceStaysAndTheOtherIsPutBeside) {
  file("/d/f", "whole", "x");
  put(machine("/d/f"), "of today", in_2001);
  for (int times = 0; times < 2; ++times) expect_repaired("data", "/d/f", "/d/f.recovered");
  EXPECT_EQ(content(machine("/d/f")), "of today");
  EXPECT_EQ(content(machine("/d/f.recovered")), "whole");
}

TEST_F(Mend, NothingIsOverwrittenBesideEither) {
  file("/d/f", "whole", "x");
  put(machine("/d/f"), "of today", in_2001);
  put(machine("/d/f.recovered"), "of yesterday", in_2001);
  expect_left("data", "/d/f", "put it in its place");
  EXPECT_EQ(content(machine("/d/f.recovered")), "of yesterday");
}

TEST_F(Mend, ADamagedFileThatWasRemovedIsPutBeside) {
  put(restored("/d/f"), "whole");
  expect_repaired("data", "/d/f", "removed since");
  EXPECT_FALSE(fs::exists(machine("/d/f")));
  EXPECT_EQ(content(machine("/d/f.recovered")), "whole");
}

TEST_F(Mend, AnotherSortOfFileStays) {
  put(restored("/d/f"), "whole");
  fs::create_directory(machine("/d/f"));
  expect_left("file", "/d/f", "another sort");
  expect_repaired("ACL", "/d/f", "something else");
}

// Whoever owns a directory may put a link in its place; root must not write where that leads.
TEST_F(Mend, NoLinkLeadsElsewhere) {
  put(restored("/d/f"), "x");
  set(restored("/d/f"), "user.comment", "text");
  fs::create_directory(base / "outside");
  fs::create_directory(machine("/elsewhere"));
  for (const auto& target : {base / "outside", machine("/elsewhere"), std::string("elsewhere")}) {
    fs::remove_all(machine("/d"));
    fs::create_symlink(target, machine("/d"));
    for (const auto* lost : {"ACL", "xattr", "data", "file"}) expect_left(lost, "/d/f", "symbolic link");
  }
  EXPECT_TRUE(fs::is_empty(base / "outside"));
  EXPECT_TRUE(fs::is_empty(machine("/elsewhere")));
}

TEST_F(Mend, AMissingDirectoryIsSaid) {
  fs::create_directory(restored("/gone"));
  put(restored("/gone/f"), "x");
  expect_left("file", "/gone/f", "directory is no longer there");
}

}  // namespace
}  // namespace recover::tests
