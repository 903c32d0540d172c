#include "recover/bacula/restore.hpp"

#include <gtest/gtest.h>

#include "recover/bacula/job_watch.hpp"
#include "recover/error.hpp"
#include "scripted_processes.hpp"

namespace recover::bacula {
namespace {

using namespace std::chrono_literals;
using tests::ScriptedDirector;

constexpr const char* client_status = R"(Connecting to Client root-fd at 127.0.0.1:9102

JobId=4
Job=Other.2026-11-21_22.07.50_26
JobFiles=1
JobBytes=2
JobId=5
Job=R1.2026-11-21_22.07.50_27
VSS=0
Level= 
Type=R
Status=R
JobFiles=5442
JobBytes=216289383
Bytes/sec=216289383
Errors=0
ReadBytes=216357111
Files Examined=5443
Processing file=/mnt/target/etc/m109/file 192
SDReadSeqNo=38654
)";

std::string director_status(const std::string& doing) {
  return "\nRunning Jobs:\nConsole connected at 21-Nov-26 22:07\n JobId  Type Level     Files     Bytes  Name"
         "              Status\n======================================================================\n"
         "     5  Rest Rest          0         0  R1                " +
         doing + "\n====\n";
}
const std::string nothing_runs =
    "\nRunning Jobs:\nConsole connected at 21-Nov-26 22:07\nNo Jobs running.\n====\n";

class Restore : public testing::Test {
 protected:
  Restore() {
    request.console = {ScriptedDirector::argv()};
    request.job = "R1";
    request.client = "root-fd";
    request.storage = "File1";
    request.bootstrap = "/var/lib/bacula/x.bsr";
    request.where = "/mnt/target";
    request.files = 7;
    director.session({{".jobs type=R", "R1\nR 2\n"}, {".clients", "root-fd\n"}, {".storage", "File1\n"}});
    director.line(restore_line(request), "Using Catalog \"Cat\"\nJob queued. JobId=5\n");
    director.line("cancel jobid=5 yes", "2001 Job \"R1\" marked to be canceled.\n");
    director.line(".status client=root-fd running", client_status);
  }
  void runs(const std::string& doing) { director.line(".status dir running", director_status(doing)); }
  void ends(const std::string& row) {
    director.line(".status dir running", nothing_runs);
    director.sql("SELECT JobStatus,JobFiles,JobBytes,JobErrors FROM Job WHERE JobId=5", row);
  }
  void log(const std::string& rows) {
    ASSERT_THROW(telling_lines(director, request.console, 5), std::logic_error);
    director.answer(ScriptedDirector::argv(), director.calls.back().input,
                    ScriptedDirector::greeting + director.calls.back().input + rows);
  }
  std::string problem() {
    try {
      restore_by_director(director, request, {});
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  }

  ScriptedDirector director;
  RestoreRequest request;
};

TEST_F(Restore, SaysTheLine) {
  EXPECT_EQ(restore_line(request),
            "run job=R1 client=root-fd storage=File1 bootstrap=/var/lib/bacula/x.bsr where=/mnt/target yes");
  request.where = "/mnt/\" yes";
  EXPECT_THROW(restore_line(request), Refused);
}

TEST_F(Restore, EndsWell) {
  runs("is running");
  ends("T\t7\t600\t0\t");
  std::vector<RestoreProgress> seen;
  const auto outcome =
      restore_by_director(director, request, [&](const RestoreProgress& now) { seen.push_back(now); });
  EXPECT_EQ(outcome.job_id, 5);
  EXPECT_EQ(outcome.files, 7);
  EXPECT_EQ(outcome.bytes, 600);
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen.back().files, 7);
  EXPECT_FALSE(director.said("cancel jobid=5 yes"));
}

TEST_F(Restore, BelievesNoGoodEndWithTooFewFiles) {
  ends("T\t6\t600\t0\t");
  log("");
  EXPECT_NE(problem().find("ended normally, but with 6 of 7 files restored"), std::string::npos);
}

TEST_F(Restore, TellsWhatTheJoblogSays) {
  ends("E\t3\t600\t2\t");
  log("main-sd JobId 5: Error: block_util.c:467 Volume data error at 0:0!\n\t"
      "main-dir JobId 5: Error: Bacula main-dir 9.6.7 (10Dec20):\n  Build OS: x86_64\n\t");
  const auto text = problem();
  EXPECT_NE(text.find("status E (ended with errors) and 2 errors, 3 of 7 files"), std::string::npos) << text;
  EXPECT_NE(text.find("Volume data error at 0:0!"), std::string::npos) << text;
  EXPECT_EQ(text.find("Build OS"), std::string::npos) << text;
}

TEST_F(Restore, TakesNoErrorsFromATGoodStatus) {
  ends("T\t7\t600\t1\t");
  log("");
  EXPECT_NE(problem().find("1 errors"), std::string::npos);
}

TEST_F(Restore, CancelsWhatMakesNoProgress) {
  request.stall = 1ms;
  // The words change once more, and then never.
  for (int i = 0; i < 20000; ++i) runs("is waiting on Storage \"File1\"");
  ends("A\t0\t0\t1\t");
  director.line(sql_line("SELECT LogText FROM Log WHERE JobId=5 ORDER BY LogId DESC LIMIT 4"),
                "alder-dir JobId 5: Using Device \"FileStorage\" to read.\n\talder-dir JobId 5: Start.\n\t");
  const auto text = problem();
  EXPECT_NE(text.find("made no progress"), std::string::npos) << text;
  EXPECT_NE(text.find("Start.; alder-dir JobId 5: Using Device"), std::string::npos) << text;
  EXPECT_NE(text.find("is waiting on Storage"), std::string::npos) << text;
  EXPECT_TRUE(director.said("cancel jobid=5 yes"));
}

TEST_F(Restore, WaitsForItsTurnHoweverLong) {
  request.stall = 1ms;
  for (const auto* doing :
       {"is waiting execution", "is waiting on max Storage jobs", "Dir inserting Attributes"})
    for (int i = 0; i < 5000; ++i) runs(doing);
  ends("T\t7\t600\t0\t");
  EXPECT_EQ(problem(), "");
  EXPECT_FALSE(director.said("cancel jobid=5 yes"));
}

TEST_F(Restore, CancelsWhatWaitsForAConnection) {
  request.stall = 1ms;
  for (int i = 0; i < 20000; ++i) runs("is waiting for Client root-fd to connect to Storage File1");
  ends("A\t0\t0\t1\t");
  director.line(sql_line("SELECT LogText FROM Log WHERE JobId=5 ORDER BY LogId DESC LIMIT 4"), "");
  EXPECT_NE(problem().find("made no progress"), std::string::npos);
}

TEST_F(Restore, SendsNoNameThatTheDirectorDoesNotKnow) {
  request.job = "B1";
  EXPECT_NE(problem().find("knows no Job of type Restore named \"B1\""), std::string::npos);
  EXPECT_EQ(director.calls.size(), 1U);
}

TEST_F(Restore, SaysWhenTheDirectorAsksInstead) {
  request.where = "/mnt/other";
  director.line(restore_line(request), "Select Job resource (1-9): \n");
  EXPECT_NE(problem().find("did not start the job"), std::string::npos);
}

TEST_F(Restore, SaysWhenTheDirectorDies) {
  runs("is running");
  director.answer(ScriptedDirector::argv(), ".status dir running\n",
                  tests::ended(1, "Connecting to Director 127.0.0.1:9101\n"));
  const auto text = problem();
  EXPECT_NE(text.find("While restore job 5 ran"), std::string::npos) << text;
  EXPECT_NE(text.find("cannot be reached"), std::string::npos) << text;
}

TEST_F(Restore, NamesTheVolumeThatIsWanted) {
  director.line("status storage=File1",
                "\nDevice File: \"FS\" (/v) is not open.\n   Device is BLOCKED waiting for mount of volume "
                "\"Big-0003\",\n"
                "       Pool:        File\n");
  EXPECT_EQ(wanted_volume(director, request.console, "File1"), "Big-0003");
}

TEST(JobProgress, IsOfTheJobAsked) {
  const auto found = parse_job_progress(client_status, 5);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->progress.files, 5442);
  EXPECT_EQ(found->progress.bytes, 216289383);
  EXPECT_EQ(found->read_bytes, 216357111);
  EXPECT_EQ(found->progress.current, "/mnt/target/etc/m109/file 192");
  EXPECT_FALSE(parse_job_progress(client_status, 6));
}

