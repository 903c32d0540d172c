// What Bacula 9.6.7 makes of each text was asked of it, with bdirjson.
#include "recover/bacula/configuration_text.hpp"

#include <gtest/gtest.h>

#include <map>

#include "recover/bacula/configuration_edit.hpp"
#include "recover/bacula/configuration_lexer.hpp"

namespace recover::bacula {
namespace {

using Files = std::map<std::string, std::string>;

Sources sources_of(const Files& files) {
  return {[&files](const std::string& path) -> std::optional<std::string> {
            const auto found = files.find(path);
            return found == files.end() ? std::nullopt : std::optional(found->second);
          },
          [&files](const std::vector<std::string>& argv) -> std::optional<std::string> {
            const auto found = files.find("|" + argv.back());
            return found == files.end() ? std::nullopt : std::optional(found->second);
          }};
}

struct Read {
  ConfigurationText text;
  std::vector<ConfigurationNode> nodes;
  explicit Read(const Files& files) { nodes = parse_into(text, "/c/dir", sources_of(files)); }
  explicit Read(const std::string& one) : Read(Files{{"/c/dir", one}}) {}

  std::string at(const Place& place) const {
    return text.files[place.file].text.substr(place.begin, place.end - place.begin);
  }
  std::string problems() const {
    std::string all;
    for (const auto& problem : text.problems) all += problem.sentence + "\n";
    return all;
  }
};

std::vector<std::string> values_of(const std::string& value) {
  const Read read("Console {\n A = " + value + "\n}\n");
  if (read.nodes.size() != 1 || read.nodes[0].nodes.empty()) return {"?"};
  return read.nodes[0].nodes[0].values;
}

TEST(BaculaConfigurationText, ReadsWordsAsBaculaDoes) {
  using Values = std::vector<std::string>;
  EXPECT_EQ(values_of("File Storage"), Values{"FileStorage"});
  EXPECT_EQ(values_of("File1 Storage"), Values{"File1"});
  EXPECT_EQ(values_of("a b 1c d"), Values{"ab1c"});
  EXPECT_EQ(values_of("\"ab\n  cd\""), Values{"ab\n  cd"});
  EXPECT_EQ(values_of("\"ab\r\ncd\""), Values{"ab\ncd"});
  EXPECT_EQ(values_of("\"a\\\\b\\\"c\""), Values{"a\\b\"c"});
  EXPECT_EQ(values_of("\"ab\" \"cd\""), Values{"ab"});
  EXPECT_EQ(values_of("\\\n \"ab\""), Values{"ab"}) << "continued line";
  EXPECT_EQ(values_of("a, \\ # no comment\n b"), (Values{"a", "b"}));
  EXPECT_EQ(values_of("\\ab"), Values{"b"});
  EXPECT_EQ(values_of("\\\\|b"), Values{"|b"});
  EXPECT_EQ(values_of("a\\ b"), Values{"a\\"});
  EXPECT_EQ(values_of("a\"b c\""), Values{"a"});
  EXPECT_EQ(values_of("/a\"b\"c"), Values{"/a\"b\"c"});
  EXPECT_EQ(values_of("x @/c/none"), Values{"x@/c/none"});
  EXPECT_EQ(values_of("p#b"), Values{"p"});
  EXPECT_EQ(values_of("'a b'"), Values{"'a"});
  EXPECT_EQ(values_of("a, \"b c\" ,d e"), (Values{"a", "b c", "de"}));
  EXPECT_EQ(values_of("1.2.3.4 5"), Values{"1.2.3.4"});
  EXPECT_EQ(values_of("60 days # sixty"), Values{"60 days"});
}

TEST(BaculaConfigurationText, ResourcesAndDirectivesHaveTheirPlaces) {
  const Read read(
      "# top\nJob\n # here\n { N a m e = \"x;}\" ; ;; Run\tScript\n{ Command = \"a\" } } Pool{Name=p}\n");
  EXPECT_EQ(read.problems(), "");
  ASSERT_EQ(read.nodes.size(), 2U);
  EXPECT_EQ(read.at(read.nodes[0].place).substr(0, 3), "Job");
  EXPECT_EQ(read.nodes[0].name(), "x;}");
  EXPECT_EQ(read.at(read.nodes[0].nodes[0].place), "N a m e = \"x;}\"");
  EXPECT_EQ(read.at(read.nodes[0].nodes[0].value), "\"x;}\"");
  EXPECT_EQ(read.nodes[0].nodes[1].word, "runscript");
  EXPECT_EQ(read.at(read.nodes[0].nodes[1].value), " Command = \"a\" ");
  EXPECT_EQ(read.at(read.nodes[1].place), "Pool{Name=p}");
  EXPECT_EQ(line_of(read.text, read.nodes[1].place), 5U);
}

TEST(BaculaConfigurationText, ReadsMarksOfOtherSystems) {
  const Read read(
      "\xEF\xBB\xBF"
      "Job {\r\n Name = a\r\n Dir Addresses = {\r\n ip = { addr = ::1 ; port = 1\r\n}}\r\n}\r\n");
  EXPECT_EQ(read.problems(), "");
  ASSERT_EQ(read.nodes.size(), 1U);
  EXPECT_EQ(read.nodes[0].name(), "a");
  EXPECT_EQ(read.nodes[0].nodes[1].nodes[0].text("addr"), "::1");
}

TEST(BaculaConfigurationText, FollowsFilesWhereverTheyStand) {
  const Read read(Files{
      {"/c/dir", "@a\nClient { Name = c\n Password = @\"/c/pass word\"\n @/c/more }\n@|\"sh -c 'ls x'\"\n"},
      {"/c/a", "Pool { Name = p }"},
      {"/c/pass word", "\"hush\""},
      {"/c/more", "Address = 1.2.3.4"},
      {"|ls x", "@/c/b\nPool { Name = r }"},
      {"/c/b", "Pool { Name = q }\n"}});
  EXPECT_EQ(read.problems(), "");
  ASSERT_EQ(read.nodes.size(), 4U);
  EXPECT_EQ(read.nodes[1].text("password"), "hush");
  EXPECT_EQ(read.at(read.nodes[1].find("password")->place), "Password = @\"/c/pass word\"");
  EXPECT_EQ(read.nodes[1].text("address"), "1.2.3.4");
  EXPECT_EQ(read.nodes[2].name(), "q");
  EXPECT_EQ(read.nodes[3].name(), "r");
  EXPECT_EQ(read.text.includes.size(), 5U);
}

TEST(BaculaConfigurationText, SplitsCommandsWithoutAShell) {
  EXPECT_EQ(command_words("sh -c 'for f in a; do echo @$f; done'"),
            (std::vector<std::string>{"sh", "-c", "for f in a; do echo @$f; done"}));
  EXPECT_EQ(command_words("  \"/a b\"  c"), (std::vector<std::string>{"/a b", "c"}));
  EXPECT_TRUE(command_words("").empty());
}

TEST(BaculaConfigurationText, WhatIsBrokenIsToldAndEnds) {
  EXPECT_NE(Read("Job { Name = \"a\n").problems().find("a quote is not closed"), std::string::npos);
  EXPECT_NE(Read("Job { Name = a\n").problems().find("ends within \"job\""), std::string::npos);
  EXPECT_NE(Read("Job { Name = \n}\n").problems().find("line 1: no value follows the ="), std::string::npos);
  EXPECT_NE(Read("Job { Name }\n").problems().find("neither = nor {"), std::string::npos);
  EXPECT_NE(Read("Job { Name = {a} }\n").nodes.size(), 0U);
  EXPECT_NE(Read("Include = a { b }\nJob { Name = x }\n").problems().find("a { within a value"),
            std::string::npos);
  EXPECT_NE(Read("= { } , }\n").problems(), "");
  std::string deep, endless;
  for (int i = 0; i < 100000; ++i) deep += "a { ";
  EXPECT_NE(Read(deep).problems(), "");
  for (int i = 0; i < 5000; ++i) endless += "@/c/x\n";
  EXPECT_NE(Read(Files{{"/c/dir", endless}, {"/c/x", endless}}).problems(), "");
  EXPECT_NE(Read("@|\"yes\"\n").problems().find("\"yes\" failed"), std::string::npos);
  EXPECT_NE(Read(Files{{"/c/dir", "@|\"sh -c 'a'\"\n"}, {"|a", "@|\"sh -c 'a'\"\n"}}).problems(), "")
      << "a command that prints itself";
  EXPECT_NE(Read(Files{{"/c/dir", "Job { Name = x @/c/x\n @/c/x"}, {"/c/x", "}\n"}}).nodes.size(), 0U);
}

std::string taken_out(const std::string& all, const std::string& word) {
  Read read(all);
  ConfigurationEdits edits(read.text);
  for (const auto& node : read.nodes) {
    if (node.word == word) edits.remove(node);
    for (const auto& inner : node.nodes)
      if (inner.word == word) edits.remove(inner);
  }
  return edits.files().at("/c/dir");
}

TEST(BaculaConfigurationEdit, TakesOutWholeLinesAndNothingElse) {
  EXPECT_EQ(taken_out("# a\nPool {\n A = 1\n  B = 2 # two\n\tC = 3;\n}\n", "b"),
            "# a\nPool {\n A = 1\n\tC = 3;\n}\n");
  EXPECT_EQ(taken_out("Pool { A = 1; B = 2; C = 3 }", "b"), "Pool { A = 1;  C = 3 }");
  EXPECT_EQ(taken_out("Pool { A = 1; B = \"2\n\" }\n", "b"), "Pool { A = 1;  }\n");
  EXPECT_EQ(taken_out("Job {\n}\n# of the pool\nPool {\n A = 1 } # end\nJob {\n}", "pool"),
            "Job {\n}\n# of the pool\nJob {\n}");
  EXPECT_EQ(taken_out("Pool { A = 1 } Job { A = 2 }\r\n", "pool"), " Job { A = 2 }\r\n");
}

TEST(BaculaConfigurationEdit, NothingIsChangedUnasked) {
  const std::string odd = "\xEF\xBB\xBF# x\r\n@|\"sh -c 'p'\"  # y\n\n Job{Name=\"a\\\"\n\tb\"\\\n ;}";
  Read read(Files{{"/c/dir", odd}, {"|p", ""}});
  EXPECT_EQ(ConfigurationEdits(read.text).files().at("/c/dir"),
            "\xEF\xBB\xBF# x\r\n  # y\n\n Job{Name=\"a\\\"\n\tb\"\\\n ;}");
}

TEST(BaculaConfigurationEdit, InsertsReplacesAppendsAndShowsIt) {
  Read read(
      "Pool { # first\n\tName = p\n\tPassword = hush-hush\n\tNote = \"is hush-hush, no?\"\n}\nPool { Name = "
      "q }");
  ConfigurationEdits edits(read.text);
  edits.hide(read.nodes[0].find("password")->value, "***");
  edits.hide_value("hush-hush");
  edits.insert(read.nodes[0], "Recycle = no");
  edits.insert(read.nodes[1], "Recycle = no");
  edits.remove(*read.nodes[0].find("note"));
  edits.remove(*read.nodes[0].find("password"));
  edits.append(0, "Job {\n}\n");
  EXPECT_EQ(edits.files().at("/c/dir"),
            "Pool { # first\n\tRecycle = no\n\tName = p\n}\nPool { Recycle = no; Name = q }\n\nJob {\n}\n");
  EXPECT_EQ(edits.difference(),
            "--- /c/dir\n+++ /c/dir (of the environment)\n"
            "@@ -1,0 +2,1 @@\n+    Recycle = no\n"
            "@@ -3,2 +3,0 @@\n-    Password = ***\n-    Note = \"is ***, no?\"\n"
            "@@ -6,1 +5,4 @@\n-Pool { Name = q }\n+Pool { Recycle = no; Name = q }\n+\n+Job {\n+}\n");
}

TEST(BaculaConfigurationEdit, AFileThatStandsTwiceIsChangedOnce) {
  Read read(Files{{"/c/dir", "Pool { Name = a\n @/c/x\n}\nPool { Name = b\n @/c/x\n}\n"},
                  {"/c/x", "A = 1\nB = 2\n"}});
  ConfigurationEdits edits(read.text);
  for (const auto& node : read.nodes) edits.remove(*node.find("a"));
  EXPECT_EQ(edits.files().at("/c/x"), "B = 2\n");
  EXPECT_TRUE(edits.conflicts().empty());
}

TEST(BaculaConfigurationEdit, WhatEndsInAnotherFileIsNotTakenOut) {
  Read read(Files{{"/c/dir", "Pool { Name = a\n @/c/x\n"}, {"/c/x", "}\nJob { Name = b\n}\n"}});
  ASSERT_EQ(read.nodes.size(), 2U);
  ConfigurationEdits edits(read.text);
  edits.remove(read.nodes[1]);
  EXPECT_TRUE(edits.conflicts().empty());
  edits.remove(read.nodes[0]);
  EXPECT_EQ(edits.conflicts().size(), 1U);
}

}  // namespace
}  // namespace recover::bacula
