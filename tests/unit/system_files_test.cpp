#include "recover/system/files.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>

#include "recover/error.hpp"
#include "recover/system/mount.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::system {
namespace {

using tests::TemporaryDirectory;
namespace fs = std::filesystem;

mode_t mode_of(const std::string& path) {
  struct stat info = {};
  return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
}

std::string problem_of(const std::function<void()>& what) {
  try {
    what();
  } catch (const Error& error) {
    EXPECT_FALSE(error.remedy().empty());
    return error.problem();
  }
  return "nothing was thrown";
}

std::size_t count_in(const std::string& directory) {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

TEST(Files, AreTheirOwnersBeforeTheyHaveTheirName) {
  const TemporaryDirectory directory;
  const Owner owner = ::geteuid() == 0 ? Owner{1234, 4321} : Owner{::getuid(), ::getgid()};
  write_file(directory / "written", "text", 04750, owner);
  copy_file(directory / "written", directory / "copied", 04750, owner);
  for (const auto* name : {"written", "copied"}) {
    struct stat status {};
    ASSERT_EQ(::stat((directory / name).c_str(), &status), 0);
    EXPECT_EQ(std::pair(status.st_uid, status.st_gid), std::pair(owner.uid, owner.gid)) << name;
    EXPECT_EQ(status.st_mode & 07777, 04750U)
        << name << ": chown(2) takes set-user-ID away, so it comes first";
  }
}

TEST(WriteOut, SaysWhatCouldNotBeWritten) {
  const TemporaryDirectory directory;
  EXPECT_NO_THROW(write_out(directory.path()));
  EXPECT_NO_THROW(write_out("/proc"));
  const auto gone = directory.path() + "/gone";
  EXPECT_EQ(problem_of([&] { write_out(gone); }),
            "Could not write to its disk what is in " + gone + ": No such file or directory");
}

TEST(Descriptor, OwnsAndMoves) {
  Descriptor first(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const int fd = first.get();
  Descriptor second(std::move(first));
  EXPECT_FALSE(first);
  EXPECT_EQ(second.get(), fd);
  Descriptor third;
  third = std::move(second);
  EXPECT_EQ(third.get(), fd);
  third.close();
  EXPECT_FALSE(third);
  EXPECT_EQ(::fcntl(fd, F_GETFD), -1);
}

TEST(WriteFile, IsExactWhateverTheUmask) {
  const TemporaryDirectory dir;
  const auto before = ::umask(077);
  write_file(dir / "f", std::string("a\0b\n", 4), 0644);
  ::umask(before);
  EXPECT_EQ(read_file(dir / "f"), std::string("a\0b\n", 4));
  EXPECT_EQ(mode_of(dir / "f"), 0644U);
  write_file(dir / "f", "", 0600);
  EXPECT_EQ(read_file(dir / "f"), "");
  EXPECT_EQ(mode_of(dir / "f"), 0600U);
  EXPECT_EQ(count_in(dir.path()), 1U);
}

TEST(WriteFile, ReplacesALinkAndDoesNotFollowIt) {
  const TemporaryDirectory dir;
  dir.put("precious", "old");
  fs::create_symlink("precious", dir / "link");
  write_file(dir / "link", "new", 0644);
  EXPECT_EQ(read_file(dir / "precious"), "old");
  EXPECT_FALSE(fs::is_symlink(dir / "link"));
}

TEST(WriteFile, TakesAwayWhatAPowerCutLeft) {
  const TemporaryDirectory dir;
  dir.put("precious", "old");
  fs::create_symlink("precious", dir / ".f.recover-new");
  write_file(dir / "f", "new", 0644);
  EXPECT_EQ(read_file(dir / "precious"), "old");
  EXPECT_EQ(read_file(dir / "f"), "new");
  EXPECT_FALSE(exists(dir / ".f.recover-new"));
}

TEST(WriteFile, SaysWhyNot) {
  const TemporaryDirectory dir;
  EXPECT_EQ(problem_of([&] { write_file(dir / "no/f", "x", 0644); }),
            "Could not write " + (dir / "no/f") + ": No such file or directory");
  fs::create_directories(dir / "d/inside");
  EXPECT_EQ(problem_of([&] { write_file(dir / "d", "x", 0644); }),
            "Could not write " + (dir / "d") + ": Is a directory");
  EXPECT_EQ(count_in(dir.path()), 1U) << "nothing is left beside";
}

TEST(ReadFile, ReadsMoreThanOnePiece) {
  const TemporaryDirectory dir;
  const std::string content(200'001, 'x');
  write_file(dir / "f", content, 0644);
  EXPECT_EQ(read_file(dir / "f"), content);
  EXPECT_EQ(read_file_or(dir / "f", ""), content);
}

TEST(ReadFile, SaysWhyNot) {
  EXPECT_EQ(problem_of([] { read_file("/nonexistent/f"); }),
            "Could not read /nonexistent/f: No such file or directory");
  EXPECT_EQ(problem_of([] { read_file("/"); }), "Could not read /: Is a directory");
}

TEST(ReadFileOr, NeverThrowsAndNeverWaits) {
  const TemporaryDirectory dir;
  EXPECT_EQ(read_file_or("/nonexistent/f", "other"), "other");
  EXPECT_EQ(read_file_or("/", "other"), "other");
  ASSERT_EQ(::mkfifo((dir / "fifo").c_str(), 0600), 0);
  EXPECT_EQ(read_file_or(dir / "fifo", "other"), "");
  EXPECT_GE(read_file_or("/dev/zero", "").size(), 65536U);
}

TEST(CopyFile, CopiesAndSetsTheMode) {
  const TemporaryDirectory dir;
  const std::string content(300'000, 'y');
  dir.put("from", content);
  copy_file(dir / "from", dir / "to", 0400);
  EXPECT_EQ(read_file(dir / "to"), content);
  EXPECT_EQ(mode_of(dir / "to"), 0400U);
  EXPECT_EQ(problem_of([&] { copy_file(dir / "nope", dir / "to", 0400); }),
            "Could not read " + (dir / "nope") + ": No such file or directory");
  EXPECT_EQ(problem_of([&] { copy_file(dir.path(), dir / "to", 0400); }),
            "Could not read " + dir.path() + ": Is a directory");
  EXPECT_EQ(read_file(dir / "to"), content);
  EXPECT_EQ(count_in(dir.path()), 2U);
}

TEST(MakeDirectories, ModeIsOfTheLastAndWhatIsThereStays) {
  const TemporaryDirectory dir;
  const auto before = ::umask(0);
  make_directories(dir / "a//b/c/", 0700);
  ::umask(before);
  EXPECT_EQ(mode_of(dir / "a"), 0755U);
  EXPECT_EQ(mode_of(dir / "a/b/c"), 0700U);
  make_directories(dir / "a", 0700);
  EXPECT_EQ(mode_of(dir / "a"), 0755U);
  make_directories("/", 0700);
}

TEST(MakeDirectories, SaysWhatIsInTheWay) {
  const TemporaryDirectory dir;
  dir.put("f", "");
  EXPECT_EQ(problem_of([&] { make_directories(dir / "f/x", 0755); }),
            "Could not make the directory " + (dir / "f") + ": Not a directory");
}

TEST(FindProgram, LooksInsideTheOtherRoot) {
  const TemporaryDirectory dir;
  fs::permissions(dir.put("usr/sbin/one", ""), fs::perms::all);
  dir.put("usr/sbin/two", "not executable");
  // As a chroot sees it: an absolute link, which leads to nothing from outside.
  fs::permissions(dir.put("opt/real/three", ""), fs::perms::all);
  fs::create_directories(dir / "usr/bin");
  fs::create_symlink("/opt/real/three", dir / "usr/bin/three");
  fs::create_symlink("/bin/sh", dir / "usr/bin/four");
  EXPECT_EQ(find_program("one", dir.path()), "/usr/sbin/one");
  EXPECT_EQ(find_program("two", dir.path()), "");
  EXPECT_EQ(find_program("three", dir.path()), "/usr/bin/three");
  EXPECT_EQ(find_program("four", dir.path()), "") << "the host's shell is not in that root";
  EXPECT_EQ(find_program("/usr/sbin/one", dir.path()), "/usr/sbin/one");
  EXPECT_EQ(find_program("", dir.path()), "");
  EXPECT_EQ(find_program("one", dir / "nope"), "");
}

TEST(FindProgram, KnowsTheSbinDirectoriesAndNoRelativeOnes) {
  const TemporaryDirectory dir;
  const std::string before = ::getenv("PATH");
  ::setenv("PATH", (".::bin:" + dir.path() + ":/usr/bin").c_str(), 1);
  fs::permissions(dir.put("recover-test-tool", ""), fs::perms::all);
  const auto directories = program_directories();
  EXPECT_EQ(find_program("recover-test-tool"), dir / "recover-test-tool");
  EXPECT_EQ(find_program("sh"), "/usr/bin/sh");
  ::setenv("PATH", before.c_str(), 1);
  ASSERT_GE(directories.size(), 2U);
  EXPECT_EQ(directories[0], dir.path());
  EXPECT_EQ(directories[1], "/usr/bin");
  EXPECT_EQ(std::count(directories.begin(), directories.end(), "/usr/bin"), 1);
  EXPECT_EQ(std::count(directories.begin(), directories.end(), "/usr/sbin"), 1);
}

}  // namespace
}  // namespace recover::system
