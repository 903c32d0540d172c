// The house's rules about who may include whom (docs/design.md), held by reading the sources.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "recover/check.hpp"
#include "recover/options.hpp"
#include "recover/step.hpp"
#include "tests/unit/recorded_machine.hpp"

namespace recover::test {
namespace {

namespace fs = std::filesystem;

// File (relative to the checkout) -> what it includes.
std::map<std::string, std::set<std::string>> includes() {
  std::map<std::string, std::set<std::string>> found;
  const std::regex line("^#include [<\"]([^>\"]+)[>\"]");
  for (const auto* room : {"recover", "checks"}) {
    for (const auto& entry : fs::recursive_directory_iterator(source_path(room))) {
      if (entry.path().extension() != ".cpp" && entry.path().extension() != ".hpp") continue;
      auto& list = found[fs::relative(entry.path(), source_path(".")).string()];
      std::ifstream file(entry.path());
      std::smatch match;
      for (std::string text; std::getline(file, text);)
        if (std::regex_search(text, match, line)) list.insert(match[1]);
    }
  }
  return found;
}

bool is_ours(const std::string& include) {
  return include.starts_with("recover/") || include.starts_with("checks/");
}

TEST(Structure, SystemIncludesNothingAboveIt) {
  for (const auto& [file, list] : includes()) {
    if (!file.starts_with("recover/system/")) continue;
    for (const auto& include : list) {
      if (!is_ours(include)) continue;
      // Errors and plain values are the words that it speaks in.
      const bool allowed = include.starts_with("recover/system/") || include == "recover/error.hpp" ||
                           include == "recover/facts.hpp";
      EXPECT_TRUE(allowed) << file << " includes " << include;
    }
  }
}

TEST(Structure, BaculaKnowsTheSystemAndItselfOnly) {
  for (const auto& [file, list] : includes()) {
    if (!file.starts_with("recover/bacula/")) continue;
    for (const auto& include : list) {
      if (!is_ours(include)) continue;
      const bool allowed = include.starts_with("recover/system/") || include.starts_with("recover/bacula/") ||
                           include == "recover/error.hpp" || include == "recover/toml_file.hpp";
      EXPECT_TRUE(allowed) << file << " includes " << include;
    }
  }
}

// It describes a machine; it knows no plan, and cannot act.
TEST(Structure, CaptureSeesTheSystemBaculaAndTheProfile) {
  const std::set<std::string> values{
      "recover/error.hpp",     "recover/facts.hpp",     "recover/profile.hpp", "recover/mount_points.hpp",
      "recover/efi_entry.hpp", "recover/toml_file.hpp", "recover/duration.hpp"};
  for (const auto& [file, list] : includes()) {
    if (!file.starts_with("recover/capture/")) continue;
    for (const auto& include : list) {
      if (!is_ours(include)) continue;
      const bool allowed = include.starts_with("recover/system/") || include.starts_with("recover/bacula/") ||
                           include.starts_with("recover/capture/") || values.contains(include);
      EXPECT_TRUE(allowed) << file << " includes " << include;
      EXPECT_NE(include, "recover/system/process.hpp") << file;
    }
  }
}

// It proves what is; it knows no plan, and what it runs is Bacula's.
TEST(Structure, VerifySeesTheSystemBaculaAndTheRecord) {
  const std::set<std::string> values{
      "recover/error.hpp",    "recover/facts.hpp",      "recover/profile.hpp",       "recover/duration.hpp",
      "recover/reporter.hpp", "recover/recoveries.hpp", "recover/journal_state.hpp", "recover/journal.hpp",
      "recover/event.hpp",    "recover/check.hpp",      "recover/mount_points.hpp"};
  for (const auto& [file, list] : includes()) {
    if (!file.starts_with("recover/verify/")) continue;
    for (const auto& include : list) {
      if (!is_ours(include)) continue;
      const bool allowed = include.starts_with("recover/system/") || include.starts_with("recover/bacula/") ||
                           include.starts_with("recover/verify/") || values.contains(include);
      EXPECT_TRUE(allowed) << file << " includes " << include;
    }
  }
}

// It compares what lies on the storage volume with the machine, by what others know of either.
TEST(Structure, FreshenSeesCaptureBaculaAndValues) {
  const std::set<std::string> values{"recover/error.hpp",          "recover/facts.hpp",
                                     "recover/profile.hpp",        "recover/event.hpp",
                                     "recover/layout.hpp",         "recover/check.hpp",
                                     "recover/verify/outside.hpp", "recover/environment_actions.hpp",
                                     "recover/action.hpp",         "recover/server_data.hpp"};
  for (const auto& [file, list] : includes()) {
    if (!file.starts_with("recover/freshen/")) continue;
    for (const auto& include : list) {
      if (!is_ours(include)) continue;
      const bool allowed = include.starts_with("recover/system/") || include.starts_with("recover/bacula/") ||
                           include.starts_with("recover/capture/") ||
                           include.starts_with("recover/freshen/") || values.contains(include);
      EXPECT_TRUE(allowed) << file << " includes " << include;
      EXPECT_NE(include, "recover/system/process.hpp") << file;
    }
  }
}

// It knows what an environment is made of, and what it says of itself; who acts is the runner.
TEST(Structure, EnvironmentSeesTheSystemBaculaAndValues) {
  const std::set<std::string> values{"recover/error.hpp", "recover/facts.hpp", "recover/layout.hpp",
                                     "recover/toml_file.hpp"};
  for (const auto& [file, list] : includes()) {
    if (!file.starts_with("recover/environment/")) continue;
    for (const auto& include : list) {
      if (!is_ours(include)) continue;
      const bool allowed = include.starts_with("recover/system/") || include.starts_with("recover/bacula/") ||
                           include.starts_with("recover/environment/") || values.contains(include);
      EXPECT_TRUE(allowed) << file << " includes " << include;
      EXPECT_NE(include, "recover/system/process.hpp") << file;
    }
  }
}

// It reads what is broken, and copies from there; it knows no plan and no profile.
TEST(Structure, SalvageSeesTheSystemTheBackupsListAndValues) {
  const std::set<std::string> values{"recover/error.hpp", "recover/event.hpp", "recover/facts.hpp",
                                     "recover/broken_btrfs.hpp", "recover/salvage_action.hpp"};
  for (const auto& [file, list] : includes()) {
    if (!file.starts_with("recover/salvage/") && !file.starts_with("recover/diagnose/")) continue;
    for (const auto& include : list) {
      if (!is_ours(include)) continue;
      const bool of_diagnosis =
          file.starts_with("recover/diagnose/") &&
          (include.starts_with("recover/diagnose/") || include == "recover/salvage/rungs.hpp");
      const bool of_salvage = file.starts_with("recover/salvage/") && include.starts_with("recover/salvage/");
      const bool allowed = include.starts_with("recover/system/") || include.starts_with("recover/bacula/") ||
                           of_diagnosis || of_salvage || values.contains(include);
      EXPECT_TRUE(allowed) << file << " includes " << include;
    }
  }
}

// It is made from a journal's events; it knows no plan and no machine.
TEST(Structure, TheReportSeesTheJournalAndTheGate) {
  const std::set<std::string> values{"recover/error.hpp",          "recover/event.hpp",
                                     "recover/journal.hpp",        "recover/journal_state.hpp",
                                     "recover/gate.hpp",           "recover/system/text.hpp",
                                     "recover/system/machine.hpp", "recover/system/files.hpp"};
  for (const auto& [file, list] : includes()) {
    if (!file.starts_with("recover/report/")) continue;
    for (const auto& include : list) {
      if (!is_ours(include)) continue;
      EXPECT_TRUE(include.starts_with("recover/report/") || values.contains(include))
          << file << " includes " << include;
      // Only what writes the files may reach for any.
      EXPECT_TRUE(include != "recover/system/files.hpp" || file == "recover/report/write.cpp") << file;
    }
  }
}

TEST(Structure, ChecksSeeValuesOnly) {
  for (const auto& [file, list] : includes()) {
    if (!file.starts_with("checks/")) continue;
    for (const auto& include : list) {
      if (!is_ours(include)) continue;
      const std::set<std::string> allowed{"checks/checks.hpp", "recover/check.hpp",
                                          "recover/system/text.hpp"};
      EXPECT_TRUE(allowed.contains(include)) << file << " includes " << include;
    }
  }
}

TEST(Structure, NobodyIncludesAStepOrACheck) {
  for (const auto& [file, list] : includes())
    for (const auto& include : list) {
      if (include.starts_with("recover/steps/")) {
        EXPECT_TRUE(file.starts_with("recover/steps/")) << file;
      }
      if (include.starts_with("checks/")) {
        EXPECT_TRUE(file.starts_with("checks/")) << file;
      }
    }
}

TEST(Structure, StepsSeeNoRunnerAndNoFacts) {
  for (const auto& [file, list] : includes()) {
    if (!file.starts_with("recover/steps/")) continue;
    for (const auto& include : list) {
      if (!is_ours(include)) continue;
      const bool allowed = include == "recover/step.hpp" || include == "recover/duration.hpp" ||
                           include == "recover/error.hpp" || include == "recover/system/text.hpp" ||
                           include == "recover/bacula/catalog_server.hpp" ||  // command lines alone
                           include == "recover/steps/kinds.hpp";
      EXPECT_TRUE(allowed) << file << " includes " << include;
    }
  }
}

TEST(Structure, EachThirdPartyHeaderLivesInOneFile) {
  const std::map<std::string, std::set<std::string>> homes{
      {"toml++/", {"recover/toml_file.cpp"}},
      {"nlohmann/", {"recover/event.cpp"}},
      {"spdlog/", {"recover/reporter.cpp"}},
      {"boost/", {"recover/options.cpp"}},
      {"openssl/", {"recover/sha256.cpp", "recover/bacula/digest.cpp", "recover/system/btrfs_checksum.cpp"}},
      {"zlib.h", {"recover/bacula/volume_blocks.cpp", "recover/bacula/unpack_gzip.cpp"}},
      {"lzo/", {"recover/bacula/unpack_lzo.cpp"}},
      {"sqlite3.h", {"recover/bacula/catalog_copy.cpp", "recover/bacula/sqlite_file.cpp"}},
      {"efivar/", {"recover/system/efi.cpp"}},
      {"blkid/", {"recover/system/device_content.cpp"}},
      {"btrfsutil.h", {"recover/system/btrfs.cpp"}},
      {"libmount/", {"recover/system/mount.cpp", "recover/system/unmount.cpp"}},
  };
  for (const auto& [file, list] : includes()) {
    if (file == "recover/libraries.cpp") continue;  // asks each for its version, and nothing else
    for (const auto& include : list)
      for (const auto& [header, files] : homes)
        if (include.starts_with(header)) {
          EXPECT_TRUE(files.contains(file)) << file << " includes " << include;
        }
  }
}

TEST(Structure, NoFileIsTwo) {
  for (const auto& [file, list] : includes()) {
    std::ifstream in(source_path(file));
    int lines = 0;
    for (std::string text; std::getline(in, text);) ++lines;
    EXPECT_LE(lines, 400) << file;
  }
}

// The linker takes one of the two and says nothing.
TEST(Structure, NoTypeOfANamespaceHasTheNameOfAnother) {
  const std::regex space("^namespace (\\S+) \\{"),
      type("^(?:struct|class|enum class) (\\w+)(?: final)?(?: :[^:].*)? \\{");
  std::map<std::string, std::string> homes;
  for (const auto& [file, list] : includes()) {
    if (!file.ends_with(".hpp")) continue;
    std::ifstream in(source_path(file));
    std::string where;
    std::smatch match;
    for (std::string text; std::getline(in, text);) {
      if (std::regex_search(text, match, space)) where = match[1];
      if (!std::regex_search(text, match, type)) continue;
      const auto [home, is_new] = homes.emplace(where + "::" + match[1].str(), file);
      EXPECT_TRUE(is_new) << home->first << " is in " << home->second << " and in " << file;
    }
  }
  EXPECT_GT(homes.size(), 100U);
}

std::string text_of(const char* file) {
  std::ifstream in(source_path(file));
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

// A kind of step or a check without its line in the documentation is not there for an operator.
TEST(Structure, EveryKindAndCheckIsDocumented) {
  const auto steps = text_of("docs/steps.md"), checks = text_of("docs/checks.md");
  for (const auto& kind : all_kinds())
    EXPECT_NE(steps.find("`" + std::string(kind.name) + "`"), std::string::npos) << kind.name;
  for (const auto& check : all_checks())
    EXPECT_NE(checks.find("`" + std::string(check.name) + "`"), std::string::npos) << check.name;
}

std::set<std::string> found(const std::string& text, const std::regex& words) {
  std::set<std::string> all;
  for (std::sregex_iterator match(text.begin(), text.end(), words), end; match != end; ++match)
    all.insert((*match)[1]);
  return all;
}

// --help, the manual page and both completions tell of the same options and commands.
TEST(Structure, EveryOptionIsInHelpManualAndCompletions) {
  const std::regex option("(--[a-z]+(?:-[a-z]+)*)"), command("\n  recover ([a-z]+(?:-[a-z]+)*)");
  const auto options = found(help_text(), option), commands = found(help_text(), command);
  EXPECT_GT(options.size(), 15U);
  EXPECT_GT(commands.size(), 5U);
  for (const auto* file :
       {"docs/recover.md", "packaging/completions/recover", "packaging/completions/_recover"}) {
    const auto text = text_of(file);
    EXPECT_EQ(found(text, option), options) << file;
    for (const auto& name : commands)
      EXPECT_TRUE(std::regex_search(text, std::regex("[^-a-z]" + name + "[^-a-z]"))) << name << ": " << file;
  }
}

TEST(Structure, ChecksAreSortedByName) {
  const auto& checks = all_checks();
  for (std::size_t i = 1; i < checks.size(); ++i) EXPECT_LT(checks[i - 1].name, checks[i].name);
}

}  // namespace
}  // namespace recover::test
