#include "recover/journal.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

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

TEST_F(JournalTest, TakesTwoWritersAtOnce) {
  const auto write = [&](const char* who) {
    for (int i = 0; i < 50; ++i) Journal::append(directory).write(Event(who));
  };
  std::thread other(write, "other");
  write("one");
  other.join();
  EXPECT_EQ(read_journal(path()).events.size(), 103U);
}

// What its copy in memory is for.
class JournalCopyTest : public JournalTest {
 protected:
  void TearDown() override {
    std::filesystem::remove_all(copy);
    JournalTest::TearDown();
  }
  std::string copied() const { return system::read_file(journal_path(copy)); }

  std::string copy = directory + "-copy";
};

TEST_F(JournalCopyTest, IsTheSameLineByLine) {
  auto journal = Journal::append(directory);
  journal.copy_to(copy);
  journal.write(Event("step-done").with("step", "s3"));
  EXPECT_EQ(read_journal(path()).events.size(), 4U);
  EXPECT_EQ(copied(), text());
  EXPECT_EQ(catch_up(directory, copy), 0U);
}

TEST_F(JournalCopyTest, GivesBackWhatTheJournalLacks) {
  {
    auto journal = Journal::append(directory);
    journal.copy_to(copy);
    journal.write(Event("step-done").with("step", "s3"));
    journal.write(Event("step-done").with("step", "s4"));
  }
  const auto whole = text();
  const auto line = whole.rfind('\n', whole.size() - 2) + 1;
  for (const auto size : {line, line + 9}) {  // the last line gone, and torn
    put(whole.substr(0, size));
    EXPECT_EQ(catch_up(directory, copy), 1U);
    EXPECT_EQ(text(), whole);
  }
}

TEST_F(JournalCopyTest, OfAnotherRunAddsNothing) {
  auto other = Journal::create(copy);
  for (int i = 0; i < 9; ++i) other.write(Event("step-done").with("step", "of another"));
  const auto before = text();
  EXPECT_EQ(catch_up(directory, copy), 0U);
  EXPECT_EQ(text(), before);
}

TEST_F(JournalCopyTest, ThatWasEditedAddsNothing) {
  {
    auto journal = Journal::append(directory);
    journal.copy_to(copy);
    journal.write(Event("step-begun").with("step", "s3"));
  }
  auto edited = copied();
  edited.replace(edited.find("step-begun"), 10, "step-done ");
  std::ofstream(journal_path(copy), std::ios::binary) << edited;
  std::filesystem::resize_file(path(), text().rfind("{"));
  EXPECT_EQ(catch_up(directory, copy), 0U);
}

TEST_F(JournalCopyTest, HasWhatTheVolumeCannotTake) {
  auto journal = Journal::append(directory);
  journal.copy_to(copy);
  // Beyond this size no write succeeds: as on a full disk, but with a signal, which is ignored here.
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto size = std::filesystem::file_size(path());
  std::signal(SIGXFSZ, SIG_IGN);
  std::filesystem::resize_file(journal_path(copy), 0);  // the copy has room
  auto limit = before;
  limit.rlim_cur = size + 20;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  EXPECT_THROW(journal.write(Event("step-done").with("step", "s3")), Error);
  EXPECT_THROW(journal.write(Event("run-ended").with("why", "w")), Error);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, SIG_DFL);
  EXPECT_EQ(std::filesystem::file_size(path()), size);  // no half line
  EXPECT_NE(copied().find("s3"), std::string::npos);
  EXPECT_NE(copied().find("run-ended"), std::string::npos);
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
