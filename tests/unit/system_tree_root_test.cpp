#include "recover/system/tree_root.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "recover/error.hpp"

namespace recover::system::tests {
namespace {

namespace fs = std::filesystem;

// BASE/root is the tree, BASE/outside is what no link in it may reach.
class TreeRootTest : public testing::Test {
 protected:
  void SetUp() override {
    base = fs::temp_directory_path() / ("recover-tree-root-" + std::to_string(::getpid()));
    fs::remove_all(base);
    fs::create_directories(base / "root/var");
    fs::create_directories(base / "outside");
  }
  void TearDown() override { fs::remove_all(base); }

  TreeRoot root() const { return TreeRoot((base / "root").string()); }
  static mode_t mode(const fs::path& path) {
    struct stat info {};
    EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
    return info.st_mode & 07777;
  }
  // As many steps up as any test's folder is deep, and a few more.
  std::string outwards() const { return "../../../../../../../../../.." + (base / "outside").string(); }

  fs::path base;
};

TEST_F(TreeRootTest, MakesWhatIsMissingWithTheModeWhateverTheUmask) {
  const auto before = ::umask(077);
  root().make_directories("/a/b", 01777);
  ::umask(before);
  EXPECT_EQ(mode(base / "root/a"), 0755);
  EXPECT_EQ(mode(base / "root/a/b"), 01777);
}

TEST_F(TreeRootTest, GivesTheModeToOneThatIsThere) {
  root().make_directories("/var", 0700);
  EXPECT_EQ(mode(base / "root/var"), 0700);
}

TEST_F(TreeRootTest, LeavesTheModeWhenNoneIsGiven) {
  fs::permissions(base / "root/var", fs::perms(0711));
  root().make_directories("/var", std::nullopt);
  EXPECT_EQ(mode(base / "root/var"), 0711);
}

TEST_F(TreeRootTest, FollowsAnAbsoluteLinkInsideTheTree) {
  fs::create_directory(base / "root/var/tmp");
  fs::create_symlink("/var/tmp", base / "root/tmp");
  root().make_directories("/tmp/new", 0700);
  EXPECT_TRUE(fs::is_directory(base / "root/var/tmp/new"));
}

TEST_F(TreeRootTest, NoLinkLeadsOut) {
  const auto before = mode(base / "outside");
  for (const auto& target : {(base / "outside").string(), outwards()}) {
    fs::remove(base / "root/link");
    fs::create_symlink(target, base / "root/link");
    EXPECT_THROW(root().make_directories("/link/x", 0700), Failed) << target;
    EXPECT_THROW(root().real_path("/link"), Failed) << target;
    EXPECT_FALSE(root().has("/link"));
  }
  EXPECT_TRUE(fs::is_empty(base / "outside"));
  EXPECT_EQ(mode(base / "outside"), before);
}

TEST_F(TreeRootTest, OpensWithoutLinksWhatIsNoneItself) {
  fs::create_directory(base / "root/var/tmp");
  fs::create_symlink("var", base / "root/v");
  EXPECT_TRUE(root().open_without_links("/var/tmp", O_PATH));
  EXPECT_FALSE(root().open_without_links("/v/tmp", O_PATH));
  EXPECT_EQ(errno, ELOOP);
  EXPECT_FALSE(root().open_without_links("/v", O_RDONLY));
  EXPECT_TRUE(root().open_without_links("/v", O_PATH));  // the link itself
}

TEST_F(TreeRootTest, TellsWhereADirectoryReallyIs) {
  fs::create_symlink("var", base / "root/v");
  EXPECT_EQ(root().real_path("/v"), fs::canonical(base / "root/var").string());
}

}  // namespace
}  // namespace recover::system::tests
