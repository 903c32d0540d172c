// What is done for the next boot, on temporary trees, with a Director that answers from a script.
#include "recover/leave_actions.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "recover/bacula/keep.hpp"
#include "recover/error.hpp"
#include "recover/gate.hpp"
#include "recover/journal.hpp"
#include "recover/journal_state.hpp"
#include "recover/reminder.hpp"
#include "recover/system/files.hpp"
#include "tests/unit/scripted_processes.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::test {
namespace {

namespace fs = std::filesystem;
using tests::ScriptedDirector;

struct Heard : Observer {
  std::vector<Event> events;
  void observe(const Event& event) override { events.push_back(event); }
  const Event& only(const std::string& name) const {
    EXPECT_EQ(events.size(), 1U);
    EXPECT_EQ(events.at(0).name, name) << events.at(0).text("why");
    return events.at(0);
  }
};

const char* const media = "SELECT VolumeName,VolStatus FROM Media";

class LeaveActions : public testing::Test {
 protected:
  LeaveActions() { keep(true); }

  void keep(bool by_director) {
    bacula::Backup backup;
    backup.volumes = {"Vol-1", "Vol-2"};
    backup.by_director = by_director;
    bacula::write_backup(state.path(), backup);
  }

  HoldVolumes hold() const { return {{ScriptedDirector::argv()}, state.path()}; }

  void hold_both(const std::string& before) {
    director.sql(media, before);
    director.line("update volume=Vol-1 volstatus=Read-Only", "New Volume status is: Read-Only\n");
    director.line("update volume=Vol-2 volstatus=Read-Only", "New Volume status is: Read-Only\n");
    director.sql(media, before);
    director.sql(media, "Vol-1\tRead-Only\tVol-2\tRead-Only\t");
  }

  HandOverCatalog catalog() const {
    return {environment.path(), root.path(), "/etc/bacula", "alder-fd", "sqlite3", state.path()};
  }

  void with_catalogs() {
    environment.put("etc/bacula/bacula-dir.conf", "Director {\n  Working Directory = /var/lib/bacula\n}\n");
    root.put("etc/bacula/bacula-dir.conf",
             "Director {\n  WorkingDirectory = \"/srv/bacula\"\n}\nCatalog {\n"
             "  dbname = alder; dbpassword = \"\"\n}\n");
    environment.put("var/lib/bacula/bacula.db", "the newest");
    fs::create_directories(root / "srv/bacula");
  }

  mode_t mode_of(const std::string& path) const {
    struct stat status {};
    EXPECT_EQ(::lstat((root / path).c_str(), &status), 0) << path;
    return status.st_mode & 07777;
  }

