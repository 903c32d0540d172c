// A catalog that a server has: command lines, what it knows, how it is dumped.
#include "recover/bacula/catalog_server.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

#include "recover/bacula/database_access.hpp"
#include "recover/bacula/dump_file.hpp"
#include "recover/bacula/known_backups.hpp"
#include "recover/error.hpp"
#include "system_temporary.hpp"

namespace recover::test {
namespace {

using namespace recover::bacula;
using namespace recover::tests;

const CatalogServer postgresql{"postgresql", "/env"}, mariadb{"mysql", "/env"};
const DatabaseNames names{"bacula", "bacula"};

std::string line(const std::vector<std::string>& argv) {
  std::string all;
  for (const auto& word : argv) all += (all.empty() ? "" : " ") + word;
  return all;
}

bool has(const std::vector<std::string>& argv, const std::string& word) {
  return std::find(argv.begin(), argv.end(), word) != argv.end();
}

TEST(CatalogServer, ListensOnASocketAloneAndEndsWithRecover) {
  EXPECT_EQ(line(start_command(postgresql)),
            "chroot /env setpriv --reuid=postgres --regid=postgres --clear-groups --pdeathsig=KILL "
            "/var/lib/recover-catalog/bin/postgres -D /var/lib/recover-catalog/data -k /run/recover-catalog "
            "-p 5432 -c listen_addresses= -c unix_socket_permissions=0700 -c dynamic_shared_memory_type=mmap "
            "-c log_min_error_statement=panic");
  EXPECT_TRUE(has(start_command(mariadb), "--skip-networking"));
  EXPECT_EQ(start_command(mariadb)[7], "mariadbd");
  EXPECT_EQ(start_command(mariadb)[8], "--no-defaults");
}

TEST(CatalogServer, WaitsForTheDiskOnceItIsInUse) {
  auto server = postgresql;
  EXPECT_FALSE(has(start_command(server), "fsync=off"));
  server.careless = true;
  EXPECT_TRUE(has(start_command(server), "fsync=off"));
}

TEST(CatalogServer, IsMadeInADirectoryOfItsUser) {
  auto server = postgresql;
  server.data = ServerPlaces::data_beside;
  const auto commands = init_commands(server, "bacula");
  ASSERT_EQ(commands.size(), 3U);
  EXPECT_EQ(line(commands[1]),
            "chroot /env install -d -m 0700 -o postgres -g postgres /var/lib/recover-catalog/data.new");
  EXPECT_TRUE(has(commands[2], "--username=bacula"));
  EXPECT_TRUE(has(commands[2], "--encoding=SQL_ASCII"));
  EXPECT_TRUE(has(init_commands(mariadb, "bacula")[2], "--datadir=/var/lib/recover-catalog/data"));
  EXPECT_EQ(line(socket_commands(mariadb)[0]),
            "chroot /env install -d -m 0700 -o mysql -g mysql /run/recover-catalog");
}

TEST(CatalogServer, TheNewestProgramsAreTaken) {
  TemporaryDirectory tree;
  EXPECT_EQ(find_server_programs("postgresql", tree / ""), "");
  const auto put = [&](const std::string& directory, const std::vector<std::string>& programs) {
    for (const auto& program : programs) ::chmod(tree.put(directory + "/" + program, "").c_str(), 0755);
  };
  put("usr/lib/postgresql/9.6/bin", server_programs("postgresql"));
  put("usr/lib/postgresql/15/bin", server_programs("postgresql"));
  put("usr/lib/postgresql/17/bin", {"psql", "pg_dump"});  // a client alone
  EXPECT_EQ(find_server_programs("postgresql", tree / ""), "/usr/lib/postgresql/15/bin");
  EXPECT_EQ(find_server_programs("mysql", tree / ""), "");
}

// Behind a refused COPY psql would read rows as statements, in which any user's names stand.
TEST(CatalogServer, OnlyAForeignDumpIsLoadedPastAnError) {
  const auto stops = [](bool own) {
    const auto argv = load_command({"postgresql", "/e"}, {"bacula", "bacula"}, own);
    return std::count(argv.begin(), argv.end(), "--set=ON_ERROR_STOP=1") == 1;
  };
  EXPECT_TRUE(stops(true));
  EXPECT_FALSE(stops(false));
}

TEST(CatalogServer, NamesAreQuoted) {
  EXPECT_NE(create_database("postgresql", "a\"b").find("CREATE DATABASE \"a\"\"b\" TEMPLATE template0"),
            std::string::npos);
  EXPECT_EQ(create_database("mysql", "a`b"), "CREATE DATABASE `a``b`;\n");
}

TEST(CatalogServer, BaculasScriptGivesItsStatements) {
  const std::string script =
      "#!/bin/sh\npsql -f - -d ${db_name} $* <<END-OF-DATA\n\nCREATE TABLE Job (x "
      "int);\n\nEND-OF-DATA\npstat=$?\n";
  EXPECT_EQ(statements_of(script, names), "\nCREATE TABLE Job (x int);\n\n");
  EXPECT_EQ(statements_of("mysql -f <<END-OF-DATA\nUSE ${db_name};\nCREATE TABLE a;\nEND-OF-DATA\n", names),
            "USE bacula;\nCREATE TABLE a;\n");
  EXPECT_THROW(statements_of("nothing", names), Failed);
  EXPECT_THROW(statements_of("<<END-OF-DATA\nCREATE TABLE $other;\nEND-OF-DATA\n", names), Failed);
}

// libmariadb has the socket of the machine's own server built in, and bscan no option for another.
TEST(CatalogServer, BscanIsLedToIt) {
  EXPECT_EQ(line(scan_command(postgresql, names, {"chroot", "/env", "bscan", "-s"})),
            "chroot /env bscan -n bacula -u bacula -h /run/recover-catalog -t 5432 -s");
  EXPECT_EQ(line(scan_command(mariadb, names, {"chroot", "/env", "bscan", "-s"})),
            "chroot /env env MYSQL_UNIX_PORT=/run/recover-catalog/mysqld.sock bscan -n bacula -u bacula -s");
}

const std::string known_text =
    "version\t16\njobs\t3\n"
    "backup\t1795427356\t1\t1\tBackupAlder\tF\t2026-11-23 09:49:22\t726\t977729\n"
    "backup\t1795427356\t2\t2\tBackupAlder\tI\t2026-11-23 09:49:28\t0\t0\nend\n";

TEST(KnownBackups, AreAskedForByTheirSession) {
  const auto known = parse_known_backups(known_text);
  NewestBackup newest;
  newest.jobs.push_back({2, 1795427356, {}});
  auto sight = sight_of(known, "BackupAlder", newest);
  EXPECT_TRUE(sight.knows_newest);
  EXPECT_EQ(sight.version, 16);
  EXPECT_EQ(sight.jobs, 3);
  EXPECT_EQ(words_of(sight.newest), "BackupAlder (job 2), Incremental, 2026-11-23 09:49:28");
  newest.jobs.back().session_id = 3;
  sight = sight_of(known, "BackupAlder", newest);
  EXPECT_FALSE(sight.knows_newest);
  EXPECT_EQ(sight.unknown.size(), 1U);
  // A later one of that name will do as well; another job's will not.
  newest.jobs.back() = {9, 1795427355, {}};
  EXPECT_TRUE(sight_of(known, "BackupAlder", newest).knows_newest);
  EXPECT_FALSE(sight_of(known, "Other", newest).knows_newest);
}

TEST(KnownBackups, AnAnswerThatIsCutShortIsNone) {
  EXPECT_THROW(parse_known_backups(known_text.substr(0, known_text.size() - 4)), Failed);
  EXPECT_THROW(parse_known_backups(""), Failed);
}

TEST(DumpFile, IsKnownByItsBeginningAndItsEnd) {
  TemporaryDirectory directory;
  const std::string begin = "--\n-- PostgreSQL database dump\n--\n\n\\restrict x\n",
                    end = "--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict x\n\n";
  EXPECT_NO_THROW(require_dump_of("postgresql", directory.put("a", begin + end)));
  EXPECT_THROW(require_dump_of("postgresql", directory.put("b", begin)), Failed);
  EXPECT_THROW(require_dump_of("mysql", directory.put("c", begin + end)), Failed);
  EXPECT_THROW(require_dump_of("postgresql", directory.put("d", "PGDMP...")), Failed);
  EXPECT_THROW(require_dump_of("postgresql", directory.put("e", "")), Failed);
  EXPECT_THROW(require_dump_of("postgresql", directory / "nothing"), Failed);
  EXPECT_NO_THROW(require_dump_of(
      "mysql", directory.put("f",
                             "/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n"
                             "-- Dump completed on 2026-11-23 11:12:39\n")));
}

// A dump begins by dropping what an empty database has not, and names owners that the environment has not.
TEST(DumpFile, WhatIsMissingWhileItIsLoadedIsNoFault) {
  EXPECT_EQ(fault_in_load("ERROR:  index \"snapshot_idx\" does not exist\nSET\n"
                          "ERROR:  role \"postgres\" does not exist\n"),
            "");
  EXPECT_EQ(
      fault_in_load("ERROR:  role \"x\" does not exist\nERROR:  could not extend file: No space left\n"),
      "ERROR:  could not extend file: No space left");
  EXPECT_EQ(fault_in_load("psql: error: connection to server lost\n"),
            "psql: error: connection to server lost");
}

DatabaseAccess access_of(const std::string& catalog) {
  const auto found =
      find_database("/etc/bacula", "alder-fd", {[&](const std::string&) -> std::optional<std::string> {
                      return "Catalog {\n Name = Other\n dbname = other\n}\n"
                             "Client {\n Name = alder-fd\n Catalog = Main\n}\n"
                             "Catalog {\n Name = Main\n" +
                             catalog + "}\n";
                    }});
  return found.value_or(DatabaseAccess{});
}

TEST(DatabaseAccess, IsThatOfTheClientsCatalog) {
  const auto access = access_of(
      " DB Name = bac\n dbuser = bob; dbpassword = \"se:c\"\n DB Address = Alder\n DB Port = 5433\n");
  EXPECT_EQ(access.names, (DatabaseNames{"bac", "bob"}));
  EXPECT_EQ(access.password, "se:c");
  EXPECT_EQ(access.port, "5433");
  EXPECT_TRUE(access.is_here({"alder"}));
  EXPECT_FALSE(access.is_here({"birch"}));
  EXPECT_FALSE(find_database("/etc/bacula", "", {[](const auto&) {
                               return std::nullopt;
                             }}));
}

TEST(DatabaseAccess, APasswordIsInNoCommandLine) {
  for (const auto* kind : {"postgresql", "mysql"}) {
    const auto ways = dump_ways(kind, access_of(" dbname = bac\n dbuser = bob\n dbpassword = \"se:c\"\n"),
                                true, true, "/usr/bin", "/run/x/secret");
    ASSERT_GE(ways.size(), 2U);
    EXPECT_NE(ways[0].secret.find("se"), std::string::npos);
    for (const auto& way : ways) EXPECT_EQ(line(way.argv).find("se:c"), std::string::npos);
  }
  const auto way = dump_ways("postgresql", access_of(" dbname = bac\n dbuser = bob\n dbpassword = \"a:b\"\n"),
                             true, false, "/usr/bin", "/run/x/secret")
                       .front();
  EXPECT_EQ(way.secret, "*:*:*:*:a\\:b\n");
  EXPECT_TRUE(has(way.argv, "--exclude-table=btemp*")) << "a job's, and gone the next moment";
  EXPECT_EQ(line(way.argv).find("env PGPASSFILE=/run/x/secret /usr/bin/pg_dump --no-password"), 0U);
}

// On another host there is nobody else that one could be.
TEST(DatabaseAccess, OfAnotherHostOnlyTheDirectorsWayIsTried) {
  const auto access = access_of(" dbname = bac\n dbuser = bob\n DB Address = birch\n");
  EXPECT_EQ(dump_ways("postgresql", access, false, true, "/usr/bin", "/s").size(), 1U);
  EXPECT_EQ(dump_ways("postgresql", access, true, true, "/usr/bin", "/s").size(), 3U);
  EXPECT_EQ(dump_ways("mysql", access, false, true, "/usr/bin", "/s").size(), 1U);
}

}  // namespace
}  // namespace recover::test
