#include <gtest/gtest.h>

#include "recover/bacula/restore.hpp"
#include "recover/error.hpp"
#include "scripted_processes.hpp"

namespace recover::bacula {
namespace {

const std::vector<std::string> argv = {"bextract", "-p", "-b", "x.bsr", "FS", "/mnt/target"};

// As bextract 9.6.7 prints it, a damaged block and a name with a newline among it.
constexpr const char* output = R"(bextract: butil.c:292-0 Using device: "FS" for reading.
21-Nov 22:15 bextract JobId 0: Ready to read from volume "Vol-0001" on File device "FS" (/volumes).
21-Nov 22:15 bextract JobId 0: Forward spacing Volume "Vol-0001" to addr=207
bextract JobId 0: drwxr-xr-x   2 root     root                   4096 2026-11-21 21:58:29  *none*
21-Nov 22:15 bextract JobId 0: Error: Unknown stream=1007 ignored. This shouldn't happen!
bextract JobId 0: -rw-r--r--   1 root     root                  20000 2026-11-21 21:58:29  /mnt/target/etc/f105
bextract JobId 0: frw-r--r--   1 root     root                      0 2026-11-21 22:06:16  *none*
bextract JobId 0: -rw-r--r--   1 root     root                    100 2026-11-21 21:58:29  /mnt/target/etc/new
9999 files restored.
21-Nov 22:15 bextract JobId 0: Error: block_util.c:467 Volume data error at 0:0!
Block checksum mismatch in block=47 len=64512: calc=c029529 blk=a48b73bc
4 files restored.
)";

ExtractOutcome extracted(const system::ProcessResult& result, RestoreProgress* last = nullptr) {
  tests::ScriptedProcesses processes;
  processes.answer(argv, "", result);
  return extract(processes, ExtractRequest{argv}, [&](const RestoreProgress& now) {
    if (last != nullptr) *last = now;
  });
}

std::string problem(const system::ProcessResult& result) {
  try {
    extracted(result);
  } catch (const Failed& error) {
    return error.problem();
  }
  return {};
}

TEST(Extract, TakesTheLastCountAndTheTellingLines) {
  RestoreProgress last;
  const auto outcome = extracted(tests::ended(0, output), &last);
  EXPECT_EQ(outcome.files, 4);
  EXPECT_EQ(last.files, 4);
  EXPECT_EQ(last.bytes, 20100);
  EXPECT_EQ(last.current, "/mnt/target/etc/new");
  ASSERT_EQ(outcome.errors.size(), 2U);
  EXPECT_NE(outcome.errors[0].find("Volume data error"), std::string::npos);
  EXPECT_NE(outcome.errors[1].find("checksum mismatch"), std::string::npos);
}

TEST(Extract, OneThatHangsIsNotCalledKilled) {
  auto result = tests::ended(143, output);
  result.stalled = true;
  EXPECT_NE(problem(result).find("neither said nor read anything for"), std::string::npos);
}

TEST(Extract, BelievesNoEndWithoutACount) {
  EXPECT_NE(problem(tests::ended(0, "bextract: butil.c:292-0 Using device: \"FS\" for reading.\n"))
                .find("did not reach its end"),
            std::string::npos);
}

TEST(Extract, SaysWhyItCouldNotBegin) {
  const auto text = problem(
      tests::ended(1,
                   "bextract: ERROR TERMINATION at parse_conf.c:1074\nConfig error: Cannot open config "
                   "file \"/etc/bacula/sd.conf\": No such file or directory\n"));
  EXPECT_NE(text.find("Cannot open config"), std::string::npos) << text;
  EXPECT_NE(problem(tests::ended(127, "", "bextract: No such file or directory")).find("No such file"),
            std::string::npos);
}

TEST(Extract, SaysWhenASignalEndedIt) {
  EXPECT_NE(problem(tests::ended(137, output)).find("signal 9"), std::string::npos);
}

TEST(Extract, BoundsTheErrors) {
  std::string many;
  for (int i = 0; i < 1000; ++i)
    many += "21-Nov 22:15 bextract JobId 0: Error: number " + std::to_string(i) + "\n";
  EXPECT_EQ(extracted(tests::ended(0, many + "0 files restored.\n")).errors.size(), 100U);
}

}  // namespace
}  // namespace recover::bacula
