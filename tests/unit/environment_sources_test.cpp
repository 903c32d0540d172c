// A recovery environment that mmdebstrap or debootstrap makes: what they are told, and what is read from
// their words.
#include <gtest/gtest.h>

#include "recover/environment/accounts.hpp"
#include "recover/environment/apt_sources.hpp"
#include "recover/environment/debian_tree.hpp"

namespace recover::environment {
namespace {

using Words = std::vector<std::string>;

TEST(AptLines, AreSourcesOfBinaryPackages) {
  EXPECT_EQ(parse_apt_lines("# deb http://a x main\n"
                            "deb http://deb.debian.org/debian bookworm main contrib # our mirror\n"
                            "deb-src http://deb.debian.org/debian bookworm main\n"
                            "  deb [ arch=amd64 signed-by=/usr/share/keyrings/x.gpg ] https://x/y ./\n"
                            "deb http://alone\ndebris http://a b c\n"),
            (std::vector<AptSource>{{{"http://deb.debian.org/debian"}, {"bookworm"}, {"main", "contrib"}, ""},
                                    {{"https://x/y"}, {"./"}, {}, "/usr/share/keyrings/x.gpg"}}));
}

TEST(AptStanzas, AreThoseThatAreEnabled) {
  EXPECT_EQ(
      parse_apt_stanzas("Types: deb deb-src\n# a comment\nURIs: http://a/debian\nSuites: bookworm\n"
                        " bookworm-updates\nComponents: main\nSigned-By: /k.gpg\n\n"
                        "Types: deb\nURIs: http://b\nSuites: x\nEnabled: no\n\n"
                        "Types: deb-src\nURIs: http://c\nSuites: x\n\n"
                        "types: deb\nuris: http://d\nsuites: x\nSigned-By:\n -----BEGIN PGP\n .\n"),
      (std::vector<AptSource>{{{"http://a/debian"}, {"bookworm", "bookworm-updates"}, {"main"}, "/k.gpg"},
                              {{"http://d"}, {"x"}, {}, ""}}));
}

TEST(AptMirror, IsTheSuitesOrThatOfStable) {
  const std::vector<AptSource> sources{{{"cdrom:[x]/", "http://me:secret@m"}, {"bookworm"}, {"main"}, ""},
                                       {{"http://security"}, {"bookworm-security"}, {"main"}, ""},
                                       {{"file:/m", "http://m"}, {"stable"}, {"main", "universe"}, "/k"}};
  EXPECT_EQ(find_mirror(sources, "bookworm"), (AptMirror{"http://m", {"main", "universe"}, "/k"}));
  EXPECT_EQ(find_mirror(sources, "bookworm-security"), (AptMirror{"http://security", {"main"}, ""}));
  EXPECT_FALSE(find_mirror({}, "bookworm"));
  EXPECT_TRUE(names_suite(sources, "stable"));
  EXPECT_FALSE(names_suite(sources, "trixie"));
}

TEST(AptConfiguration, SaysHowToFetch) {
  const auto* dump =
      "APT \"\";\nAcquire::http \"\";\nAcquire::http::Proxy \"http://p:3128\";\nAcquire::Retries \"3\";\n"
      "Acquire::cdrom::mount \"/media\";\nacquire::https::Proxy::host \"DIRECT\";\n";
  EXPECT_EQ(fetch_options(dump),
            "Acquire::http::Proxy \"http://p:3128\";\nAcquire::Retries \"3\";\n"
            "acquire::https::Proxy::host \"DIRECT\";\n");
  EXPECT_EQ(wget_options(dump), "http_proxy = http://p:3128\nhttps_proxy = http://p:3128\n");
  EXPECT_EQ(wget_options("Acquire::http::Proxy \"DIRECT\";\nAcquire::https::proxy \"http://s\";\n"),
            "https_proxy = http://s\n");
  EXPECT_EQ(wget_options("Acquire::http::Proxy \"\";\n"), "");
  EXPECT_EQ(fetch_options("Acquire::http::Proxy"), "");
}

TEST(OsRelease, GivesAValueWithoutQuotes) {
  EXPECT_EQ(os_release_value("ID=debian\nVERSION_CODENAME=bookworm\n", "VERSION_CODENAME"), "bookworm");
  EXPECT_EQ(os_release_value("VERSION_CODENAME=\"x\"", "VERSION_CODENAME"), "x");
  EXPECT_EQ(os_release_value("X_VERSION_CODENAME=x\n", "VERSION_CODENAME"), "");
}

TEST(Accounts, AreTheMachinesAndBehindThemTheTrees) {
  EXPECT_EQ(
      merged_accounts("root:x:0:0::/root:/bin/bash\nbacula:x:112:118::/:/x\n+::::::\n",
                      "root:*:0:0::/:/bin/sh\nbacula:x:100:100::/:/x\nmessagebus:x:101:102::/:/x\n\nrubbish"),
      "root:x:0:0::/root:/bin/bash\nbacula:x:112:118::/:/x\n+::::::\nmessagebus:x:101:102::/:/x\n");
}

const Package bash{"bash", "5.2", "bash", {}, {}}, fd{"bacula-fd", "9.6.7-7", "bacula-fd", {}, {}},
    sd{"bacula-sd", "9.6.7-7+b1", "bacula-sd", {}, {}};
const std::vector<const Package*> asked{&sd, &fd, &bash, &bash};

TEST(DebianTree, AsksForTheMachinesBacula) {
  EXPECT_EQ(package_words(asked), (Words{"bacula-fd=9.6.7-7", "bacula-sd=9.6.7-7+b1", "bash"}));
}

TEST(DebianTree, IsMadeByMmdebstrapFromAllSources) {
  EXPECT_EQ(mmdebstrap_command({"/s/new",
                                "bookworm",
                                {"bash", "bacula-fd=9"},
                                {"/etc/apt/sources.list", "/etc/x"},
                                {"main", "contrib"},
                                "",
                                ""}),
            (Words{"unshare", "--mount", "--pid", "--fork", "--kill-child", "mmdebstrap", "--verbose",
                   "--mode=root", "--variant=apt", "--format=directory", "--skip=check/empty",
                   "--components=main,contrib", "--include=bash,bacula-fd=9", "bookworm", "/s/new",
                   "/etc/apt/sources.list", "/etc/x"}));
}

TEST(DebianTree, IsMadeByDebootstrapInTwoSteps) {
  EXPECT_EQ(
      debootstrap_command({"/s/new", "bookworm", {"bash"}, {"https://m"}, {"main"}, "/k.gpg", "/s/new/rc"}),
      (Words{"unshare", "--mount", "--pid", "--fork", "--kill-child", "env", "WGETRC=/s/new/rc",
             "debootstrap", "--variant=minbase", "--force-check-gpg", "--components=main", "--keyring=/k.gpg",
             "bookworm", "/s/new", "https://m"}));
  EXPECT_EQ(debootstrap_command({"/s/new", "bookworm", {}, {"http://m"}, {"main"}, "", ""})[5],
            "debootstrap");
  const auto inside = in_tree("/s/new", install_command({"bash", "bacula-fd=9"}));
  EXPECT_EQ(inside[5], "--root=/s/new");
  EXPECT_EQ((Words{inside.end() - 3, inside.end()}), (Words{"install", "bash", "bacula-fd=9"}));
}

constexpr const char* madison =
    " bacula-fd | 13.0.4-1 | http://deb.debian.org/debian trixie/main amd64 Packages\n"
    " bacula-fd |    9.6.7-7 | http://deb.debian.org/debian bookworm/main amd64 Packages\n"
    " bacula-fd |    9.6.7-7 | http://security bookworm/main amd64 Packages\n"
    "    bacula | 9.6.7-7 | http://deb.debian.org/debian bookworm/main Sources\nrubbish\n";

TEST(DebianTree, KnowsWhichVersionsThereAre) {
  const auto offered = parse_versions(madison);
  EXPECT_EQ(offered, (std::map<std::string, Words>{{"bacula-fd", {"13.0.4-1", "9.6.7-7"}}}));
  EXPECT_EQ(other_versions(asked, offered),
            Words{"bacula-sd is 9.6.7-7+b1 on this machine, and there is none there"});
  EXPECT_EQ(other_versions({&fd}, {{"bacula-fd", {"13.0.4-1"}}}),
            Words{"bacula-fd is 9.6.7-7 on this machine and 13.0.4-1 there"});
}

TEST(DebianTree, IsComparedWithWhatWasAskedFor) {
  EXPECT_TRUE(differences(asked, {bash, fd, sd}).empty());
  EXPECT_EQ(differences({&bash, &fd}, {{"bacula-fd", "13", "bacula-fd", {}, {}}}),
            (Words{"bacula-fd is 9.6.7-7 on this machine and 13 there", "bash is not in it"}));
}

TEST(DebianTree, ShowsWhatWasComplainedOf) {
  EXPECT_EQ(complaints("Get:1 x\nE: one\r\nE: one\nI: y\nE: two\nbye\n"), (Words{"E: one", "E: two"}));
  EXPECT_EQ(complaints("a\n\nb\nc\n", 2), (Words{"b", "c"}));
  EXPECT_TRUE(complaints("").empty());
  EXPECT_TRUE(lacks_a_version("x\nE: Version '9' for 'bacula-fd' was not found\n"));
  EXPECT_TRUE(lacks_a_version("E: Unable to locate package bacula-fd\n"));
  EXPECT_FALSE(lacks_a_version("E: Could not resolve 'deb.debian.org'\n"));
}

TEST(DebianTree, HasNoDocumentation) {
  const auto text = dpkg_configuration();
  EXPECT_NE(text.find("path-exclude=/usr/share/doc/*\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("/boot"), std::string::npos) << "maintainers' scripts count on it";
}

}  // namespace
}  // namespace recover::environment
