#include "recover/playbook.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "recover/error.hpp"
#include "tests/unit/recorded_machine.hpp"

namespace recover::test {
namespace {

struct Bad {
  const char* name;
  const char* text;
  const char* place;    // line:column
  const char* problem;  // part of the sentence
  const char* remedy;   // part of it
};

void PrintTo(const Bad& bad, std::ostream* out) {
  *out << bad.name;
}

class BadPlaybook : public testing::TestWithParam<Bad> {};

TEST_P(BadPlaybook, IsRefusedWithLineColumnWordAndNearestWord) {
  const auto path =
      (std::filesystem::temp_directory_path() / ("recover-playbook-" + std::to_string(::getpid()) + ".toml"))
          .string();
  std::ofstream(path, std::ios::binary) << GetParam().text;
  try {
    load_playbook(path);
    ADD_FAILURE() << "was not refused";
  } catch (const UsageError& error) {
    EXPECT_NE(error.problem().find(path + ":" + GetParam().place + ":"), std::string::npos) << error.what();
    EXPECT_NE(error.problem().find(GetParam().problem), std::string::npos) << error.what();
    EXPECT_NE(error.remedy().find(GetParam().remedy), std::string::npos) << error.what();
  }
  std::filesystem::remove(path);
}

const Bad bad_playbooks[] = {
    {"Empty", "", "1:1", "empty", "[[step]]"},
    {"OnlyAComment", "# nothing\n", "1:1", "empty", "[[step]]"},
    {"NoSteps", "title = \"t\"\n", "1:1", "no [[step]]", "[[step]]"},
    {"NoTitle", "[[step]]\nname = \"a\"\nuses = \"make-btrfs\"\n", "1:1", "\"title\" is missing", "Add it"},
    {"UnknownKeyAtTheTop", "titel = \"t\"\ntitle = \"t\"\n[[step]]\nname = \"a\"\nuses = \"make-btrfs\"\n",
     "1:1", "unknown key \"titel\"", "\"title\""},
    {"UnknownKeyInAStep", "title = \"t\"\n[[step]]\nname = \"a\"\nuses = \"make-btrfs\"\ngaurds = []\n",
     "5:1", "unknown key \"gaurds\"", "\"guards\""},
    {"UnknownKind", "title = \"t\"\n[[step]]\nname = \"a\"\nuses = \"make-btrf\"\n", "4:8", "\"make-btrf\"",
     "\"make-btrfs\""},
    {"UnknownCheck",
     "title = \"t\"\n[[step]]\nname = \"a\"\nuses = \"make-btrfs\"\nguards = [\"root-usr\"]\n", "5:10",
     "\"root-usr\"", "\"root-user\""},
    {"DestroysWithoutRecovery",
     "title = \"t\"\nrecovery = false\n[[step]]\nname = \"a\"\nuses = \"make-btrfs\"\n", "2:12", "destroys",
     "Take out"},
    {"KindMissing", "title = \"t\"\n[[step]]\nname = \"a\"\n", "2:1", "\"uses\" is missing", "Add it"},
    {"NoDepthOfAProof", "title = \"t\"\n[[step]]\nname = \"a\"\nuses = \"prove-backup\"\ndepth = \"deep\"\n",
     "5:9", "no depth", "quick"},
    {"WrongTypeOfName", "title = \"t\"\n[[step]]\nname = 3\nuses = \"make-btrfs\"\n", "3:8", "must be a text",
     "Correct"},
    {"WrongTypeInAList", "title = \"t\"\n[[step]]\nname = \"a\"\nuses = \"make-btrfs\"\nguards = [1]\n",
     "5:11", "must be a list of texts", "Correct"},
    {"WrongTypeOfStep", "title = \"t\"\nstep = 1\n", "2:8", "must be a list of tables", "Correct"},
    {"NoToml", "title = \n", "1:9", "no TOML", "Correct"},
    {"UnknownSubstitution",
     "title = \"t\"\n[[step]]\nname = \"a\"\nuses = \"enter-environment\"\ndirectories = "
     "[\"/run/${profile.bacula.cliant}\"]\n",
     "5:15", "${profile.bacula.cliant}", "bacula.client"},
    {"OpenSubstitution",
     "title = \"t\"\n[[step]]\nname = \"a\"\nuses = \"enter-environment\"\ndirectories = "
     "[\"/run/${profile\"]\n",
     "5:15", "${profile", "recover list"},
    {"NoDuration", "title = \"t\"\n[[step]]\nname = \"a\"\nuses = \"choose-backup\"\npatience = \"soon\"\n",
     "5:12", "no duration", "30 s"},
    {"SameNameTwice",
     "title = \"t\"\n[[step]]\nname = \"a\"\nuses = \"make-btrfs\"\n[[step]]\nname = \"a\"\nuses = "
     "\"mount-tree\"\n",
     "6:8", "name of its own", "another"},
    {"FallbackForNothing",
     "title = \"t\"\n[[step]]\nname = \"a\"\nuses = \"make-btrfs\"\n[[step]]\nname = \"b\"\nuses = "
     "\"mount-tree\"\nfallback-for = \"aa\"\n",
     "8:16", "right behind", "\"a\""},
};

INSTANTIATE_TEST_SUITE_P(Playbook, BadPlaybook, testing::ValuesIn(bad_playbooks),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Playbook, ThatIsMissingIsRefusedByName) {
  try {
    load_playbook("/nowhere/at/all.toml");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_NE(error.problem().find("/nowhere/at/all.toml"), std::string::npos);
  }
}

// One that destroys and has no such step destroys nothing: it had better be in those that are delivered.
TEST(Playbook, ThatDestroysProvesTheBackupFirst) {
  for (const auto* name : {"storage", "tree"}) {
    const auto playbook = load_playbook(source_path(std::string("playbooks/") + name + ".toml"));
    const auto uses = [&](const char* kind) {
      return std::find_if(playbook.steps.begin(), playbook.steps.end(),
                          [&](const auto& step) { return step.uses == kind; });
    };
    EXPECT_LT(uses("choose-backup"), uses("prove-backup")) << name;
    EXPECT_LT(uses("adopt-bootstrap"), uses("prove-backup")) << name;
    EXPECT_LT(uses("prove-backup"), uses("make-btrfs")) << name;
  }
}

TEST(Playbook, StorageLoads) {
  const auto playbook = load_playbook(source_path("playbooks/storage.toml"));
  EXPECT_EQ(playbook.name, "storage");
  EXPECT_GT(playbook.steps.size(), 8U);
}

TEST(Playbook, DoesNotReplaceInsideWhatItPutIn) {
  auto profile = sample_profile();
  profile.name = "a${profile.machine.name}${foo}";
  PlaybookStep step;
  step.parameters["x"] = {"<${profile.machine.name}>"};
  EXPECT_EQ(substituted(step, profile).at("x").front(), "<a${profile.machine.name}${foo}>");
}

TEST(Playbook, ReplacesWhatTheProfileKnows) {
  PlaybookStep step;
  step.parameters["x"] = {"a ${profile.bacula.client} b ${profile.bacula.client}"};
  EXPECT_EQ(substituted(step, sample_profile()).at("x").front(), "a alder-fd b alder-fd");
}

}  // namespace
}  // namespace recover::test
