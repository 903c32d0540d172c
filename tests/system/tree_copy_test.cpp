// Copying and removing of trees, on real files. What only root may give is seen by the loop tests.
#include "recover/system/tree_copy.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recover/error.hpp"
#include "recover/system/tree_removal.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::tests {
namespace {

namespace fs = std::filesystem;
using system::TreeCopy;

class Copy : public testing::Test {
 protected:
  void SetUp() override {
    base.put("from/usr/bin/mawk", "mawk");
    base.put("from/usr/bin/bash", "bash");
    base.put("from/usr/share/doc/x", "x");
    base.put("from/etc/alternatives/README", "");
    fs::create_symlink("usr/bin", base / "from/bin");
    fs::create_symlink("/etc/alternatives/awk", base / "from/usr/bin/awk");
    fs::create_symlink("/usr/bin/mawk", base / "from/etc/alternatives/awk");
    fs::create_symlink("/usr/bin/nothing", base / "from/usr/bin/broken");
    fs::create_directories(base / "to");
  }
  std::string in(const std::string& path) const { return base / ("to" + path); }
  static std::string text(const std::string& path) {
    std::ifstream file(path);
    std::string all;
    std::getline(file, all);
    return all;
  }

  const TemporaryDirectory base;
};

TEST_F(Copy, GoesWhereAPathReallyIs) {
  TreeCopy copy(base / "from", base / "to");
  EXPECT_EQ(copy.real_place("/bin/bash"), "/usr/bin/bash");
  EXPECT_TRUE(copy.add("/bin/bash"));
  EXPECT_FALSE(copy.add("/bin/none"));
  EXPECT_FALSE(copy.add("/none/none"));
  EXPECT_EQ(text(in("/usr/bin/bash")), "bash");
  EXPECT_EQ(copy.files(), 1);
  EXPECT_EQ(copy.bytes(), 4);
}

TEST_F(Copy, TakesThePlaceOfAFileWhereItIsTold) {
  base.put("to/usr/bin/mawk", "another");
  base.put("to/usr/bin/bash/x", "");
  TreeCopy stays(base / "from", base / "to");
  EXPECT_TRUE(stays.add("/usr/bin/mawk"));
  EXPECT_EQ(text(in("/usr/bin/mawk")), "another");
  TreeCopy copy(base / "from", base / "to", system::There::makes_way);
  EXPECT_TRUE(copy.add("/usr/bin/mawk"));
  EXPECT_EQ(text(in("/usr/bin/mawk")), "mawk");
  EXPECT_THROW(copy.add("/usr/bin/bash"), Refused) << "a directory is there";
  fs::remove_all(base / "to/etc");
  fs::create_symlink("/etc", base / "to/etc");
  EXPECT_THROW(copy.add("/etc/alternatives/README"), Refused) << "it would lead out of the tree";
}

TEST_F(Copy, AddsTheLinksThatLeadToIt) {
  TreeCopy copy(base / "from", base / "to");
  copy.add("/usr/bin/mawk");
  copy.add_links();
  EXPECT_EQ(fs::read_symlink(in("/bin")), "usr/bin");
  EXPECT_EQ(fs::read_symlink(in("/usr/bin/awk")), "/etc/alternatives/awk");
  EXPECT_EQ(fs::read_symlink(in("/etc/alternatives/awk")), "/usr/bin/mawk");
  EXPECT_FALSE(fs::exists(fs::symlink_status(in("/usr/bin/broken"))));
  EXPECT_FALSE(fs::exists(in("/usr/bin/bash")));
}

TEST_F(Copy, KeepsModesTimesAndHardLinks) {
  ASSERT_EQ(::chmod((base / "from/usr/bin/bash").c_str(), 04710), 0);
  ASSERT_EQ(::chmod((base / "from/usr/bin").c_str(), 01750), 0);
  ASSERT_EQ(::link((base / "from/usr/bin/bash").c_str(), (base / "from/usr/bin/rbash").c_str()), 0);
  const timespec times[] = {{1000, 0}, {499162500, 123}};
  for (const auto* path : {"from/usr/bin/bash", "from/usr/bin"})
    ASSERT_EQ(::utimensat(AT_FDCWD, (base / path).c_str(), times, 0), 0);
  TreeCopy copy(base / "from", base / "to");
  copy.add("/usr/bin/bash");
  copy.add("/usr/bin/rbash");
  copy.finish();
  struct stat one {
  }, other{}, directory{};
  ASSERT_EQ(::stat(in("/usr/bin/bash").c_str(), &one), 0);
  ASSERT_EQ(::stat(in("/usr/bin/rbash").c_str(), &other), 0);
  ASSERT_EQ(::stat(in("/usr/bin").c_str(), &directory), 0);
  EXPECT_EQ(one.st_ino, other.st_ino);
  EXPECT_EQ(one.st_mode & 07777, 04710U);
  EXPECT_EQ(one.st_mtim.tv_nsec, 123);
  EXPECT_EQ(directory.st_mode & 07777, 01750U);
  EXPECT_EQ(directory.st_mtim.tv_sec, 499162500);
}

TEST_F(Copy, LeavesWhatIsThereAlready) {
  base.put("to/usr/bin/bash", "configured");
  TreeCopy copy(base / "from", base / "to");
  EXPECT_TRUE(copy.add("/usr/bin/bash"));
  EXPECT_EQ(text(in("/usr/bin/bash")), "configured");
}

TEST_F(Copy, IsRemovedAndNoLinkIsFollowed) {
  fs::create_directory_symlink(base / "from/usr", base / "to/usr");
  base.put("to/a/b/c", "c");
  system::remove_tree(base / "to");
  EXPECT_FALSE(fs::exists(base / "to"));
  EXPECT_TRUE(fs::exists(base / "from/usr/bin/mawk"));
  system::remove_tree(base / "to");
}

TEST(Removal, KnowsWhatIsMountedInATree) {
  const std::vector<MountPoint> mounts{{"a", "/x/env.new", "", "", "/"},
                                       {"b", "/x/env/dev", "", "", "/"},
                                       {"c", "/x/environment", "", "", "/"}};
  EXPECT_EQ(system::mounted_below("/x/env", mounts), std::vector<std::string>{"/x/env/dev"});
  EXPECT_EQ(system::mounted_below("/x/env.new", mounts), std::vector<std::string>{"/x/env.new"});
}

}  // namespace
}  // namespace recover::tests
