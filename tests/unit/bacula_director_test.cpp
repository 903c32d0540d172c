#include "recover/bacula/director.hpp"

#include <gtest/gtest.h>

#include "recover/error.hpp"
#include "scripted_processes.hpp"

namespace recover::bacula {
namespace {

using namespace std::chrono_literals;
using tests::ScriptedDirector;

const Console console{ScriptedDirector::argv()};

TEST(AskDirector, TellsWhichJobsCanWrite) {
  ScriptedDirector director;
  director.session({{".jobs", "B1\nC1\nM1\nR 2\n"},
                    {".jobs type=B", "B1\n"},
                    {".jobs type=c", "C1\n"},
                    {".jobs type=g", "M1\n"},
                    {".clients", "root-fd\n"},
                    {".filesets", "fs\nbig\n"},
                    {".storage", "File1\n"},
                    {".schedule", "nightly\n"}});
  const auto facts = ask_director(director, console);
  EXPECT_EQ(facts.name, "main-dir");
  EXPECT_EQ(facts.jobs, (std::vector<std::string>{"B1", "C1", "M1", "R 2"}));
  EXPECT_EQ(facts.writing_jobs, (std::vector<std::string>{"B1", "C1", "M1"}));
  EXPECT_EQ(facts.filesets, (std::vector<std::string>{"fs", "big"}));
  EXPECT_EQ(facts.schedules, (std::vector<std::string>{"nightly"}));
}

TEST(RequireName, OffersTheNearest) {
  try {
    require_name({"root-fd", "other-fd"}, "rot-fd", "Client");
    FAIL();
  } catch (const Refused& error) {
    EXPECT_NE(error.remedy().find("root-fd"), std::string::npos);
  }
}

class Await : public testing::Test {
 protected:
  Await() { director.session({{".storage", "File1\n"}, {".clients", "root-fd\n"}}); }
  std::string problem(std::chrono::milliseconds patience = 0ms) {
    try {
      await_daemons(director, console, "File1", "root-fd", patience);
    } catch (const Failed& error) {
      return error.problem();
    }
    return {};
  }
  ScriptedDirector director;
  const std::string storage_good =
      "Connecting to Storage daemon File1 at 127.0.0.1:9103\n\nmain-sd Version: 9.6.7 (10 December 2020) "
      "x86_64\n";
};

TEST_F(Await, IsContentWhenAllAnswer) {
  director.line("status storage=File1", storage_good);
  director.line(
      "status client=root-fd",
      "Connecting to Client root-fd at 127.0.0.1:9102\n\nroot-fd Version: 9.6.7 (10 December 2020)\n");
  EXPECT_EQ(problem(), "");
}

TEST_F(Await, WaitsForADaemonThatStarts) {
  director.line("status storage=File1",
                "Connecting to Storage daemon\nFailed to connect to Storage daemon File1.\n====\n");
  director.line("status storage=File1", storage_good);
  director.line("messages", "You have no messages.\n");
  director.line("status client=root-fd", "root-fd Version: 9.6.7 (10 December 2020)\n");
  EXPECT_EQ(problem(1min), "");
  EXPECT_GT(director.paused, 0ms);
}

TEST_F(Await, NamesTheDeadDaemon) {
  director.line("status storage=File1", storage_good);
  director.line(
      "status client=root-fd",
      "Connecting to Client root-fd at 127.0.0.1:9102\nFailed to connect to Client root-fd.\n====\n");
  director.line("messages", "You have no messages.\n");
  EXPECT_NE(problem().find("File Daemon of root-fd does not answer"), std::string::npos);
}

TEST_F(Await, DoesNotWaitForAWrongPassword) {
  director.line("status storage=File1", "Failed to connect to Storage daemon File1.\n====\n");
  director.line(
      "messages",
      "21-Nov 22:55 main-dir JobId 0: Fatal error: authenticate.c:117 Director unable to authenticate with "
      "Storage daemon at \"127.0.0.1:9103\". Possible causes:\n");
  EXPECT_NE(problem(1h).find("unable to authenticate"), std::string::npos);
}

TEST_F(Await, RefusesANameThatBaculaWouldReplace) {
  EXPECT_THROW(await_daemons(director, console, "File2", "root-fd", 1h), Refused);
  EXPECT_EQ(director.calls.size(), 1U);  // nothing was sent with it
}

}  // namespace
}  // namespace recover::bacula
