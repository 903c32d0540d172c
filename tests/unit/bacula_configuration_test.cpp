#include "recover/bacula/configuration.hpp"

#include <gtest/gtest.h>

namespace recover::bacula {
namespace {

Configuration parse(const std::map<std::string, std::string>& files) {
  return parse_configuration("/etc/bacula/bacula-dir.conf",
                             [&files](const std::string& path) -> std::optional<std::string> {
                               const auto found = files.find(path);
                               if (found == files.end()) return std::nullopt;
                               return found->second;
                             });
}
Configuration parse(const std::string& text) {
  return parse(std::map<std::string, std::string>{{"/etc/bacula/bacula-dir.conf", text}});
}

TEST(BaculaConfiguration, KeywordsIgnoreCaseAndBlanks) {
  const auto read = parse("Device {\n  Name = File Storage\n  ARCHIVE  device = \"/mnt/a b\" # there\n}\n");
  ASSERT_EQ(read.resources.size(), 1U);
  EXPECT_EQ(read.resources[0].kind, "device");
  EXPECT_EQ(read.resources[0].name(), "FileStorage") << "as Bacula 9.6.7 reads it without quotes";
  EXPECT_EQ(read.resources[0].value("archivedevice"), "/mnt/a b");
  EXPECT_TRUE(read.problems.empty());
}

TEST(BaculaConfiguration, NestsAndRepeatsAndPutsItOnOneLine) {
  const auto read = parse(
      "FileSet\n{\n Name = \"all\"\n Include { Options { signature = SHA1 }\n File = /\n File = \"/home\", "
      "/srv\n }\n}\n"
      "Catalog { Name = c; dbname = \"bacula\"; dbuser = \"x\" }\n");
  ASSERT_EQ(read.resources.size(), 2U);
  const auto& include = read.resources[0].nested.at(0);
  EXPECT_EQ(include.kind, "include");
  EXPECT_EQ(include.nested.at(0).value("signature"), "SHA1");
  EXPECT_EQ(include.all("file"), (std::vector<std::string>{"/", "/home", "/srv"}));
  EXPECT_EQ(read.resources[1].value("dbuser"), "x");
  EXPECT_NE(read.find("catalog", "c"), nullptr);
  EXPECT_EQ(read.find("catalog", "d"), nullptr);
}

TEST(BaculaConfiguration, KeepsNoSecret) {
  const auto read = parse(
      "Director { Name = d\n Password = \"hush \\\" hush\"\n TLS Key = /etc/k; PKI Keypair = \"/p\"\n}\n"
      "Catalog { Name = c; DB Password = hush; dbname = b }\n"
      "Console { Password = @/etc/hush\n Name = e }\n");
  for (const auto& resource : read.resources)
    for (const auto& [key, value] : resource.values) {
      EXPECT_EQ(value.find("hush"), std::string::npos) << key;
      EXPECT_TRUE(key == "name" || key == "dbname") << key;
    }
  EXPECT_EQ(read.resources[1].value("dbname"), "b");
  EXPECT_EQ(read.resources[2].name(), "e");
  EXPECT_TRUE(read.problems.empty()) << read.problems.front();
}

TEST(BaculaConfiguration, FollowsFilesAndRunsNoCommand) {
  const auto read = parse(
      {{"/etc/bacula/bacula-dir.conf",
        "@clients/a.conf\n@/srv/b.conf\n@|\"sh -c 'echo Job {}'\"\n@missing.conf\nJob { Name = last }\n"},
       {"/etc/bacula/clients/a.conf", "Client { Name = a\n @more\n}\n"},
       {"/etc/bacula/clients/more", "Address = 10.0.0.1\n"},
       {"/srv/b.conf", "Client { Name = b }"}});
  ASSERT_EQ(read.resources.size(), 3U);
  EXPECT_EQ(read.resources[0].value("address"), "10.0.0.1");
  EXPECT_EQ(read.resources[1].name(), "b");
  EXPECT_EQ(read.resources[2].name(), "last");
  ASSERT_EQ(read.problems.size(), 2U);
  EXPECT_NE(read.problems[0].find("commands are not run"), std::string::npos) << read.problems[0];
  EXPECT_EQ(read.problems[1], "/etc/bacula/missing.conf cannot be read");
}

TEST(BaculaConfiguration, WhatIsBrokenIsToldAndEnds) {
  EXPECT_FALSE(parse("Job { Name = \"a\n").problems.empty());
  EXPECT_FALSE(parse("}\n").problems.empty());
  EXPECT_FALSE(parse("@bacula-dir.conf\n").problems.empty()) << "includes itself";
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "a {";
  EXPECT_FALSE(parse(deep).problems.empty());
  EXPECT_EQ(parse(std::map<std::string, std::string>{}).file, "");
}

}  // namespace
}  // namespace recover::bacula
