#include "recover/bacula/console.hpp"

#include <gtest/gtest.h>

#include "recover/error.hpp"
#include "scripted_processes.hpp"

namespace recover::bacula {
namespace {

using namespace std::chrono_literals;
using tests::ScriptedDirector;

const Console console{ScriptedDirector::argv()};

std::string problem_of(const system::ProcessResult& result) {
  ScriptedDirector director;
  director.answer(ScriptedDirector::argv(), ".jobs\n", result);
  try {
    converse(director, console, {".jobs"}, 20s);
  } catch (const Failed& error) {
    return error.problem();
  }
  return {};
}

TEST(Converse, TakesGreetingEchoAndNotesOut) {
  ScriptedDirector director;
  director.session({{".clients", "root-fd\nYou have messages.\n"}, {".storage", "File1\n"}});
  EXPECT_EQ(converse(director, console, {".clients", ".storage"}, 20s), "root-fd\nFile1\n");
}

TEST(Converse, GivesEachAnswerByItself) {
  ScriptedDirector director;
  director.session({{".jobs", "Backup\nRestore\n"}, {".jobs type=c", ""}, {".clients", "root-fd\n"}});
  Greeting greeting;
  EXPECT_EQ(converse_each(director, console, {".jobs", ".jobs type=c", ".clients"}, 20s, &greeting),
            (std::vector<std::string>{"Backup\nRestore\n", "", "root-fd\n"}));
  EXPECT_EQ(greeting.name, "main-dir");
  EXPECT_EQ(greeting.version, "9.6.7");
}

TEST(Converse, TakesPasswordsOut) {
  ScriptedDirector director;
  director.line("show", "Password = \"secret\"\n");
  EXPECT_EQ(converse(director, console, {"show"}, 20s), "Password = ***\n");
}

TEST(Converse, StreamsALongLine) {
  ScriptedDirector director;
  const std::string row = "2F6574632F\t706173737764\tP4A\t";
  std::string all;
  for (int i = 0; i < 1000; ++i) all += row;
  director.sql("SELECT 1", all);
  std::string streamed;
  converse(director, console, {sql_line("SELECT 1")}, 20s, [&](std::string_view text) { streamed += text; });
  EXPECT_EQ(streamed, all);
}

TEST(Converse, AnAnswerThatOnlyLooksLikeAnEchoIsKept) {
  ScriptedDirector director;
  director.session({{"a", "b is known\n"}, {"b", "x\n"}});
  EXPECT_EQ(converse_each(director, console, {"a", "b"}, 20s),
            (std::vector<std::string>{"b is known\n", "x\n"}));
}

TEST(Converse, SaysWhenTheDirectorCannotBeReached) {
  const auto problem = problem_of(tests::ended(1, "Connecting to Director 127.0.0.1:9101\n"));
  EXPECT_NE(problem.find("cannot be reached"), std::string::npos) << problem;
}

TEST(Converse, SaysWhenThePasswordIsWrong) {
  const auto problem =
      problem_of(tests::ended(1,
                              "Connecting to Director 127.0.0.1:9101\nDirector authorization problem.\n"
                              "Most likely the passwords do not agree.\n"));
  EXPECT_NE(problem.find("refused the console's password"), std::string::npos) << problem;
}

TEST(Converse, SaysWhenTheConfigurationIsBadAndKeepsItsPassword) {
  const auto problem = problem_of(
      tests::ended(1,
                   "bconsole: ERROR TERMINATION at parse_conf.c:1157\nConfig error: Keyword \"Pasword\" not "
                   "permitted in this resource.\n            : line 3, col 9 of file /etc/bconsole.conf\n "
                   "Password = \"secret\"\n"));
  EXPECT_NE(problem.find("cannot read its configuration"), std::string::npos) << problem;
  EXPECT_EQ(problem.find("secret"), std::string::npos) << problem;
}

TEST(Converse, SaysWhenTheDirectorHangs) {
  const auto before = problem_of(tests::timed_out("Connecting to Director 127.0.0.1:9101\n"));
  EXPECT_NE(before.find("did not answer within 20 s"), std::string::npos) << before;
  auto given_up = tests::ended(1, "Connecting to Director 127.0.0.1:9101\nDirector authorization problem.\n");
  given_up.took = std::chrono::seconds(20);
  const auto by_itself = problem_of(given_up);
  EXPECT_NE(by_itself.find("did not answer within 20 s"), std::string::npos) << by_itself;
  const auto within = problem_of(tests::timed_out(std::string(ScriptedDirector::greeting) + ".jobs\n"));
  EXPECT_NE(within.find("had not finished answering"), std::string::npos) << within;
}

TEST(Converse, SaysWhenThereIsNoBconsole) {
  const auto problem = problem_of(tests::ended(127, "", "chroot: failed to run command 'bconsole'"));
  EXPECT_NE(problem.find("could not be run (status 127)"), std::string::npos) << problem;
  EXPECT_NE(problem.find("failed to run command"), std::string::npos) << problem;
}

TEST(Rows, SplitsTheFields) {
  using Rows = std::vector<std::vector<std::string>>;
  EXPECT_EQ(rows("1\tT\t\t2\tf\tx y\t", 3), (Rows{{"1", "T", ""}, {"2", "f", "x y"}}));
  EXPECT_EQ(rows("", 3), Rows{});
  EXPECT_EQ(rows("1\t2\tYou have messages.\n", 2), (Rows{{"1", "2"}}));
}

TEST(Rows, RefusesWhatIsNoTable) {
  EXPECT_THROW(rows("1\t2\t3\t", 2), Failed);
  EXPECT_THROW(rows("1\t2\tsomething", 2), Failed);
  EXPECT_THROW(rows("Query failed: .sql query=\"SELECT foo FROM bar\". ERR=no such table: bar\n", 1), Failed);
}

TEST(NameArgument, LetsNoSecondCommandIn) {
  EXPECT_EQ(name_argument("root-fd"), "root-fd");
  EXPECT_EQ(name_argument("Restore Files"), "\"Restore Files\"");
  EXPECT_THROW(name_argument("x\nrun job=Backup yes"), Refused);
  EXPECT_THROW(name_argument("x\" yes"), Refused);
  EXPECT_THROW(name_argument(""), Refused);
}

}  // namespace
}  // namespace recover::bacula