  tests::TemporaryDirectory state, environment, root;
  ScriptedDirector director;
  Heard heard;
};

TEST_F(LeaveActions, VolumesAreHeldAndTheirStatusIsKept) {
  hold_both("Vol-1\tFull\tVol-2\tAppend\tVol-9\tAppend\t");
  hold_volumes(director, hold(), true, heard);
  EXPECT_EQ(heard.only("volumes-held").list("volumes"),
            (std::vector<std::string>{"Full Vol-1", "Append Vol-2"}));
  EXPECT_TRUE(director.said("update volume=Vol-2 volstatus=Read-Only"));
  EXPECT_FALSE(director.said("update volume=Vol-9 volstatus=Read-Only"));
}

TEST_F(LeaveActions, VolumesThatWereReadOnlyBeforeAreNobodysToGiveBack) {
  hold_both("Vol-1\tRead-Only\tVol-2\tAppend\t");
  hold_volumes(director, hold(), true, heard);
  EXPECT_EQ(heard.only("volumes-held").list("volumes"), (std::vector<std::string>{"Append Vol-2"}));
}

TEST_F(LeaveActions, WhatAnEarlierRunHasHeldIsRemembered) {
  Journal::create(state.path())
      .write(Event("volumes-held").with("volumes", std::vector<std::string>{"Full Vol-1"}));
  Journal::create(state.path()).write(Event("run-begun"));
  hold_both("Vol-1\tRead-Only\tVol-2\tAppend\t");
  hold_volumes(director, hold(), true, heard);
  EXPECT_EQ(heard.only("volumes-held").list("volumes"),
            (std::vector<std::string>{"Full Vol-1", "Append Vol-2"}));
}

TEST_F(LeaveActions, WithoutADirectorTheVolumesWaitForTheMachine) {
  hold_volumes(director, hold(), false, heard);
  EXPECT_FALSE(heard.only("volumes-not-held").text("why").empty());
  EXPECT_TRUE(director.calls.empty());
}

TEST_F(LeaveActions, ACatalogThatDoesNotKnowTheVolumesIsNoFailure) {
  director.sql(media, "Vol-1\tFull\t");
  director.sql(media, "Vol-1\tFull\t");
  director.line("update volume=Vol-1 volstatus=Read-Only", "New Volume status is: Read-Only\n");
  director.sql(media, "Vol-1\tRead-Only\t");
  hold_volumes(director, hold(), true, heard);
  ASSERT_EQ(heard.events.size(), 2U);
  EXPECT_EQ(heard.events[0].list("volumes"), std::vector<std::string>{"Full Vol-1"});
  EXPECT_EQ(heard.events[1].name, "volumes-not-held");
  EXPECT_NE(heard.events[1].text("why").find("Vol-2"), std::string::npos);
}

TEST_F(LeaveActions, TheCatalogGoesWhereTheMachineLooksForIt) {
  with_catalogs();
  hand_over_catalog(director, catalog(), heard);
  EXPECT_EQ(heard.only("catalog-handed-over").text("to"), "/srv/bacula/alder.db");
  EXPECT_EQ(heard.events[0].text("from"), environment / "var/lib/bacula/bacula.db");
  EXPECT_EQ(system::read_file(root / "srv/bacula/alder.db"), "the newest");
  EXPECT_EQ(mode_of("srv/bacula/alder.db"), 0640U);
}

TEST_F(LeaveActions, TheCatalogOfTheBackupIsKeptWithWhatBelongsToIt) {
  with_catalogs();
  fs::permissions(root.put("srv/bacula/alder.db", "older"), fs::perms::owner_read | fs::perms::owner_write);
  root.put("srv/bacula/alder.db-journal", "of the older");
  hand_over_catalog(director, catalog(), heard);
  heard.only("catalog-handed-over");
  EXPECT_EQ(system::read_file(root / "srv/bacula/alder.db"), "the newest");
  EXPECT_EQ(mode_of("srv/bacula/alder.db"), 0600U);
  EXPECT_FALSE(fs::exists(root / "srv/bacula/alder.db-journal"));
  EXPECT_EQ(system::read_file(root / "srv/bacula/alder.db.before-recovery-journal"), "of the older");
  hand_over_catalog(director, catalog(), heard);  // begun once more
  EXPECT_EQ(system::read_file(root / "srv/bacula/alder.db.before-recovery"), "older");
}

TEST_F(LeaveActions, TheCopyOfARunThatWasKilledBehindItIsNoOlderCatalog) {
  with_catalogs();
  hand_over_catalog(director, catalog(), heard);
  hand_over_catalog(director, catalog(), heard);
  EXPECT_EQ(system::read_file(root / "srv/bacula/alder.db"), "the newest");
  EXPECT_FALSE(fs::exists(root / "srv/bacula/alder.db.before-recovery"));
}

TEST_F(LeaveActions, TheCatalogIsAsTheOlderOneWasThatAKilledRunPutAside) {
  with_catalogs();
  const auto kept = root.put("srv/bacula/alder.db.before-recovery", "older");
  fs::permissions(kept, fs::perms::owner_read | fs::perms::owner_write);
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(kept.c_str(), 1234, 4321), 0);
  }
  hand_over_catalog(director, catalog(), heard);
  struct stat older {
  }, newest{};
  ASSERT_EQ(::stat(kept.c_str(), &older), 0);
  ASSERT_EQ(::stat((root / "srv/bacula/alder.db").c_str(), &newest), 0);
  EXPECT_EQ(newest.st_mode, older.st_mode);
  EXPECT_EQ(std::pair(newest.st_uid, newest.st_gid), std::pair(older.st_uid, older.st_gid));
}

TEST_F(LeaveActions, AWorkingDirectoryThatNoBackupHoldsIsMade) {
  with_catalogs();
  fs::remove(root / "srv/bacula");
  fs::permissions(environment / "var/lib/bacula", fs::perms::owner_all);
  root.put("etc/passwd", "root:x:0:0::/:/bin/sh\nbacula:x:" + std::to_string(::getuid()) + ":" +
                             std::to_string(::getgid()) + "::/var/lib/bacula:/bin/false\n");
  hand_over_catalog(director, catalog(), heard);
  heard.only("catalog-handed-over");
  EXPECT_EQ(mode_of("srv/bacula"), 0700U);
  EXPECT_EQ(system::read_file(root / "srv/bacula/alder.db"), "the newest");
}

