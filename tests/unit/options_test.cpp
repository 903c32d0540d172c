#include "recover/options.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "recover/error.hpp"

namespace recover::test {
namespace {

Options parse(std::vector<const char*> words) {
  words.insert(words.begin(), "recover");
  return parse_options(static_cast<int>(words.size()), words.data());
}

std::string refusal(const std::vector<const char*>& words) {
  try {
    parse(words);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "was not refused";
}

void expect_refused(const std::vector<const char*>& words, const std::string& part) {
  const auto said = refusal(words);
  EXPECT_NE(said.find(part), std::string::npos) << said;
}

TEST(Options, OfARun) {
  const auto options =
      parse({"--playbook", "storage", "--confirm", "A", "--confirm", "B", "--as-of", "2026-11-20 04:00:00"});
  EXPECT_EQ(options.command, "run");
  EXPECT_EQ(options.playbook, "storage");
  EXPECT_EQ(options.confirm, (std::vector<std::string>{"A", "B"}));
  EXPECT_EQ(parse({"--playbook", "tree", "--replace", "A=B", "--replace", "C=D"}).replace,
            (std::vector<std::string>{"A=B", "C=D"}));
  EXPECT_EQ(options.as_of, "2026-11-20 04:00:00");
}

TEST(Options, OfTheOtherCommands) {
  EXPECT_EQ(parse({"status"}).command, "status");
  EXPECT_EQ(parse({"check", "a", "b"}).names.size(), 2U);
  EXPECT_EQ(parse({"--help"}).command, "help");
  EXPECT_EQ(parse({"--version"}).command, "version");
  EXPECT_TRUE(parse({"log", "--json"}).json);
  EXPECT_TRUE(parse({"freshen", "--dry-run"}).dry_run);
}

TEST(Options, OffersTheNearestWord) {
  expect_refused({"--playbok", "storage"}, "--playbook");
  expect_refused({"statsu"}, "\"status\"");
}

TEST(Options, RefusesWhatMakesNoSense) {
  expect_refused({}, "Nothing to do");
  expect_refused({"--playbook"}, "playbook");
  expect_refused({"--playbook", ""}, "name or a file");
  expect_refused({"--playbook", "storage", "extra"}, "extra");
  expect_refused({"status", "extra"}, "extra");
  expect_refused({"status", "--resume"}, "--playbook");
  expect_refused({"check", "--replace", "A=B"}, "--playbook");
  expect_refused({"--playbook", "storage", "--resume", "--restart"}, "exclude");
  expect_refused({"verify-backup", "--state", "/x"}, "/var/lib/recover");
  expect_refused({"quarantine", "--state", "/x"}, "/var/lib/recover");
  expect_refused({"freshen", "--state", "/x"}, "/var/lib/recover");
  expect_refused({"verify-backup", "--dry-run"}, "--playbook or freshen");
  expect_refused({"\x1b[2J"}, "\\033");
}

TEST(Options, AreExplainedWithin80Columns) {
  std::istringstream lines(help_text());
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

TEST(Options, OfAReport) {
  const auto options = parse({"log", "--report", "-o", "/tmp/x"});
  EXPECT_TRUE(options.report);
  EXPECT_EQ(options.output, "/tmp/x");
  EXPECT_FALSE(parse({"log"}).report);
  expect_refused({"log", "-o", "/tmp/x"}, "--report");
  expect_refused({"status", "--report"}, "log");
  expect_refused({"--playbook", "storage", "--report"}, "log");
}

TEST(Options, KnowTwoDepthsOfAProof) {
  EXPECT_EQ(parse({"--playbook", "storage"}).prove, "");
  EXPECT_EQ(parse({"--playbook", "storage", "--prove", "full"}).prove, "full");
  EXPECT_EQ(parse({"--playbook", "storage", "--prove", "quick"}).prove, "quick");
  expect_refused({"--playbook", "storage", "--prove", "none"}, "no depth");
  expect_refused({"status", "--prove", "full"}, "--playbook");
}

TEST(Options, RefusesMomentsThatAreNone) {
  for (const auto* text :
       {"yesterday", "2026-11-20", "2026-02-30 00:00:00", "2026-11-20 25:00:00", "2026-11-20 04:00:00 x", ""})
    if (*text) expect_refused({"--playbook", "storage", "--as-of", text}, "as-of");
}

// No abbreviations: a shortened option in somebody's note must not change its meaning when another is added.
TEST(Options, AreNotAbbreviated) {
  expect_refused({"--play", "storage"}, "--play");
}

}  // namespace
}  // namespace recover::test
