#include <elf.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "recover/bacula/salvage_catalog.hpp"
#include "recover/bacula/salvage_configuration.hpp"
#include "recover/bacula/salvage_messages.hpp"
#include "recover/bacula/sqlite_file.hpp"
#include "recover/error.hpp"
#include "recover/kept_backup.hpp"
#include "recover/salvage/client_tree.hpp"
#include "recover/salvage/foreign_program.hpp"
#include "recover/system/files.hpp"
#include "system_temporary.hpp"

namespace recover {
namespace {

using bacula::SqliteFile;

class Configuration : public ::testing::Test {
 protected:
  bacula::SalvageConfiguration make() const {
    bacula::SalvageNeeds needs;
    needs.directory = "/etc/bacula";
    needs.client = "alder-fd";
    needs.fileset = "alder-root";
    needs.backup_job = "BackupAlder";
    needs.storage = "File1";
    needs.pool = "RecoverSalvage";
    needs.label = "RecoverSalvage-1-";
    needs.bootstrap = "/s/job.bsr";
    needs.messages = "/s/messages";
    needs.working = "/s";
    needs.volumes = "/s/volumes";
    needs.client_working = "/run/work";
    needs.programs = "/run/env";
    return bacula::make_salvage_configuration({[this](const std::string& path) {
                                                return files.contains(path) ? std::optional(files.at(path))
                                                                            : std::nullopt;
                                              }},
                                              needs);
  }

