// What is installed, as dpkg and Portage keep it, and what of it a recovery environment wants.
#include <gtest/gtest.h>

#include "recover/environment/package_database.hpp"
#include "recover/error.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::environment {
namespace {

using Words = std::vector<std::string>;

constexpr const char* status = R"(Package: bacula-director
Status: install ok installed
Architecture: amd64
Version: 9.6.7-7
Depends: bacula-common (= 9.6.7-7), libc6 (>= 2.34), default-mta | mail-transport-agent,
 lsb-base:any

Package: libc6
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Version: 2.36-9
Provides: libc6-amd64 (= 2.36-9)

Package: gone
Status: deinstall ok config-files
Version: 1

Package: held
Status: hold ok installed
Pre-Depends: libc6
Version: 2
)";

TEST(DpkgStatus, GivesWhatIsInstalledWithItsNeeds) {
  const auto packages = parse_dpkg_status(status);
  ASSERT_EQ(packages.size(), 3U);
  EXPECT_EQ(packages[0],
            (Package{"bacula-director",
                     "9.6.7-7",
                     "bacula-director",
                     {"bacula-common", "libc6", "default-mta", "mail-transport-agent", "lsb-base"},
                     {}}));
  EXPECT_EQ(packages[1], (Package{"libc6", "2.36-9", "libc6:amd64", {}, {"libc6-amd64"}}));
  EXPECT_EQ(packages[2].needs, Words{"libc6"});
}

TEST(DpkgStatus, OfRubbishIsNothing) {
  EXPECT_TRUE(parse_dpkg_status("").empty());
  EXPECT_TRUE(parse_dpkg_status(" Depends: x\n:\n\n\nPackage:\nStatus: x installed").empty());
}

TEST(DpkgList, BeginsWithTheRoot) {
  EXPECT_EQ(parse_dpkg_list("/.\n/bin\n/bin/a b\nx\n"), (Words{"/", "/bin", "/bin/a b"}));
}

TEST(PortagePackage, IsParted) {
  const auto is = [](const std::string& key, const std::string& name, const std::string& version) {
    const auto package = portage_package(key);
    EXPECT_EQ(package.name, name);
    EXPECT_EQ(package.version, version);
    EXPECT_EQ(package.key, key);
  };
  is("app-backup/bacula-13.0.3-r1", "app-backup/bacula", "13.0.3-r1");
  is("media-fonts/font-misc-100dpi-1.0", "media-fonts/font-misc-100dpi", "1.0");
  is("sys-libs/glibc-2.38-r10", "sys-libs/glibc", "2.38-r10");
  is("x/y", "x/y", "");
}

TEST(PortageContents, AreFilesLinksAndDirectories) {
  EXPECT_EQ(parse_portage_contents("dir /usr/bin\nobj /usr/bin/a b 0123 1700000000\n"
                                   "sym /usr/bin/c -> ../d e 1700000000\nobj\nfif /x\nrubbish /y\n"),
            (Words{"/usr/bin", "/usr/bin/a b", "/usr/bin/c", "/x"}));
}

TEST(PortageAtoms, AreNamesAlone) {
  EXPECT_EQ(
      parse_portage_atoms("|| ( >=dev-libs/lzo-2.10-r1:2= virtual/x ) acl? ( sys-apps/acl[static-libs(+)] ) "
                          "!app-backup/bareos ~dev-db/sqlite-3.44.2:3 !tls? ( a/b )"),
      (Words{"dev-libs/lzo", "virtual/x", "sys-apps/acl", "dev-db/sqlite", "a/b"}));
}

TEST(PortageLibraries, AreOfTheirKind) {
  EXPECT_EQ(parse_portage_libraries("x86_64: libc.so.6 libm.so.6 x86_32: libc.so.6\n"),
            (Words{"x86_64:libc.so.6", "x86_64:libm.so.6", "x86_32:libc.so.6"}));
}

PackageDatabase database() {
  PackageDatabase database{"test",
                           {{"bacula-sd", "9", "bacula-sd", {"libc6"}, {}},
                            {"libc6", "2", "libc6", {"gcc-base"}, {}},
                            {"gcc-base", "12", "gcc-base", {}, {}},
                            {"mawk", "1", "mawk", {"libc6"}, {"awk"}},
                            {"base-files", "1", "base-files", {"awk"}, {}},
                            {"bash", "5", "bash", {"base-files"}, {}},
                            {"games", "1", "games", {"bash"}, {}},
                            {"mine", "1", "mine", {}, {}}},
                           {}};
  database.paths = [](const Package& package) {
    return package.name == "bash" ? Words{"/", "/bin", "/bin/bash"} : Words{"/usr/games/" + package.name};
  };
  return database;
}

