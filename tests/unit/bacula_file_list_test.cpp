#include "recover/bacula/file_list.hpp"

#include <gtest/gtest.h>

#include "recover/bacula/lstat.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "system_temporary.hpp"

namespace recover::bacula {
namespace {

TEST(Lstat, ReadsTheFields) {
  // Of a hard link to FileIndex 2: st_dev fe00, mode 100644.
  const auto stat = parse_lstat("P4A q0jn IGk C A A A Bk BAA I BrAheB BrAheB BrAheB C A C");
  EXPECT_EQ(stat.dev, 0xFE00U);
  EXPECT_EQ(stat.mode, 0100644U);
  EXPECT_EQ(stat.nlink, 2U);
  EXPECT_EQ(stat.size, 100U);
  EXPECT_EQ(stat.blocks, 8U);
  EXPECT_EQ(stat.mtime, 1795299201);
  EXPECT_EQ(stat.link_index, 2);
}

TEST(Lstat, ReadsNegativeTimes) {
  EXPECT_EQ(parse_lstat("A A IGk B A A A A A A A -B A A A").mtime, -1);
}

TEST(Lstat, RefusesRubbish) {
  for (const char* text :
       {"", "A B C", "A A A A A A A A A A A A ?", "AAAAAAAAAAAAAAA A A A A A A A A A A A A A",
        "//////////// A A A A A A A A A A A A A", "- A A A A A A A A A A A A A"}) {
    EXPECT_THROW(parse_lstat(text), Failed) << text;
  }
}

class FileList : public testing::Test {
 protected:
  std::vector<ListedFile> read(const std::string& path) {
    std::vector<ListedFile> files;
    read_file_list(path, [&](const ListedFile& file) { files.push_back(file); });
    return files;
  }
  tests::TemporaryDirectory directory;
};

TEST_F(FileList, GivesAnyNameBack) {
  const std::string path = directory / "list";
  const std::vector<std::string> names = {"/plain",    "/a b", "/new\nline", "/back\\slash",
                                          "/\xFF\xFE", "/ ",   "/\xC3\xBC"};
  FileListWriter writer(path);
  for (const auto& name : names) writer.add({name, "P4A q0jn /A"});
  writer.add({"/unknown", ""});
  EXPECT_FALSE(system::exists(path));
  writer.finish();
  const auto files = read(path);
  ASSERT_EQ(files.size(), names.size() + 1);
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(files[i].name, names[i]);
    EXPECT_EQ(files[i].lstat, "P4A q0jn /A");
  }
  EXPECT_EQ(files.back().name, "/unknown");
  EXPECT_EQ(files.back().lstat, "");
}

TEST_F(FileList, LeavesNothingWhenNotFinished) {
  const std::string path = directory / "list";
  { FileListWriter(path).add({"/a", "x"}); }
  EXPECT_FALSE(system::exists(path));
  EXPECT_FALSE(system::exists(path + ".new"));
}

TEST_F(FileList, RefusesADamagedList) {
  for (const char* text :
       {"no-blank\n", "A /cut", "A /x\\9\n", "A /x\\01\n", "A /x\\777\n", "A \n", "A /t\tb\n"}) {
    EXPECT_THROW(read(directory.put("list", text)), Failed) << text;
  }
  EXPECT_THROW(read(directory / "missing"), Failed);
}

}  // namespace
}  // namespace recover::bacula