  std::map<std::string, std::string> files{
      {"/etc/bacula/bacula-dir.conf",
       "Director {\n  Name = alder-dir\n  Working Directory = \"/var/lib/bacula\"\n  PidDirectory = "
       "/run/bacula\n"
       "  Password = \"one\"\n}\n"
       "Job {\n  Name = RestoreFiles\n  Type = Restore\n}\n@/etc/bacula/more.conf\n"
       "Client {\n  Name = alder-fd\n}\nStorage {\n  Name = File1\n}\n"},
      {"/etc/bacula/more.conf",
       "FileSet {\n  Name = \"alder-root\"\n  Ignore FileSet Changes = no\n  Include {\n    Options {\n"
       "      Signature = SHA1\n    }\n    File = \"/a dir\"\n  }\n}\n"},
      {"/etc/bacula/bacula-sd.conf",
       "Storage {\n  Name = alder-sd\n  WorkingDirectory = /var/lib/bacula\n  PidDirectory = /run/bacula\n}\n"
       "Device {\n  Name = One\n  Archive Device = /mnt/storage/bacula\n  LabelMedia = no\n}\n"
       "Device {\n  Name = Two\n  Archive Device = /other\n  Read Only = yes\n  Maximum Volume Size = 5 "
       "g\n}\n"},
      {"/etc/bacula/bacula-fd.conf",
       "FileDaemon {\n  Name = alder-fd\n  WorkingDirectory = /var/lib/bacula\n  Pid Directory = "
       "/run/bacula\n"
       "  Plugin Directory = /usr/lib/bacula\n  PKI Keypair = \"/etc/bacula/key.pem\"\n}\n"
       "Director {\n  Name = alder-dir\n  Password = \"two\"\n}\n"
       "Messages {\n  Name = Standard\n  director = alder-dir = fatal\n}\n"}};
};

TEST_F(Configuration, HasTheOneJobInDirectoriesOfItsOwn) {
  const auto made = make();
  bacula::ConfigurationText text;
  const auto nodes = bacula::parse_into(text, "/dir", {[&](const std::string&) {
                                          return std::optional(made.director);
                                        }});
  EXPECT_TRUE(text.problems.empty());
  std::vector<std::string> writing;
  for (const auto& node : nodes) {
    if (node.word == "job" && bacula::keyword(node.text("type")) != "restore") writing.push_back(node.name());
    if (node.word == "director") {
      EXPECT_EQ(node.text("workingdirectory"), "/s/director");
      EXPECT_EQ(node.text("password"), "one");
    }
    if (node.word != "fileset") continue;
    EXPECT_EQ(node.text("ignorefilesetchanges"), "yes");
    ASSERT_NE(node.nodes.size(), 0U);
    const auto include = std::find_if(node.nodes.begin(), node.nodes.end(),
                                      [](const auto& one) { return one.word == "include"; });
    ASSERT_NE(include, node.nodes.end());
    EXPECT_EQ(include->text("file"), "/a dir");
  }
  EXPECT_EQ(writing, std::vector<std::string>{"BackupAlder"});
}

TEST_F(Configuration, GivesNoDeviceTheRealVolumes) {
  const auto made = make();
  EXPECT_EQ(made.storage.find("/mnt/storage"), std::string::npos);
  EXPECT_EQ(made.storage.find("/other"), std::string::npos);
  bacula::ConfigurationText text;
  int devices = 0;
  for (const auto& node : bacula::parse_into(text, "/sd", {[&](const std::string&) {
                                               return std::optional(made.storage);
                                             }})) {
    if (node.word != "device") continue;
    ++devices;
    EXPECT_EQ(node.text("archivedevice"), "/s/volumes");
    EXPECT_EQ(node.text("labelmedia"), "yes");
    EXPECT_EQ(node.find("readonly"), nullptr);
    EXPECT_EQ(node.find("maximumvolumesize"), nullptr);
  }
  EXPECT_EQ(devices, 2);
}

TEST_F(Configuration, LetsTheClientFindTheEnvironmentAndSayAll) {
  const auto made = make();
  bacula::ConfigurationText text;
  for (const auto& node : bacula::parse_into(text, "/fd", {[&](const std::string&) {
                                               return std::optional(made.client);
                                             }})) {
    if (node.word == "filedaemon") {
      EXPECT_EQ(node.text("workingdirectory"), "/run/work");
      EXPECT_EQ(node.text("plugindirectory"), "/run/env/usr/lib/bacula");
      EXPECT_EQ(node.text("pkikeypair"), "/run/env/etc/bacula/key.pem");
    }
    if (node.word == "messages") {
      EXPECT_NE(made.client.find("= all, !skipped"), std::string::npos);
    }
  }
  EXPECT_EQ(made.client.find("fatal"), std::string::npos);
}

TEST_F(Configuration, RefusesADirectorThatCouldWriteItself) {
  files["/etc/bacula/more.conf"] += "Job {\n  Name = Nightly\n  Type = Backup\n}\n";
  EXPECT_THROW(make(), Refused);
}

TEST_F(Configuration, RefusesASchedule) {
  files["/etc/bacula/more.conf"] += "Schedule {\n  Name = Nightly\n}\n";
  EXPECT_THROW(make(), Refused);
}

TEST_F(Configuration, RefusesWithoutTheFileSetOrWhatIsNotUnderstood) {
  const auto whole = files;
  files["/etc/bacula/more.conf"].replace(files["/etc/bacula/more.conf"].find("alder-root"), 10, "other-root");
  EXPECT_THROW(make(), Refused);
  files = whole;
  files["/etc/bacula/bacula-dir.conf"] += "Pool {\n";
  EXPECT_THROW(make(), Refused);
}

TEST(UnreadableFiles, AreThoseThatBaculaNames) {
  const auto found = bacula::unreadable_files(
      "24-Nov 05:00 alder-fd JobId 3: Error: Read error on file /home/a. b.raw. ERR=Input/output error\n"
      "24-Nov 05:00 alder-fd JobId 3:      Could not stat \"/home/new\nline\": ERR=Input/output error\n"
      "24-Nov 05:00 alder-fd JobId 3:      Could not open directory \"/srv/x/\": ERR=Structure needs "
      "cleaning\n"
      "24-Nov 05:00 alder-fd JobId 3:      Cannot open \"/etc/s\": ERR=Input/output error.\n"
      "24-Nov 05:00 alder-dir JobId 3: Start Backup JobId 3, Job=BackupAlder\n");
  EXPECT_EQ(found, (std::map<std::string, std::string>{{"/home/a. b.raw", "Input/output error"},
                                                       {"/home/new\nline", "Input/output error"},
                                                       {"/srv/x", "Structure needs cleaning"},
                                                       {"/etc/s", "Input/output error."}}));
  EXPECT_TRUE(bacula::unreadable_files("Could not stat \"/cut").empty());
}

TEST(WithoutFiles, LeavesTheOthersOfTheBootstrap) {
  const std::string head = "Volume=\"V\"\nVolSessionId=1\n";
  EXPECT_EQ(bacula::without_files(head + "FileIndex=1-9\nCount=9\n", {}), head + "FileIndex=1-9\nCount=9\n");
  EXPECT_EQ(bacula::without_files(head + "FileIndex=1-9\n", {9, 1, 4, 5}),
            head + "FileIndex=2-3\nFileIndex=6-8\n");
  EXPECT_EQ(bacula::without_files("FileIndex=7\nFileIndex=8-9\n", {7, 8}), "FileIndex=9\n");
}

class Catalog : public ::testing::Test {
 protected:
  void make(const std::string& level = "F", const std::string& purged = "0") {
    SqliteFile(path, SqliteFile::Way::fresh)
        .run(
            "CREATE TABLE Client(ClientId,Name);INSERT INTO Client VALUES(1,'fd');"
            "CREATE TABLE FileSet(FileSetId,FileSet);INSERT INTO FileSet VALUES(1,'set');"
            "CREATE TABLE "
            "Job(JobId,Name,ClientId,FileSetId,Type,Level,JobStatus,PurgedFiles,StartTime,JobTDate);"
            "INSERT INTO Job VALUES(1,'B',1,1,'B','" +
            level + "','T'," + purged +
            ",'2026-11-21 22:00:00',1);"
            "CREATE TABLE Path(PathId,Path);INSERT INTO Path VALUES(1,'/a/');"
            "CREATE TABLE Filename(FilenameId,Name);INSERT INTO Filename VALUES(1,'x'),(2,''),(3,'gone');"
            "CREATE TABLE File(FileId INTEGER,FileIndex,JobId INTEGER,PathId INTEGER,FilenameId "
            "INTEGER,LStat);"
            "INSERT INTO File VALUES(10,1,2,1,1,'A A A A A A A A A A A A A F A A'),"
            "(11,2,2,1,2,'A A A A A A A A A A A A A A A A'),"
            "(12,0,2,1,3,'A A A A A A A A A A A A A A A A'),(13,1,1,1,1,'A A A A A A A A A A A A A A A A');"
            "CREATE TABLE Pool(PoolId,Name);INSERT INTO Pool VALUES(1,'File'),(2,'RecoverSalvage');"
            "CREATE TABLE Media(MediaId,VolumeName,PoolId,VolStatus,Recycle);"
            "INSERT INTO Media VALUES(1,'Old',1,'Append',1),(2,'New',2,'Append',1);"
            "CREATE TABLE JobMedia(JobMediaId,JobId INTEGER,MediaId);INSERT INTO JobMedia "
            "VALUES(1,1,1),(2,2,2),(3,2,2);");
  }
  void require(std::int64_t now = 4102444800) const { bacula::require_base(path, {"fd", "set", "B"}, now); }