Words names(const Chosen& chosen) {
  Words names;
  for (const auto* package : chosen.packages) names.push_back(package->name);
  return names;
}

// /bin is a link to usr/bin.
std::string real(const std::string& path) {
  return path.starts_with("/bin") ? "/usr" + path : path;
}

TEST(Choice, TakesBaculaThePackagesOfProgramsAndAllThatTheyNeed) {
  const auto all = database();
  const auto chosen = choose(all, {{{"bash", "/usr/bin/bash"}, {"vi", ""}}, {"bash"}, {}}, real);
  EXPECT_EQ(names(chosen), (Words{"bacula-sd", "base-files", "bash", "gcc-base", "libc6", "mawk"}));
  EXPECT_TRUE(chosen.problems.empty());
}

TEST(Choice, TakesTheOperatorsPackages) {
  const auto all = database();
  EXPECT_EQ(names(choose(all, {{}, {}, {"mine"}}, real)).back(), "mine");
  EXPECT_EQ(choose(all, {{}, {}, {"yours"}}, real).problems, Words{"no package \"yours\" is installed"});
}

TEST(Choice, SaysWhatIsRequiredAndNotThere) {
  const auto all = database();
  EXPECT_EQ(choose(all, {{{"btrfs", ""}, {"own", "/opt/own"}}, {"btrfs", "own"}, {}}, real).problems,
            (Words{"there is no btrfs", "no package has /opt/own"}));
}

TEST(Database, OfDpkgIsRead) {
  const tests::TemporaryDirectory root;
  root.put("var/lib/dpkg/status", status);
  root.put("var/lib/dpkg/info/libc6:amd64.list", "/.\n/lib\n");
  root.put("var/lib/dpkg/info/bacula-director.list", "/.\n/usr/sbin/bacula-dir\n");
  const auto read = PackageDatabase::read(root.path());
  EXPECT_EQ(read.kind, "dpkg");
  EXPECT_EQ(read.paths(read.packages.at(0)), (Words{"/", "/usr/sbin/bacula-dir"}));
  EXPECT_EQ(read.paths(read.packages.at(1)), (Words{"/", "/lib"}));
}

TEST(Database, OfPortageIsRead) {
  const tests::TemporaryDirectory root;
  root.put("var/db/pkg/app-backup/bacula-13.0.3-r1/CONTENTS", "obj /usr/sbin/bacula-dir 00 1\n");
  root.put("var/db/pkg/app-backup/bacula-13.0.3-r1/RDEPEND", "dev-libs/lzo\n");
  root.put("var/db/pkg/app-backup/bacula-13.0.3-r1/REQUIRES", "x86_64: libc.so.6\n");
  root.put("var/db/pkg/sys-libs/glibc-2.38/PROVIDES", "x86_64: libc.so.6\n");
  const auto read = PackageDatabase::read(root.path());
  EXPECT_EQ(read.kind, "portage");
  const auto chosen = choose(read, {}, real);
  EXPECT_EQ(names(chosen), (Words{"app-backup/bacula", "sys-libs/glibc"}));
  EXPECT_EQ(read.paths(*chosen.packages.front()), Words{"/usr/sbin/bacula-dir"});
}

TEST(Database, OfAnotherManagerIsToldByItsName) {
  const tests::TemporaryDirectory root;
  root.put("var/lib/pacman/local/x", "");
  try {
    PackageDatabase::read(root.path());
    FAIL();
  } catch (const Failed& error) {
    EXPECT_NE(error.problem().find("kept by pacman"), std::string::npos) << error.problem();
  }
}

TEST(LeftOut, IsWhatLiesInThoseTreesAndNotThemselves) {
  EXPECT_TRUE(is_left_out("/usr/share/doc/bash/copyright"));
  EXPECT_TRUE(is_left_out("/boot/vmlinuz"));
  EXPECT_FALSE(is_left_out("/boot"));
  EXPECT_FALSE(is_left_out("/usr/share/documents"));
  EXPECT_FALSE(is_left_out("/bin/bash"));
}

}  // namespace
}  // namespace recover::environment