TEST(JobDoing, IsTheDirectorsWords) {
  EXPECT_EQ(parse_job_doing(director_status("is waiting for a mount request"), 5),
            "is waiting for a mount request");
  EXPECT_EQ(parse_job_doing(director_status("is running"), 50), "");
  EXPECT_EQ(parse_job_doing(director_status("has terminated"), 5), "has terminated");
  EXPECT_EQ(parse_job_doing(director_status("SD despooling Data"), 5), "SD despooling Data");
  EXPECT_EQ(parse_job_doing(director_status("Dir inserting Attributes"), 5), "Dir inserting Attributes");
  EXPECT_EQ(parse_job_doing(director_status("what is no word of Bacula's"), 5), "is no word of Bacula's");
  EXPECT_EQ(parse_job_doing(director_status("surprising"), 5), "is there");
}

// The words of list_running_jobs() in src/dird/ua_status.c.
TEST(JobDoing, TellsWhetherAJobMayStandStill) {
  for (const auto* words :
       {"is waiting execution", "is waiting on max Storage jobs", "is waiting on max Client jobs",
        "is waiting on max Job jobs", "is waiting on max total jobs",
        "is waiting for its start time (21-Nov 22:07)", "is waiting for higher priority jobs to finish",
        "is waiting for a Shared Storage device", "SD committing Data", "SD despooling Data",
        "SD despooling Attributes", "Dir inserting Attributes", "Dir inserting Attributes (a task of 15)"})
    EXPECT_TRUE(may_stand_still(words)) << words;
  for (const auto* words :
       {"", "is there", "is running", "is blocked", "is waiting on Client root-fd",
        "is waiting on Storage \"File1\"", "is waiting for Client to connect to Storage daemon",
        "is waiting for a mount request", "is waiting for an appendable Volume", "has been canceled"})
    EXPECT_FALSE(may_stand_still(words)) << words;
}

TEST(BaculaRestore, JobsThatRunAreReadFromTheDirectorsStatus) {
  EXPECT_EQ(parse_running_jobs(director_status("is running")), std::vector<std::int64_t>{5});
  EXPECT_EQ(parse_running_jobs("1000 OK: 103 x\nNo Jobs running.\n====\n"), std::vector<std::int64_t>{});
}

}  // namespace
}  // namespace recover::bacula