  tests::TemporaryDirectory directory;
  std::string path = directory / "bacula.db";
};

TEST_F(Catalog, WithAGoodFullIsEnough) {
  make();
  EXPECT_NO_THROW(require());
}

TEST_F(Catalog, WithoutAFullIsRefused) {
  make("I");
  EXPECT_THROW(require(), Refused);
}

TEST_F(Catalog, WithoutTheFullsFilesIsRefused) {
  make("F", "1");
  EXPECT_THROW(require(), Refused);
}

TEST_F(Catalog, OfTheFutureIsRefused) {
  make();
  EXPECT_THROW(require(1), Refused);
}

TEST_F(Catalog, LosesWhatIsTakenOutAndNothingElse) {
  make();
  auto files = bacula::files_of(path, 2);
  ASSERT_EQ(files.size(), 3U);
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
  EXPECT_EQ(files[0].path, "/a/x");
  EXPECT_EQ(files[0].link, 5);
  EXPECT_EQ(files[1].path, "/a/");
  EXPECT_EQ(files[2].index, 0);
  bacula::settle_salvage(path, {10, 12}, "RecoverSalvage");
  EXPECT_EQ(bacula::files_of(path, 2).size(), 1U);
  EXPECT_EQ(bacula::files_of(path, 1).size(), 1U);
  SqliteFile catalog(path, SqliteFile::Way::as_it_lies);
  EXPECT_EQ(catalog.rows("SELECT VolStatus,Recycle FROM Media ORDER BY MediaId"),
            (std::vector<SqliteFile::Row>{{"Append", "1"}, {"Read-Only", "0"}}));
  EXPECT_EQ(bacula::salvage_volumes(path, 2), std::vector<std::string>{"New"});
}

TEST_F(Catalog, HidesFilesOfEveryJobAndShowsThemAgain) {
  make();
  const auto keys = bacula::keys_of(path, {10});
  EXPECT_EQ(keys, (std::vector<bacula::FileKey>{{"1", "1"}}));
  bacula::hide_files(path, keys);
  EXPECT_EQ(bacula::files_of(path, 2).size(), 2U);
  EXPECT_TRUE(bacula::files_of(path, 1).empty());
  bacula::show_files(path);
  EXPECT_EQ(bacula::files_of(path, 2).size(), 3U);
  EXPECT_EQ(bacula::files_of(path, 1).size(), 1U);
}

TEST(FstabPoints, AreWhatIsMountedBesidesTheRoot) {
  EXPECT_EQ(salvage::fstab_points("# /dev/x /no ext4\nUUID=1 / btrfs rw 0 0\nUUID=2 /a\\040b/ ext4 rw 0 0\n"
                                  "UUID=3 none swap sw 0 0\n\nLABEL=x /data xfs\n/dev/y /cut\n"),
            (std::vector<std::string>{"/a b", "/data"}));
}

TEST(ForeignProgram, IsRunByTheLoaderThatItAsksFor) {
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_phoff = sizeof header;
  header.e_phnum = 2;
  header.e_phentsize = sizeof(Elf64_Phdr);
  Elf64_Phdr parts[2]{};
  const std::string loader = "/lib64/ld.so";
  parts[1].p_type = PT_INTERP;
  parts[1].p_offset = sizeof header + sizeof parts;
  parts[1].p_filesz = loader.size() + 1;
  std::string elf(reinterpret_cast<const char*>(&header), sizeof header);
  elf.append(reinterpret_cast<const char*>(parts), sizeof parts);
  elf += loader + '\0';
  EXPECT_EQ(salvage::interpreter_of(elf), loader);
  for (std::size_t size = 0; size < elf.size(); ++size)
    EXPECT_EQ(salvage::interpreter_of(elf.substr(0, size)), "") << size;
  EXPECT_EQ(salvage::interpreter_of("#!/bin/sh\n" + std::string(200, ' ')), "");
  EXPECT_EQ(
      salvage::library_directories("\tlinux-vdso.so.1 (0x1)\n\tliba.so => /usr/lib/x/liba.so (0x2)\n"
                                   "\tlibb.so => /lib/libb.so (0x3)\n\tlibc.so => /usr/lib/x/libc.so (0x4)\n"
                                   "\tlibd.so => not found\n"),
      (std::vector<std::string>{"/usr/lib/x", "/lib"}));
}

class Kept : public ::testing::Test {
 protected:
  Kept() {
    directory.put("scratch/volumes/New-1", "volume");
    directory.put("scratch/director/bacula.db", "new catalog");
    directory.put("volumes/Old-1", "old volume");
    directory.put("env/bacula.db", "old catalog");
    directory.put("job.bsr", "Volume=\"Old-1\"");
    backup.volumes = {"New-1"};
    backup.catalog = "director/bacula.db";
    backup.addition = "Volume=\"New-1\"\n";
    backup.damaged = {"/a: why"};
    backup.kept_back = 2;
    decide(scratch, backup);
  }
  void put() { recover::put(scratch, decided(scratch).value(), places); }
  std::string read(const char* name) const { return system::read_file(directory / name); }

