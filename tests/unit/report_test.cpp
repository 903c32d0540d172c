#include "recover/report/report.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "recover/journal.hpp"
#include "recover/report/html.hpp"
#include "recover/report/markdown.hpp"
#include "recover/report/text.hpp"
#include "recover/report/write.hpp"
#include "recover/system/files.hpp"
#include "tests/unit/recorded_machine.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::report {
namespace {

// Events at times that go on as told, of an afternoon in a zone an hour east.
class Events {
 public:
  Events& add(Event event, int after = 0) {
    second_ += after;
    char time[40];
    std::snprintf(time, sizeof time, "2026-11-22 %02d:%02d:%02d +0100", 14 + second_ / 3600,
                  second_ / 60 % 60, second_ % 60);
    all.push_back(std::move(event.with("time", std::string(time))));
    return *this;
  }
  Events& begun() {
    return add(
        Event("run-begun")
            .with("playbook", "storage")
            .with("machine", "alder")
            .with("filesystem", "5f3a1f0e")
            .with("boot", "b1")
            .with("steps", std::vector<std::string>{"filesystem", "restore", "boot-entry"})
            .with("fallbacks", std::vector<std::string>{"extract for restore"})
            .with("lasting", std::vector<std::string>{"root: 499570966528 bytes on the disk with the "
                                                      "serial S4EV",
                                                      "volumes: 4 files"})
            .with("passing", std::vector<std::string>{"root: /dev/sda2 holds none none", "mounted: x"}));
  }
  Events& resumed(int after) {
    return add(Event("run-resumed").with("playbook", "storage").with("boot", "b2"), after);
  }
  Events& step(const std::string& name, int seconds) { return begin(name).done(name, seconds); }
  Events& begin(const std::string& name) {
    return add(Event("step-begun")
                   .with("step", name)
                   .with("summary", "Do " + name)
                   .with("destroys", Value(name == "filesystem")));
  }
  Events& done(const std::string& name, int after) {
    return add(Event("step-done").with("step", name), after);
  }
  Events& check(const char* name, const char* answer, const std::string& evidence) {
    return add(Event("check").with("check", name).with("answer", answer).with("evidence", evidence));
  }
  Events& chosen() {
    return check(
        "backup-chosen", "holds",
        "Full 41 of 2026-11-15 01:05:00, then Incremental 47 of 2026-11-20 14:00:00; 105 files, 1.1 KiB");
  }
  Report report() const { return make_report(all, {"0.1.0", "/mnt/storage/recover-state/journal"}); }

  std::vector<Event> all;

