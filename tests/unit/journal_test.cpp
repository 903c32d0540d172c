#include "recover/journal.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "recover/error.hpp"
#include "recover/system/files.hpp"

namespace recover::test {
namespace {

class JournalTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(directory);
    auto journal = Journal::create(directory);
    for (int i = 0; i < 3; ++i) journal.write(Event("step-done").with("step", "s" + std::to_string(i)));
  }
  void TearDown() override { std::filesystem::remove_all(directory); }

  std::string path() const { return journal_path(directory); }
  std::string text() const { return system::read_file(path()); }
  void put(const std::string& changed) { std::ofstream(path(), std::ios::binary) << changed; }

  std::string directory =
      (std::filesystem::temp_directory_path() / ("recover-journal-" + std::to_string(::getpid()))).string();
};

TEST_F(JournalTest, ReadsBackWhatWasWritten) {
  const auto contents = read_journal(path());
  ASSERT_EQ(contents.events.size(), 3U);
  EXPECT_EQ(contents.events[2].text("step"), "s2");
  EXPECT_EQ(contents.events[2].number("seq"), 3);
  EXPECT_FALSE(contents.torn);
}

TEST_F(JournalTest, CutsATornLastLineAtEveryByteAndGoesOn) {
  const auto whole = text();
  const auto last = whole.rfind('\n', whole.size() - 2) + 1;
  for (auto size = last + 1; size < whole.size(); ++size) {
    put(whole.substr(0, size));
    const auto contents = read_journal(path());
    ASSERT_TRUE(contents.torn) << size;
    ASSERT_EQ(contents.events.size(), 2U) << size;
  }
  Journal::append(directory).write(Event("run-resumed"));
  const auto contents = read_journal(path());
  ASSERT_EQ(contents.events.size(), 3U);
  EXPECT_EQ(contents.events[2].name, "run-resumed");
}

TEST_F(JournalTest, TakesALastBlockOfZerosForATear) {
  put(text() + std::string(100, '\0'));
  EXPECT_TRUE(read_journal(path()).torn);
  EXPECT_EQ(read_journal(path()).events.size(), 3U);
}

TEST_F(JournalTest, RefusesAnEditAnywhereBeforeTheLastLine) {
  const auto whole = text();
  for (std::size_t at = 0; at < whole.rfind('\n', whole.size() - 2); at += 7) {
    auto changed = whole;
    changed[at] = changed[at] == 'x' ? 'y' : 'x';
    put(changed);
    EXPECT_THROW(read_journal(path()), UsageError) << at;
  }
}

TEST_F(JournalTest, RefusesALineThatWasTakenOut) {
  const auto whole = text();
  const auto first = whole.find('\n') + 1;
  put(whole.substr(first));
  EXPECT_THROW(read_journal(path()), UsageError);
}

TEST_F(JournalTest, SaysTheLastGoodState) {
  auto changed = text();
  changed[changed.find('\n') + 5] = '#';
  put(changed);
  try {
    read_journal(path());
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_NE(error.problem().find("line 2"), std::string::npos);
    EXPECT_NE(error.problem().find("step-done s0"), std::string::npos);
  }
}

TEST_F(JournalTest, KeepsAnOlderOneBeside) {
  Journal::create(directory).write(Event("run-begun"));
  EXPECT_EQ(read_journal(path()).events.size(), 1U);
  int kept = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    kept += entry.path().filename().string().starts_with("journal.") ? 1 : 0;
  EXPECT_EQ(kept, 1);
}

TEST(Event, SurvivesTheWayThroughJson) {
  const Event event = Event("x")
                          .with("flag", Value(true))
                          .with("number", Value(std::int64_t{-5}))
                          .with("text", "ä\n\"")
                          .with("list", Value(std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(event_from_json(to_json(event)), event);
}

TEST(Event, IsNothingWhenTheTextIsNoEvent) {
  for (const auto* text : {"", "{", "[]", "{}", "{\"event\":1}", "{\"event\":\"x\",\"y\":{}}",
                           "{\"event\":\"x\",\"y\":[1]}", "null"})
    EXPECT_FALSE(event_from_json(text)) << text;
}

}  // namespace
}  // namespace recover::test