TEST_F(LeaveActions, NoLinkLeadsTheCatalogOutOfTheTree) {
  with_catalogs();
  const tests::TemporaryDirectory outside;
  fs::remove(root / "srv/bacula");
  fs::create_directories(root / "somewhere");
  fs::create_symlink("../../../../../../../../../somewhere", root / "srv/bacula");
  hand_over_catalog(director, catalog(), heard);
  heard.only("catalog-handed-over");
  EXPECT_TRUE(fs::exists(root / "somewhere/alder.db"));
}

TEST_F(LeaveActions, ACatalogThatMayNotKnowTheBackupIsNotHandedOver) {
  with_catalogs();
  const auto why = [&](const HandOverCatalog& action) {
    heard.events.clear();
    hand_over_catalog(director, action, heard);
    EXPECT_FALSE(fs::exists(root / "srv/bacula/alder.db"));
    return heard.only("catalog-not-handed-over").text("why");
  };
  auto action = catalog();
  action.kind = "postgresql";
  EXPECT_NE(why(action).find("made by hand"), std::string::npos) << "nothing to dump";
  keep(false);
  EXPECT_NE(why(catalog()).find("could not be asked"), std::string::npos);
  keep(true);
  environment.put("var/lib/bacula/bacula.db-journal", "a change");
  EXPECT_NE(why(catalog()).find("-journal"), std::string::npos);
  fs::remove(environment / "var/lib/bacula/bacula.db-journal");
  fs::remove(environment / "var/lib/bacula/bacula.db");
  EXPECT_NE(why(catalog()).find("has no /var/lib/bacula/bacula.db"), std::string::npos);
  fs::remove(root / "etc/bacula/bacula-dir.conf");
  EXPECT_NE(why(catalog()).find("bacula-dir.conf"), std::string::npos);
}

class Reminded : public LeaveActions {
 protected:
  LeaveReminder action() const {
    return {root.path(),
            environment.put("bin/recover", "the program"),
            environment.put("machine.toml", "the profile"),
            {environment.put("a/storage.toml", "storage"), environment.put("b/mine.toml", "mine")},
            {}};
  }
  void program(int status, const std::string& says) {
    processes.answer({"chroot", root.path(), "/var/lib/recover/recover", "--version"}, "",
                     tests::ended(status, says));
  }
  tests::ScriptedProcesses processes;
};

TEST_F(Reminded, TheProgramComesWithProfileAndPlaybooks) {
  root.put("usr/lib/systemd/systemd", "1");
  program(0, "recover 0.1.0\n");
  leave_reminder(processes, action(), heard);
  const auto files = heard.only("reminder-left").list("files");
  for (const auto& file : files) EXPECT_TRUE(fs::is_symlink(root / file) || fs::exists(root / file)) << file;
  EXPECT_EQ(files.size(), 7U);
  EXPECT_EQ(fs::read_symlink(root / "etc/systemd/system/multi-user.target.wants/recover-verify.service"),
            "/etc/systemd/system/recover-verify.service");
  EXPECT_EQ(system::read_file(root / "var/lib/recover/playbooks/mine.toml"), "mine");
  EXPECT_EQ(mode_of("var/lib/recover"), 0700U);
  EXPECT_EQ(mode_of("var/lib/recover/recover"), 0755U);
  EXPECT_EQ(mode_of("var/lib/recover/machine.toml"), 0600U);
  EXPECT_EQ(mode_of("etc/profile.d/recover.sh"), 0644U);
  leave_reminder(processes, action(), heard);  // a step that had begun begins once more
}

// A bundle's program does not run without them.
TEST_F(Reminded, TheLibrariesOfABundleComeWithTheProgramAndGoWithIt) {
  root.put("usr/lib/systemd/systemd", "1");
  program(0, "recover 0.1.0\n");
  auto bundle = action();
  bundle.libraries = {environment.put("recover-lib/libz.so.1", "a library")};
  leave_reminder(processes, bundle, heard);
  EXPECT_EQ(system::read_file(root / "var/lib/recover/recover-lib/libz.so.1"), "a library");
  remove_reminder(root.path());
  EXPECT_FALSE(fs::exists(root / "var/lib/recover/recover-lib"));
  EXPECT_FALSE(reminder_is_there(root.path()));
}