 private:
  int second_ = 0;
};

class Reports : public testing::Test {
 protected:
  void SetUp() override {
    ::setenv("TZ", "UTC-1", 1);
    ::tzset();
  }
  void TearDown() override {
    ::unsetenv("TZ");
    ::tzset();
  }
};

Events degraded() {
  Events events;
  events.begun().chosen().step("filesystem", 20).begin("restore").resumed(600);
  events.add(Event("step-kept").with("step", "filesystem"));
  events.begin("restore").add(
      Event("step-failed").with("step", "restore").with("why", "job 7 ended with errors"), 30);
  events.add(Event("fallback").with("step", "restore").with("instead", "extract")).begin("extract");
  events.add(Event("extracted").with("files", Value(std::int64_t{104})));
  events.add(Event("degraded")
                 .with("lost", "ACL")
                 .with("files", std::vector<std::string>{"/srv/a", "/srv/b"})
                 .with("paths", std::vector<std::string>{"/srv/a", "/srv/b"}));
  events.done("extract", 150)
      .step("boot-entry", 0)
      .add(Event("run-complete").with("at", Value(std::int64_t{1})));
  return events;
}

bool any(const std::vector<Row>& rows, const std::string& part) {
  return std::any_of(rows.begin(), rows.end(), [&](const auto& row) {
    return (row.label + ": " + row.text).find(part) != std::string::npos;
  });
}

bool any(const std::vector<Task>& tasks, const std::string& part) {
  return std::any_of(tasks.begin(), tasks.end(), [&](const auto& task) {
    return (task.words + " $ " + task.command).find(part) != std::string::npos;
  });
}

TEST_F(Reports, LookAsTheyDid) {
  const auto report = degraded().report();
  test::expect_golden("report.html", to_html(report));
  test::expect_golden("report.md", to_markdown(report));
}

TEST_F(Reports, CountWorkAndNotTheTimeBetweenTwoRuns) {
  const auto report = degraded().report();
  ASSERT_EQ(report.steps.size(), 5U);
  EXPECT_EQ(report.runs.size(), 2U);
  EXPECT_EQ(report.work, 20 + 180);
  EXPECT_EQ(report.steps[0].seconds, 20);
  EXPECT_EQ(report.steps[1].outcome, Outcome::stopped);
  EXPECT_EQ(report.steps[2].outcome, Outcome::failed);
  EXPECT_EQ(report.steps[2].offset, 20);
  EXPECT_EQ(report.steps[2].run, 2);
  EXPECT_EQ(report.steps[3].step, "extract");
  EXPECT_EQ(report.steps[3].offset, 50);
  EXPECT_EQ(report.steps[3].seconds, 150);
  EXPECT_EQ(report.runs[1].kept, 1);
}

TEST_F(Reports, TellWhatWasWrongAndWhichBackupItWas) {
  const auto report = degraded().report();
  EXPECT_EQ(report.title, "Recovery of alder");
  EXPECT_EQ(report.tone, Tone::open);
  ASSERT_EQ(report.met.size(), 2U);
  EXPECT_EQ(report.met[1], "root: /dev/sda2 holds none none");
  EXPECT_TRUE(any(report.wrong, "job 7 ended with errors"));
  EXPECT_TRUE(any(report.backup, "Incremental 47"));
  EXPECT_TRUE(any(report.backup, "Age: about 2 d when the run began"));
  EXPECT_TRUE(any(report.left, "Reboot"));
  EXPECT_TRUE(any(report.left, "$ recover verify-backup"));
  EXPECT_TRUE(any(report.left, "$ recover --playbook repair"));
  ASSERT_EQ(report.degraded.size(), 1U);
  EXPECT_EQ(report.degraded[0].title, "the ACL of 2 files");
}

TEST_F(Reports, OfARefusedRunSayTheReasonOnceAndTheRemedy) {
  Events events;
  events.begun().check("volumes-readable", "fails", "Vol-0003 is missing");
  events.add(Event("run-ended").with("why", "Vol-0003 is missing").with("remedy", "Bring it back"), 1);
  const auto report = events.report();
  ASSERT_EQ(report.wrong.size(), 1U);
  EXPECT_EQ(report.wrong[0].text, "The check volumes-readable does not hold: Vol-0003 is missing");
  EXPECT_TRUE(any(report.left, "Bring it back"));
  EXPECT_TRUE(any(report.left, "$ recover --playbook storage --resume"));
  EXPECT_TRUE(report.steps.empty());
  EXPECT_NE(to_html(report).find("No step was begun."), std::string::npos);
}

TEST_F(Reports, OfAClosedGateLeaveNothingToDo) {
  Events events;
  events.begun().chosen().step("filesystem", 1).step("restore", 60).step("boot-entry", 1);
  events.add(Event("run-complete").with("at", Value(std::int64_t{1})));
  EXPECT_EQ(events.report().tone, Tone::open);
  events.add(Event("backup-verified").with("job", Value(std::int64_t{52})).with("boot", "b9"), 3600);
  const auto report = events.report();
  EXPECT_EQ(report.tone, Tone::good);
  EXPECT_TRUE(report.left.empty());
  EXPECT_TRUE(report.verdict.starts_with("FINISHED: backup job 52")) << report.verdict;
  EXPECT_EQ(report.work, 62);  // what the machine did later is no work of the run
}

TEST_F(Reports, OfNoRunAreThereAllTheSame) {
  const auto report = make_report({}, {"0.1.0", "/nowhere"});
  EXPECT_NE(to_html(report).find("No recovery is on record here."), std::string::npos);
  EXPECT_NE(to_markdown(report).find("No step was begun."), std::string::npos);
}

TEST_F(Reports, TakeTheWordsOfOlderJournalsWithoutAZone) {
  Events events;
  events.begun().step("filesystem", 7);
  for (auto& event : events.all)
    for (auto& [key, value] : event.fields)
      if (key == "time") std::get<std::string>(value).resize(19);
  EXPECT_EQ(events.report().steps[0].seconds, 7);
}

// Whoever can name a file can write into a journal.
TEST_F(Reports, AreNotFooledByHostileWords) {
  const std::string script = "</style><script>alert('1')</script><img src=x onerror=\"y\">";
  const std::string rude =
      script + "\x1b[2J\xff\xe2\x80\xae Password = \"xyzzy\"\n# title | cell ` ** [x](y)";
  Events events;
  events.begun();
  for (auto& [key, value] : events.all[0].fields)
    if (key == "machine" || key == "playbook") value = rude;
  events.begin(rude).add(Event("step-failed").with("step", rude).with("why", rude + std::string(50000, 'x')));
  events.check(rude.c_str(), "fails", rude);
  events.add(Event("degraded").with("lost", rude).with("files", std::vector<std::string>{rude}));
  events.add(Event("run-ended").with("why", rude).with("remedy", rude));
  const auto report = events.report();
  const auto html = to_html(report), markdown = to_markdown(report);
  for (const auto& text : {html, markdown}) {
    EXPECT_EQ(text.find("<script"), std::string::npos);
    EXPECT_EQ(text.find("<img"), std::string::npos);
    EXPECT_EQ(text.find("xyzzy"), std::string::npos);
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_EQ(text.find("\xe2\x80\xae"), std::string::npos);
    EXPECT_EQ(text.find('\xff'), std::string::npos);
    EXPECT_EQ(text.find(std::string(3000, 'x')), std::string::npos);
  }
  EXPECT_EQ(html.find("onerror=\"y"), std::string::npos);
  EXPECT_EQ(markdown.find("\n# title"), std::string::npos);
  // In an indented block it means itself.
  std::istringstream lines(markdown);
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with("    ")) {
      EXPECT_EQ(line.find(" [x](y)"), std::string::npos) << line;
    }
}

