// What a person sees at 80x25: on a terminal, on a serial console, in a pipe.
#include "recover/reporter.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace recover::test {
namespace {

std::string shown(Screen screen, const std::vector<Event>& events) {
  testing::internal::CaptureStdout();
  const auto reporter = text_reporter(screen);
  for (const auto& event : events) reporter->observe(event);
  return testing::internal::GetCapturedStdout();
}

Event progress(const std::string& current) {
  return Event("progress")
      .with("files", Value(std::int64_t{12000}))
      .with("total-files", Value(std::int64_t{412873}))
      .with("bytes", Value(std::int64_t{5} << 30))
      .with("total-bytes", Value(std::int64_t{200} << 30))
      .with("current", current);
}

std::vector<Event> everything() {
  std::string sentence;
  for (int i = 0; i < 60; ++i) sentence += "words ";
  const std::vector<std::string> list{sentence, sentence};
  std::vector<Event> events;
  for (const auto* name : {"step-begun",
                           "step-kept",
                           "check",
                           "step-failed",
                           "fallback",
                           "director-proven",
                           "backup-damaged",
                           "backup-proven",
                           "backup-not-proven",
                           "restored",
                           "without-efi-variables",
                           "efi-entry-written",
                           "volumes-held",
                           "volumes-not-held",
                           "catalog-chosen",
                           "catalog-not-current",
                           "catalog-handed-over",
                           "catalog-not-handed-over",
                           "catalog-left",
                           "catalog-loaded",
                           "reminder-left",
                           "reminder-without-program",
                           "extracted",
                           "degraded",
                           "still-damaged",
                           "not-repaired",
                           "repaired",
                           "left",
                           "nothing-degraded",
                           "report-not-left",
                           "progress"}) {
    Event event(name);
    for (const auto* key :
         {"step", "summary", "evidence", "why", "instead", "director", "text", "label", "loader", "from",
          "to", "what", "current", "check", "answer", "newest", "kept", "way"})
      event.with(key, sentence);
    for (const auto* key : {"files", "problems", "names", "volumes", "tried", "cost", "unknown"})
      event.with(key, list);
    events.push_back(event);
  }
  return events;
}

TEST(Screen, HasNoLineOver79ColumnsAndNoColours) {
  for (const bool live : {true, false}) {
    std::istringstream lines(shown({live, 80}, everything()));
    for (std::string line; std::getline(lines, line);) {
      EXPECT_EQ(line.find('\x1b'), std::string::npos);
      EXPECT_LE(line.size(), 79U + (live ? 1 : 0)) << line;
    }
  }
}

TEST(Screen, NeverBreaksACommand) {
  const std::string command =
      "mount -t proc proc /mnt/storage/environment/" + std::string(100, 'x') + " -o a b c";
  const auto text =
      shown({true, 80}, {Event("action-begun").with("typed", std::vector<std::string>{command, command})});
  EXPECT_EQ(text, "   $ " + command + "\n     " + command + "\n");
}

TEST(Screen, RewritesOneLineOfProgressInPlaceOnATerminalAlone) {
  const auto live = shown({true, 80}, {progress("/a"), progress(std::string(300, 'y')), progress("/b")});
  EXPECT_EQ(live.find('\n'), std::string::npos);
  EXPECT_EQ(live.size(), 3 * 80U);  // each: a carriage return, and 79 columns that cover what was there
  EXPECT_NE(live.find("5.0 GiB of 200.0 GiB"), std::string::npos);
  const auto plain = shown({false, 80}, {progress("/a"), progress("/b")});
  EXPECT_EQ(plain.find('\r'), std::string::npos);
  EXPECT_EQ(plain, "   12000 of 412873 files, 5.0 GiB of 200.0 GiB  /a\n");
}

TEST(Screen, BeginsANewLineBehindProgress) {
  const auto text = shown({true, 80}, {progress("/a"), Event("nothing-degraded")});
  EXPECT_NE(text.find(" \n   ok nothing is degraded"), std::string::npos) << text;
}

TEST(OneLine, FillsExactlySoManyColumns) {
  EXPECT_EQ(one_line("abc", 5), "abc  ");
  EXPECT_EQ(one_line("abcdef", 5), "abcde");
  EXPECT_EQ(one_line("\xc3\xa4\xc3\xa4", 3), "\xc3\xa4\xc3\xa4 ");
  EXPECT_EQ(one_line("\xe6\x97\xa5\xe6\x9c\xac", 3), "\xe6\x97\xa5 ");  // the second would be cut in two
  EXPECT_EQ(one_line("", 2), "  ");
  EXPECT_EQ(one_line("\x80\x80\x80\x80\x80\x80", 1).size(), 4U);
}

TEST(Wrap, KeepsTheIndentAndWordsThatFitNowhere) {
  EXPECT_EQ(wrap("   ok one two three", 12, 2), "   ok one\n     two\n     three\n");
  EXPECT_EQ(wrap(std::string(30, 'x'), 10), std::string(30, 'x') + "\n");
  EXPECT_EQ(wrap("a\n\nb", 10), "a\n\nb\n");
}

}  // namespace
}  // namespace recover::test
