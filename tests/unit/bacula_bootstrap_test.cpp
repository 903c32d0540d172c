#include "recover/bacula/bootstrap.hpp"

#include <gtest/gtest.h>

#include "recover/error.hpp"

namespace recover::bacula {
namespace {

constexpr const char* by_director = R"(Storage="File1"
Volume="Vol-0001"
MediaType="File"
Device="FS"
VolSessionId=1
VolSessionTime=1795298309
VolAddr=207-2967758
FileIndex=1-62
FileIndex=64-152
Count=151
Storage="File1"
Volume="Vol-0002"
MediaType="File"
Device="FS"
VolSessionId=1
VolSessionTime=1795298309
VolAddr=207-2967758
FileIndex=152-282
FileIndex=284-294
Count=142
Storage="File1"
Volume="Vol-0002"
MediaType="File"
Device="FS"
VolSessionId=2
VolSessionTime=1795298309
VolAddr=2967759-2968674
FileIndex=1-2
Count=2
)";

std::string problem_of(const std::string& text) {
  try {
    parse_bootstrap(text, "x.bsr");
  } catch (const UsageError& error) {
    return error.problem();
  }
  return {};
}

TEST(Bootstrap, ReadsWhatTheDirectorWrites) {
  const auto bootstrap = parse_bootstrap(by_director, "x.bsr");
  ASSERT_EQ(bootstrap.ranges.size(), 3U);
  const auto& range = bootstrap.ranges[0];
  EXPECT_EQ(range.storage, "File1");
  EXPECT_EQ(range.volume, "Vol-0001");
  EXPECT_EQ(range.media_type, "File");
  EXPECT_EQ(range.device, "FS");
  EXPECT_EQ(range.session_id, 1U);
  EXPECT_EQ(range.session_time, 1795298309U);
  EXPECT_EQ(range.addresses, (std::vector<Interval>{{207, 2967758}}));
  EXPECT_EQ(range.file_indexes, (std::vector<Interval>{{1, 62}, {64, 152}}));
  EXPECT_EQ(range.count, 151U);
  EXPECT_EQ(bootstrap.volumes(), (std::vector<std::string>{"Vol-0001", "Vol-0002"}));
}

TEST(Bootstrap, CountsAFileOnTwoVolumesOnce) {
  EXPECT_EQ(parse_bootstrap(by_director, "x.bsr").files(), 151U + 142U - 1U + 2U);
}

TEST(Bootstrap, ReadsWhatAJobWrites) {
  const auto bootstrap = parse_bootstrap(R"(# 21-Nov-2026 21:58:34 - B1.2026-11-21_21.58.31_03 - Full
Volume="Vol-0001"
MediaType="File"
VolSessionId=1
VolSessionTime=1795298309
VolAddr=207-2967758
FileIndex=1-152
Volume="Vol-0002"
MediaType="File"
VolSessionId=1
VolSessionTime=1795298309
VolFile=0-1
VolBlock=207-300
FileIndex=152-294
)",
                                         "x.bsr");
  ASSERT_EQ(bootstrap.ranges.size(), 2U);
  EXPECT_EQ(bootstrap.ranges[0].storage, "");
  EXPECT_EQ(bootstrap.ranges[1].addresses, (std::vector<Interval>{{207, (std::uint64_t{1} << 32) | 300}}));
  EXPECT_EQ(bootstrap.files(), 294U);
}

TEST(Bootstrap, SurvivesBeingWritten) {
  const auto bootstrap = parse_bootstrap(by_director, "x.bsr");
  EXPECT_EQ(to_text(bootstrap), by_director);
}

TEST(Bootstrap, NamesLineAndWord) {
  EXPECT_NE(problem_of("Volume=\"V\"\nVolSessionId=abc\n").find("x.bsr, line 2: \"abc\""), std::string::npos);
  EXPECT_NE(problem_of("Volume=\"V\"\nFileIndex=5-2\n").find("line 2"), std::string::npos);
  EXPECT_NE(problem_of("Volume=\"V\"\nFileRegex=\"x\"\n").find("fileregex"), std::string::npos);
  EXPECT_NE(problem_of("Volume=\"V\nVolSessionId=1\n").find("line 1"), std::string::npos);
  EXPECT_NE(problem_of("rubbish\n").find("line 1"), std::string::npos);
}

TEST(Bootstrap, RefusesWhatCannotBe) {
  EXPECT_NE(problem_of(""), "");
  EXPECT_NE(problem_of("# only a comment\n"), "");
  EXPECT_NE(problem_of("VolSessionId=1\n"), "");
  EXPECT_NE(problem_of("Volume=\"../../etc/shadow\"\n"), "");
  EXPECT_NE(problem_of("Volume=\"V\"\nVolSessionId=99999999999999999999999\n"), "");
}

TEST(Merged, JoinsWhatTouches) {
  EXPECT_EQ(merged({{5, 6}, {1, 2}, {3, 4}, {9, 9}, {5, 7}}), (std::vector<Interval>{{1, 7}, {9, 9}}));
  EXPECT_EQ(merged({{0, UINT64_MAX}, {3, 4}}), (std::vector<Interval>{{0, UINT64_MAX}}));
  EXPECT_EQ(merged({}), std::vector<Interval>{});
}

}  // namespace
}  // namespace recover::bacula