TEST_F(Reports, StayShortWhereTheJournalIsNot) {
  Events events;
  events.begun();
  for (int i = 0; i < 2000; ++i) {
    std::vector<std::string> names;
    for (int j = 0; j < 20; ++j) names.push_back("/srv/" + std::to_string(i) + "/" + std::to_string(j));
    events.add(Event("degraded").with("lost", "ACL").with("files", names).with("paths", names));
    events.add(Event("repaired").with("lost", "xattr").with("files", names).with("paths", names));
  }
  const auto report = events.report();
  EXPECT_EQ(report.degraded[0].names.size(), most_names);
  EXPECT_EQ(report.degraded[0].count, 40000U);
  EXPECT_LT(report.done.size(), 400U);
}

TEST_F(Reports, NeedNothingFromElsewhereAndHaveNoScript) {
  const auto html = to_html(degraded().report());
  EXPECT_NE(html.find("default-src 'none'"), std::string::npos);
  for (const auto* no : {"<script", "http:", "https:", "src=", "href=", "@import", "url("})
    EXPECT_EQ(html.find(no), std::string::npos) << no;
}

TEST_F(Reports, AsMarkdownKeepTheDrawingWithin80Columns) {
  Events events;
  events.begun().step(std::string(200, 'n'), 5).step("l\xc3\xa4nger", 90000 / 10);
  std::istringstream lines(to_markdown(events.report()));
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("    ")) {
      EXPECT_LE(line.size(), 81U) << line;
    }
}

TEST_F(Reports, AreWrittenBesideTheirJournal) {
  tests::TemporaryDirectory directory;
  auto journal = Journal::create(directory.path());
  journal.write(Event("run-begun").with("playbook", "storage"));
  EXPECT_EQ(leave(directory.path()), "");
  EXPECT_NE(system::read_file(html_path(directory.path())).find("<!DOCTYPE html>"), std::string::npos);
  EXPECT_EQ(std::filesystem::status(markdown_path(directory.path())).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(Reports, SayWhyTheyCannotBeWritten) {
  tests::TemporaryDirectory directory;
  Journal::create(directory.path()).write(Event("run-begun"));
  std::filesystem::create_directory(html_path(directory.path()));
  EXPECT_NE(leave(directory.path()).find("could not be written"), std::string::npos);
  EXPECT_NE(leave("/nonexistent").find("could not be written"), std::string::npos);
}

TEST(ReportText, IsOneHarmlessLineThatKeepsWhatIsPrintableAlready) {
  EXPECT_EQ(shown(" a\nb\tc "), "a b c");
  EXPECT_EQ(shown("/srv/\\303\\244\\"), "/srv/\\303\\244\\");
  EXPECT_EQ(shown("\x07x"), "\\007x");
  EXPECT_EQ(shown("Password = geheim"), "Password = ***");
  EXPECT_EQ(took(0), "under 1 s");
  EXPECT_EQ(took(90), "1 min 30 s");
}

}  // namespace
}  // namespace recover::report
