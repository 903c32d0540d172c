// recover freshen and the program on the storage volume.
#include <gtest/gtest.h>

#include "recover/freshen/program.hpp"
#include "recover/system/files.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::freshen {
namespace {

class ProgramOnStorage : public testing::Test {
 protected:
  ProgramOnStorage() {
    running.path = base.put("usr/recover", "the program");
    running.playbooks = {base.put("usr/playbooks/storage.toml", "its playbook")};
  }
  void run_a_bundle() {
    running.libraries = {base.put("usr/recover-lib/libone.so.1", "one"),
                         base.put("usr/recover-lib/libtwo.so.2", "two")};
  }
  std::string there(const std::string& name) const { return system::read_file_or(storage + "/" + name, ""); }
  ProgramWanted renew(const std::string& version = RECOVER_VERSION) const {
    auto wanted = renew_program(running, storage, version);
    copy_program(wanted);
    return wanted;
  }

  const recover::tests::TemporaryDirectory base;
  const std::string storage = base / "storage";
  Program running;
};

TEST_F(ProgramOnStorage, IsMadeWhereThereIsNone) {
  std::filesystem::create_directory(storage);
  const auto wanted = renew("");
  EXPECT_EQ(there("recover"), "the program");
  EXPECT_EQ(there("playbooks/storage.toml"), "its playbook");
  EXPECT_EQ(std::filesystem::status(storage + "/recover").permissions(), std::filesystem::perms(0755));
  EXPECT_EQ(wanted.piece.done.size(), 2U);
  ASSERT_EQ(wanted.piece.notes.size(), 1U);
  EXPECT_NE(wanted.piece.notes[0].find("no bundle"), std::string::npos);
  EXPECT_TRUE(renew().piece.done.empty()) << "once is enough";
}

TEST_F(ProgramOnStorage, IsLeftWhenItIsTheRunningOne) {
  running = {base.put("storage/recover", "x"), {base.put("storage/playbooks/tree.toml", "y")}, {}};
  const auto wanted = renew();
  EXPECT_TRUE(wanted.copies.empty());
  EXPECT_TRUE(wanted.piece.done.empty());
  EXPECT_TRUE(wanted.piece.notes.empty());
}

TEST_F(ProgramOnStorage, OfOtherBytesIsReplacedAndAPlaybookThatWasThereIsKept) {
  base.put("storage/recover", "an older one");
  base.put("storage/playbooks/storage.toml", "edited");
  base.put("storage/playbooks/mine.toml", "mine");
  renew("0.0.9");
  EXPECT_EQ(there("recover"), "the program");
  EXPECT_EQ(there("playbooks/storage.toml"), "its playbook");
  EXPECT_EQ(there("playbooks/storage.toml.old"), "edited");
  EXPECT_EQ(there("playbooks/mine.toml"), "mine");
}

TEST_F(ProgramOnStorage, EachPlaybookThatWasThereIsKeptAndNoneTwice) {
  base.put("storage/playbooks/storage.toml", "edited");
  renew("0.0.9");
  base.put("storage/playbooks/storage.toml", "of a version between");
  renew("0.0.9");
  EXPECT_EQ(there("playbooks/storage.toml.old"), "edited");
  EXPECT_EQ(there("playbooks/storage.toml.old.2"), "of a version between");
  base.put("storage/playbooks/storage.toml", "edited");
  renew("0.0.9");
  EXPECT_FALSE(system::exists(base / "storage/playbooks/storage.toml.old.3"));
}

TEST_F(ProgramOnStorage, ABundleTakesItsLibrariesAlong) {
  run_a_bundle();
  base.put("storage/recover", "an older one");
  base.put("storage/recover-lib/libone.so.1", "one of before");
  base.put("storage/recover-lib/libthree.so.3", "three");
  const auto wanted = renew("0.0.9");
  EXPECT_EQ(there("recover-lib/libone.so.1"), "one");
  EXPECT_EQ(there("recover-lib/libtwo.so.2"), "two");
  EXPECT_FALSE(system::exists(storage + "/recover-lib/libthree.so.3"));
  // What it needs is there before the program is.
  ASSERT_EQ(wanted.copies.size(), 4U);
  EXPECT_EQ(wanted.copies[2].to, storage + "/recover");
  EXPECT_TRUE(renew().piece.done.empty());
}

// It would not find its libraries in a rescue system.
TEST_F(ProgramOnStorage, ABundleIsNotReplacedByAProgramThatIsNone) {
  base.put("storage/recover", "a bundle's");
  base.put("storage/recover-lib/libone.so.1", "one");
  EXPECT_TRUE(renew().piece.missing.empty()) << "of this version it will do";
  EXPECT_EQ(there("playbooks/storage.toml"), "its playbook");
  for (const auto* version : {"0.0.9", ""}) {
    const auto wanted = renew(version);
    ASSERT_EQ(wanted.piece.missing.size(), 1U) << version;
    EXPECT_NE(wanted.piece.missing[0].remedy.find("install.md"), std::string::npos);
  }
  EXPECT_EQ(there("recover"), "a bundle's");
}

TEST_F(ProgramOnStorage, ThatIsNewerIsNotReplaced) {
  base.put("storage/recover", "a newer one");
  const auto wanted = renew("99.0.0");
  ASSERT_EQ(wanted.piece.missing.size(), 1U);
  EXPECT_NE(wanted.piece.missing[0].remedy.find(storage + "/recover freshen"), std::string::npos);
  EXPECT_EQ(there("recover"), "a newer one");
  EXPECT_EQ(there("playbooks/storage.toml"), "") << "a newer program has newer playbooks";
}

TEST(Version, IsReadAndCompared) {
  EXPECT_EQ(version_of("recover 0.1.0\n  glibc 2.36\n"), "0.1.0");
  EXPECT_EQ(version_of("sh: not found\n"), "");
  EXPECT_TRUE(is_newer("0.10.0", "0.9.1"));
  EXPECT_TRUE(is_newer("1", "0.9"));
  EXPECT_FALSE(is_newer("0.9.1", "0.9.1"));
  EXPECT_FALSE(is_newer("", "0.1.0"));
}

}  // namespace
}  // namespace recover::freshen
