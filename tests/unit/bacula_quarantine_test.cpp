#include "recover/bacula/quarantine.hpp"

#include <gtest/gtest.h>

#include "recover/bacula/job_facts.hpp"
#include "recover/error.hpp"
#include "scripted_processes.hpp"

namespace recover::bacula {
namespace {

using tests::ScriptedDirector;

const Console console{ScriptedDirector::argv()};
constexpr const char* all_volumes = "SELECT VolumeName,VolStatus FROM Media";

TEST(Quarantine, HoldsWhatMayBeWritten) {
  ScriptedDirector director;
  director.sql(all_volumes, "Vol 1\tAppend\tVol-2\tRead-Only\tVol-3\tFull\t");
  director.line("update volume=\"Vol 1\" volstatus=Read-Only", "New Volume status is: Read-Only\n");
  director.sql(all_volumes, "Vol 1\tRead-Only\tVol-2\tRead-Only\tVol-3\tFull\t");
  hold_volumes(director, console, {"Vol 1", "Vol-2"});
  EXPECT_EQ(director.calls.size(), 3U);
}

TEST(Quarantine, SaysWhenTheCatalogKnowsNoSuchVolumeAndHoldsTheOthers) {
  ScriptedDirector director;
  director.sql(all_volumes, "Vol-2\tFull\t");
  director.line("update volume=Vol-2 volstatus=Read-Only", "New Volume status is: Read-Only\n");
  director.sql(all_volumes, "Vol-2\tRead-Only\t");
  try {
    hold_volumes(director, console, {"Vol-1", "Vol-2"});
    FAIL();
  } catch (const Failed& error) {
    EXPECT_NE(error.problem().find("no volume Vol-1"), std::string::npos) << error.problem();
  }
  EXPECT_EQ(director.calls.size(), 3U);
}

TEST(Quarantine, SaysWhenTheStatusDidNotChange) {
  ScriptedDirector director;
  director.sql(all_volumes, "Vol-1\tAppend\t");
  director.line("update volume=Vol-1 volstatus=Read-Only", "You are not authorized.\n");
  try {
    hold_volumes(director, console, {"Vol-1"});
    FAIL();
  } catch (const Failed& error) {
    EXPECT_NE(error.problem().find("not authorized"), std::string::npos) << error.problem();
  }
}

TEST(Quarantine, ReleasesOnlyWhatIsStillHeld) {
  ScriptedDirector director;
  director.sql(all_volumes, "Vol-1\tRead-Only\tVol-2\tUsed\t");
  director.line("update volume=Vol-1 volstatus=Append", "New Volume status is: Append\n");
  director.sql(all_volumes, "Vol-1\tAppend\tVol-2\tUsed\t");
  EXPECT_TRUE(release_volumes(director, console, {{"Vol-1", "Append"}, {"Vol-2", "Full"}}).problems.empty());
  EXPECT_EQ(director.calls.size(), 3U);
}

TEST(Quarantine, SaysWhatItCannotGiveBackAndGivesBackTheRest) {
  ScriptedDirector director;
  director.sql(all_volumes, "Vol-2\tRead-Only\tVol-3\tRead-Only\t");
  director.line("update volume=Vol-2 volstatus=Used", "New Volume status is: Used\n");
  director.sql(all_volumes, "Vol-2\tUsed\tVol-3\tRead-Only\t");
  director.line("update volume=Vol-3 volstatus=Append", "You are not authorized.\n");
  director.sql(all_volumes, "Vol-2\tUsed\tVol-3\tRead-Only\t");
  const auto [done, problems] =
      release_volumes(director, console, {{"Vol-1", "Full"}, {"Vol-2", "Purged"}, {"Vol-3", "Append"}});
  EXPECT_EQ(done, (std::vector<std::string>{"Vol-1", "Vol-2"}));
  ASSERT_EQ(problems.size(), 2U);
  EXPECT_NE(problems[0].find("Vol-1"), std::string::npos);
  EXPECT_NE(problems[1].find("not authorized"), std::string::npos);
}

TEST(Quarantine, KnowsTheJobsOfTheClient) {
  ScriptedDirector director;
  director.line(".jobs type=B", "Backup A\nBackupB\nBackupC\n");
  const auto defaults = [&](const char* job, const char* rest) {
    director.line(std::string(".defaults job=") + job, "pool=Filemessages=Standard" + std::string(rest));
  };
  defaults("\"Backup A\"", "client=alder-fdstorage=File1where=level=Incremental");
  defaults("BackupB", "client=alder-fd2storage=File1where=");
  defaults("BackupC", "client=alder-fdwhere=enabled=0catalog=MyCatalog");
  EXPECT_EQ(backup_jobs(director, console, "alder-fd"),
            (std::vector<JobResource>{{"Backup A", true}, {"BackupC", false}}));
}

TEST(Quarantine, SaysWhenAJobIsStillInTheSchedule) {
  ScriptedDirector director;
  director.line("disable job=BackupA", "Job \"BackupA\" disabled\n");
  director.line(".status dir scheduled days=50",
                "Incremental    Backup    10  23-Nov-26 23:05    BackupA            Vol-4\n====\n");
  EXPECT_THROW(hold_jobs(director, console, {"BackupA"}), Failed);
}

TEST(Quarantine, AJobIsKnownInTheScheduleByItsNameAlone) {
  ScriptedDirector director;
  director.line(".status dir scheduled days=50",
                "Incremental    Backup    10  23-Nov-26 23:05    BackupAlder        Vol-4\n"
                "Full           Backup    10  24-Nov-26 23:05    A name of 20 letters Vol-4\n====\n");
  EXPECT_EQ(scheduled_jobs(director, console,
                           {"Backup", "BackupAlder", "BackupAl", "A name", "A name of 20 letters", "Vol-4"}),
            (std::vector<std::string>{"A name of 20 letters", "BackupAlder"}));
}

TEST(JobFacts, TheChainIsTheDirectorsOwn) {
  ScriptedDirector director;
  director.line(".bvfs_get_jobids jobid=12", "Using Catalog \"MyCatalog\"\n1,7,12\n");
  EXPECT_EQ(job_chain(director, console, 12), (std::vector<std::int64_t>{1, 7, 12}));
}

TEST(JobFacts, AChainWithoutTheJobIsNone) {
  ScriptedDirector director;
  director.line(".bvfs_get_jobids jobid=12", "1,7\n");
  EXPECT_THROW(job_chain(director, console, 12), Failed);
  director.line(".bvfs_get_jobids jobid=13", "Unable to get last Job record\n");
  EXPECT_THROW(job_chain(director, console, 13), Failed);
}

TEST(JobFacts, AsksForFilesByTheNamesOfTheCatalogsVersion) {
  for (const bool old : {true, false}) {
    ScriptedDirector director;
    director.sql("SELECT MAX(VersionId) FROM Version", old ? "16\t" : "1024\t");
    director.sql(
        old ? "SELECT P.Path,N.Name FROM File AS F JOIN Path AS P ON P.PathId=F.PathId JOIN Filename AS N "
              "ON N.FilenameId=F.FilenameId WHERE F.JobId=3 AND F.FileIndex>0 AND P.Path IN ('/home/') "
              "AND N.Name<>''"
            : "SELECT P.Path,F.Filename FROM File AS F JOIN Path AS P ON P.PathId=F.PathId WHERE "
              "F.JobId=3 AND F.FileIndex>0 AND P.Path IN ('/home/') AND F.Filename<>''",
        "/home/\ta\t/home/\tb\t");
    EXPECT_EQ(files_in(director, console, 3, {"/home"}), (std::vector<std::string>{"/home/a", "/home/b"}));
  }
}

TEST(JobFacts, APathWithAQuoteIsNotAsked) {
  ScriptedDirector director;
  EXPECT_THROW(files_in(director, console, 3, {"/ho'me"}), Refused);
}

}  // namespace
}  // namespace recover::bacula
