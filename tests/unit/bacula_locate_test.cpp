#include "recover/bacula/locate.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "system_temporary.hpp"

namespace recover::bacula {
namespace {

std::string number(std::uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
  return bytes;
}

// A record of 1000 bytes of data.
std::string record(std::int32_t index) {
  return number(static_cast<std::uint32_t>(index)) + number(2) + number(1000) + std::string(1000, 'x');
}

std::string block(std::uint32_t session, const std::string& records) {
  const std::string rest = number(static_cast<std::uint32_t>(24 + records.size())) + number(1) + "BB02" +
                           number(session) + number(77) + records;
  const auto crc = ::crc32(0, reinterpret_cast<const Bytef*>(rest.data()), static_cast<uInt>(rest.size()));
  return number(static_cast<std::uint32_t>(crc)) + rest;
}

constexpr std::uint64_t one = 24 + 12 + 1000;  // bytes of a block with one record

Bootstrap bootstrap_of(std::initializer_list<std::uint32_t> sessions) {
  Bootstrap bootstrap;
  for (const auto session : sessions) {
    BootstrapRange range;
    range.storage = "File1";
    range.volume = "V";
    range.media_type = "File";
    range.session_id = session;
    range.session_time = 77;
    range.addresses = {{0, 1 << 30}};
    range.file_indexes = {{1, 1000}};
    range.count = 1000;
    bootstrap.ranges.push_back(range);
  }
  return bootstrap;
}

TEST(Locate, NamesOnlyTheBlocksThatTheFilesStandIn) {
  tests::TemporaryDirectory directory;
  directory.put("V", block(1, record(1)) + block(1, record(2)) + block(1, record(3)) + block(1, record(4)));
  const auto located = locate_files(directory.path(), bootstrap_of({1}), {{77, 1, 2}, {77, 1, 3}});
  ASSERT_EQ(located.ranges.size(), 1U);
  const auto& range = located.ranges.front();
  EXPECT_EQ(range.addresses, (std::vector<Interval>{{one, 3 * one - 1}}));
  EXPECT_EQ(range.file_indexes, (std::vector<Interval>{{2, 3}}));
  EXPECT_EQ(range.count, 0U);
  EXPECT_EQ(range.storage, "File1");
  EXPECT_EQ(range.media_type, "File");
}

TEST(Locate, NoRangeGoesOverADamagedBlock) {
  tests::TemporaryDirectory directory;
  auto volume = block(1, record(1)) + block(1, record(2)) + block(1, record(3));
  volume[one + 100] ^= 1;
  directory.put("V", volume);
  const auto located = locate_files(directory.path(), bootstrap_of({1}), {{77, 1, 1}, {77, 1, 3}});
  ASSERT_EQ(located.ranges.size(), 2U);
  EXPECT_EQ(located.ranges[0].addresses, (std::vector<Interval>{{0, one - 1}}));
  EXPECT_EQ(located.ranges[0].file_indexes, (std::vector<Interval>{{1, 1}}));
  EXPECT_EQ(located.ranges[1].addresses, (std::vector<Interval>{{2 * one, 3 * one - 1}}));
  EXPECT_EQ(located.ranges[1].file_indexes, (std::vector<Interval>{{3, 3}}));
}

TEST(Locate, TakesBlocksOfTwoSessionsApart) {
  tests::TemporaryDirectory directory;
  directory.put("V", block(1, record(1)) + block(2, record(1)) + block(1, record(1) + record(2)));
  const auto located = locate_files(directory.path(), bootstrap_of({1, 2}), {{77, 1, 1}, {77, 2, 1}});
  ASSERT_EQ(located.ranges.size(), 2U);
  EXPECT_EQ(located.ranges[0].session_id, 1U);
  EXPECT_EQ(located.ranges[0].addresses, (std::vector<Interval>{{0, 2 * one + one + 1012 - 1}}));
  EXPECT_EQ(located.ranges[1].session_id, 2U);
  EXPECT_EQ(located.ranges[1].addresses, (std::vector<Interval>{{one, 2 * one - 1}}));
}

TEST(Locate, BeginsAnewWhereMuchLiesBetween) {
  tests::TemporaryDirectory directory;
  std::string volume = block(1, record(1));
  for (int i = 0; i < 5000; ++i) volume += block(1, record(2));
  directory.put("V", volume + block(1, record(3)));
  const auto located = locate_files(directory.path(), bootstrap_of({1}), {{77, 1, 1}, {77, 1, 3}});
  EXPECT_EQ(located.ranges.size(), 2U);
}

TEST(Locate, FailsWhenAFileIsNotThere) {
  tests::TemporaryDirectory directory;
  directory.put("V", block(1, record(1)));
  EXPECT_THROW(locate_files(directory.path(), bootstrap_of({1}), {{77, 1, 2}}), Failed);
  EXPECT_THROW(locate_files(directory / "nowhere", bootstrap_of({1}), {{77, 1, 1}}), Failed);
}

}  // namespace
}  // namespace recover::bacula