  tests::TemporaryDirectory directory;
  std::string scratch = directory / "scratch";
  RealPlaces places{directory / "volumes", directory / "env/bacula.db", directory / "job.bsr"};
  KeptBackup backup;
};

TEST_F(Kept, ComesIntoItsPlaceAndLeavesTheFormer) {
  const auto read_back = decided(scratch).value();
  EXPECT_EQ(read_back.damaged, backup.damaged);
  EXPECT_EQ(read_back.kept_back, 2);
  put();
  EXPECT_EQ(read("volumes/New-1"), "volume");
  EXPECT_EQ(read("volumes/Old-1"), "old volume");
  EXPECT_EQ(read("env/bacula.db"), "new catalog");
  EXPECT_EQ(read("env/bacula.db.before-recovery"), "old catalog");
  EXPECT_EQ(read("job.bsr"), "Volume=\"Old-1\"\nVolume=\"New-1\"\n");
  EXPECT_EQ(read("job.bsr.before-salvage"), "Volume=\"Old-1\"");
  EXPECT_FALSE(system::exists(scratch));
  EXPECT_FALSE(decided(scratch));
}

TEST_F(Kept, IsGoneOnWithWhereItWasInterrupted) {
  // Behind the volume's second name; and behind all but the end.
  std::filesystem::create_hard_link(directory / "scratch/volumes/New-1", directory / "volumes/New-1");
  std::filesystem::copy(scratch, directory / "again", std::filesystem::copy_options::recursive);
  put();
  EXPECT_EQ(read("volumes/New-1"), "volume");
  std::filesystem::remove(directory / "again/volumes/New-1");
  std::filesystem::remove(directory / "again/director/bacula.db");
  std::filesystem::rename(directory / "again", scratch);
  put();
  EXPECT_EQ(read("env/bacula.db"), "new catalog");
  EXPECT_EQ(read("env/bacula.db.before-recovery"), "old catalog");
  EXPECT_EQ(read("job.bsr"), "Volume=\"Old-1\"\nVolume=\"New-1\"\n");
}

TEST_F(Kept, TakesNoOthersPlace) {
  directory.put("volumes/New-1", "another");
  EXPECT_THROW(put(), Refused);
  EXPECT_EQ(read("volumes/New-1"), "another");
  EXPECT_EQ(read("env/bacula.db"), "old catalog");
}

}  // namespace
}  // namespace recover