TEST_F(Reminded, AProgramThatDoesNotRunThereIsNotStartedThere) {
  root.put("lib/systemd/systemd", "1");
  root.put("sbin/openrc-run", "1");
  program(127, "error while loading shared libraries: libefivar.so.1");
  leave_reminder(processes, action(), heard);
  EXPECT_NE(heard.only("reminder-without-program").text("why").find("libefivar"), std::string::npos);
  EXPECT_FALSE(fs::exists(root / "etc/systemd"));
  EXPECT_FALSE(fs::exists(root / "etc/init.d"));
  EXPECT_NE(system::read_file(root / "etc/issue.d/recover.issue").find("Install recover"), std::string::npos);
}

TEST_F(Reminded, TheReminderOfAnEarlierRecoveryIsNotTakenForThisOne) {
  root.put("usr/lib/systemd/systemd", "1");
  root.put("etc/systemd/system/recover-verify.service", "of the backup");
  root.put("var/lib/recover/playbooks/older.toml", "of the backup");
  program(127, "");
  leave_reminder(processes, action(), heard);
  EXPECT_FALSE(fs::exists(root / "etc/systemd/system/recover-verify.service"));
  EXPECT_FALSE(fs::exists(root / "var/lib/recover/playbooks/older.toml"));
}

TEST_F(Reminded, AnotherInitIsTold) {
  program(0, "recover 0.1.0\n");
  leave_reminder(processes, action(), heard);
  ASSERT_EQ(heard.events.size(), 2U);
  EXPECT_EQ(heard.events[1].name, "reminder-without-unit");
  EXPECT_FALSE(state_of(heard.events).reminder_problem.empty());
}

TEST_F(Reminded, NoLinkLeadsItOutOfTheTree) {
  const tests::TemporaryDirectory outside;
  fs::create_directories(root / "etc");
  fs::create_symlink(outside.path(), root / "etc/profile.d");
  program(0, "recover 0.1.0\n");
  EXPECT_THROW(leave_reminder(processes, action(), heard), Failed);
  EXPECT_TRUE(fs::is_empty(outside.path()));
}

// What the gate says of a run whose last events are these.
std::string said(const std::vector<Event>& events) {
  std::vector<Event> all{Event("run-begun")};
  all.insert(all.end(), events.begin(), events.end());
  all.emplace_back("run-complete");
  return gate(state_of(all)).text;
}

Event problem(const char* name) {
  return Event(name).with("why", "the moon is full");
}

TEST(LeftProblems, AreSaidAtTheGate) {
  EXPECT_EQ(said({}).find("moon"), std::string::npos);
  EXPECT_NE(said({}).find("It runs the backup there"), std::string::npos);
  for (const auto* name :
       {"volumes-not-held", "catalog-not-handed-over", "reminder-without-program", "reminder-without-unit"})
    EXPECT_NE(said({problem(name)}).find("the moon is full"), std::string::npos) << name;
  EXPECT_NE(said({problem("volumes-not-held")}).find("sees to that when it boots"), std::string::npos);
  const auto by_hand = said({problem("volumes-not-held"), problem("reminder-without-unit")});
  EXPECT_NE(by_hand.find("recover quarantine --hold"), std::string::npos);
  EXPECT_EQ(by_hand.find("It runs the backup there"), std::string::npos);
}

TEST(LeftProblems, ADumpIsLoadedByHand) {
  const std::vector<std::string> commands{"createdb bacula", "psql bacula < /var/lib/recover/catalog.sql"};
  const auto text =
      said({problem("catalog-not-handed-over"),
            Event("catalog-left").with("to", "/var/lib/recover/catalog.sql").with("commands", commands)});
  EXPECT_EQ(text.find("moon"), std::string::npos) << "an earlier try";
  EXPECT_NE(text.find("/var/lib/recover/catalog.sql. Load it"), std::string::npos) << text;
  EXPECT_NE(text.find("\n  createdb bacula\n  psql bacula < "), std::string::npos) << text;
}

TEST(LeftProblems, AreGoneWhenALaterTryGoesWell) {
  EXPECT_EQ(said({problem("volumes-not-held"), Event("volumes-held"), problem("catalog-not-handed-over"),
                  Event("catalog-handed-over"), problem("reminder-without-program"), Event("reminder-left")}),
            said({}));
}

}  // namespace
}  // namespace recover::test
