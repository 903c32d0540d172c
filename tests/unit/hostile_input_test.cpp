// Input that was made, or has rotted, so that its parser would hang, fill the memory or end otherwise than
// with a sentence. Each was found by tests/fuzz, or looked for beside it.
#include <gtest/gtest.h>
#include <zlib.h>

#include <limits>

#include "job_on_volumes.hpp"
#include "recover/bacula/answer.hpp"
#include "recover/bacula/choose.hpp"
#include "recover/bacula/configuration.hpp"
#include "recover/bacula/file_list.hpp"
#include "recover/bacula/keep.hpp"
#include "recover/bacula/unpack.hpp"
#include "recover/error.hpp"
#include "recover/grub_config.hpp"
#include "recover/journal_state.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"
#include "recover/toml_file.hpp"

namespace recover::bacula {
namespace {

using namespace std::chrono_literals;

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

Configuration configuration_of(const std::map<std::string, std::string>& files) {
  return parse_configuration("/c/0", [&](const std::string& path) -> std::optional<std::string> {
    const auto found = files.find(path);
    return found == files.end() ? std::nullopt : std::optional(found->second);
  });
}

TEST(HostileToml, TablesAreNotNestedWithoutEnd) {
  for (const auto* begin : {"a = 1\n[a", "a", "\"a\""})
    EXPECT_THROW(TomlFile::parse(std::string(begin) + repeated(".a", 200000), "x"), UsageError);
  for (const auto& nested : {"a = " + repeated("[", 100000), repeated("a={", 100000)})
    EXPECT_THROW(TomlFile::parse(nested, "x"), UsageError);
  EXPECT_NO_THROW(TomlFile::parse("a = \"" + repeated(".", 9000) + "\" # it's" + repeated(".", 9000), "x"));
}

TEST(HostileBootstrap, NumbersAreNotCopiedForThousandsOfVolumes) {
  const auto text = "Volume=\"A" + repeated("|B", 20000) + "\"\nVolAddr=1" + repeated(",1", 20000) + "\n";
  EXPECT_THROW(parse_bootstrap(text, "x"), UsageError);
  EXPECT_EQ(parse_bootstrap("Volume=\"A|B\"\nVolAddr=1,5\n", "x").ranges.size(), 2U);
  const auto named = "Volume=\"A" + repeated("|B", 20000) + "\"\n";
  EXPECT_EQ(parse_bootstrap(named, "x").ranges.size(), 20001U);
  EXPECT_THROW(parse_bootstrap(named + "Device=" + std::string(20000, 'd') + "\n", "x"), UsageError);
}

TEST(HostileBootstrap, NoRangeIsPassedOver) {
  EXPECT_THROW(parse_bootstrap("VolSessionId=1\nFileIndex=1-9\nStorage=\"S\"\nVolume=\"A\"\n", "x"),
               UsageError);
}

TEST(HostileConfiguration, FilesThatIncludeEachOtherComeToAnEnd) {
  std::map<std::string, std::string> files;
  for (int i = 0; i < 9; ++i)
    files["/c/" + std::to_string(i)] = repeated("@" + std::to_string(i + 1) + "\n", 30);
  files["/c/9"] = "Job { Name = a }\n";
  EXPECT_FALSE(configuration_of(files).problems.empty());
}

TEST(HostileConfiguration, RubbishIsNotToldByteByByte) {
  const auto read = configuration_of({{"/c/0", repeated("}", 200000) + repeated("a@b", 200000)}});
  EXPECT_EQ(read.problems.size(), 101U);
  EXPECT_EQ(read.problems.back(), "/c/0 has more problems of such a kind");
}

TEST(HostileGrubConfig, VariablesThatDoubleDoNotFillTheMemory) {
  const auto text =
      "set a=0123456789\n" + repeated("set a=$a$a\n", 60) + "menuentry x {\n linux /vmlinuz $a\n}\n";
  ASSERT_EQ(parse_grub_config(text).size(), 1U);
  EXPECT_TRUE(named_uuids(text).empty());
}

TEST(HostileGrubConfig, ManyKeywordsAreNoBurden) {
  EXPECT_TRUE(parse_grub_config(repeated("then ", 100000)).empty());
}

TEST(HostileGrubConfig, AKeywordInPiecesHasATitle) {
  EXPECT_EQ(parse_boot_loader_entry("ti\\tle 'a b'\n").title, "a b");
  EXPECT_EQ(parse_boot_loader_entry("ti\\tle title\n").title, "title");
}

TEST(HostileJournal, StepsThatStandInForEachOtherAreNotDone) {
  JournalState state;
  state.fallbacks = {{"a", "b"}, {"b", "a"}, {"c", "c"}, {"d", "a"}};
  for (const auto* step : {"a", "b", "c", "d"}) EXPECT_FALSE(state.is_done(step)) << step;
  state.steps["b"] = Progress::done;
  EXPECT_TRUE(state.is_done("d"));
}

TEST(HostileJournal, ManyFieldsAreNoEvent) {
  std::string fields;
  for (int i = 0; i < 100000; ++i) fields += ",\"k" + std::to_string(i) + "\":1";
  EXPECT_FALSE(event_from_json(R"({"event":"x")" + fields + "}"));
}

TEST(HostileJournal, ANumberThatWouldBecomeAnotherIsNoEvent) {
  EXPECT_FALSE(event_from_json(R"({"event":"x","at":9223372036854775808})"));
  EXPECT_EQ(event_from_json(R"({"event":"x","at":9223372036854775807})")->number("at"),
            std::numeric_limits<std::int64_t>::max());
}

TEST(HostileVolume, ARecordDoesNotUnpackWithoutEnd) {
  const std::string zeros(20 * 1024 * 1024, '\0');
  std::string packed(::compressBound(zeros.size()), '\0');
  uLongf length = packed.size();
  ASSERT_EQ(::compress(reinterpret_cast<Bytef*>(packed.data()), &length,
                       reinterpret_cast<const Bytef*>(zeros.data()), zeros.size()),
            Z_OK);
  Inflater inflater;
  inflater.begin();
  std::size_t unpacked = 0;
  EXPECT_FALSE(
      inflater.add({packed.data(), length}, [&](std::string_view data) { unpacked += data.size(); }));
  EXPECT_LE(unpacked, 16U * 1024 * 1024);
}

// A file, a damaged block, and then a file with the greatest number that there is.
std::string with_a_gap() {
  auto damaged = block(1, "no record");
  damaged.back() = 'x';
  return label("A") + block(1, attributes(1, "/one")) + damaged +
         block(1, attributes(std::numeric_limits<std::int32_t>::max(), "/far"));
}

TEST(HostileVolume, ANumberThatIsWrongIsNotABillionFiles) {
  const TemporaryDirectory directory;
  directory.put("A", with_a_gap());
  const auto read = [&](const std::vector<Interval>& indexes) {
    std::size_t files = 0;
    for_each_file(directory.path(), {{range("A", 1, indexes)}}, [&](const VolumeFile&) { ++files; });
    return files;
  };
  EXPECT_THROW(read({}), Failed);
  EXPECT_THROW(read({{1, 2147483647}}), Failed);
  EXPECT_EQ(read({{1, 4}}), 4U);
}

TEST(HostileVolume, AdoptingOneCostsMemoryByItsFilesAndNotByTheirNumbers) {
  const TemporaryDirectory directory;
  std::string sessions, text;
  for (std::uint32_t session = 1; session <= 40; ++session) {
    sessions += block(session, attributes(2147483000, "/file" + std::to_string(session), 3, lstat));
    text += "Volume=\"A\"\nVolSessionId=" + std::to_string(session) + "\nVolSessionTime=77\n";
  }
  directory.put("volumes/A", label("A") + sessions);
  AdoptRequest request;
  request.bootstrap = directory.put("job.bsr", text);
  request.volumes = directory / "volumes";
  request.keep = directory / "keep";
  EXPECT_EQ(adopt_bootstrap(request).files, 40);
  const auto kept = parse_bootstrap(system::read_file(directory / "keep/backup.bsr"), "kept");
  EXPECT_EQ(kept.ranges.at(39).file_indexes, (std::vector<Interval>{{2147483000, 2147483000}}));
}

class HostileCatalog : public JobOnVolumes {};

TEST_F(HostileCatalog, PlacesThatCannotBeAreRefused) {
  const auto with = [&](const std::string& row) {
    media_ = row;
    return verify(0);
  };
  EXPECT_THROW(with("A\tFile1\t1\t1\t1\t0\t9\t3\t"), Failed);
  EXPECT_THROW(with("A\tFile1\t1\t1\t4294967295\t4294967295\t0\t4294967295\t"), Failed);
}

TEST(HostileDirector, AnAnswerDoesNotDependOnItsPieces) {
  const std::string output = "1000 OK: 1 d\nEnter a period\n.jobs\n" + repeated("\n", 100000) + "a";
  std::string whole, pieces;
  AnswerFilter one({".jobs"}, [&](std::size_t, std::string_view text) { whole += text; });
  one.feed(output);
  one.finish();
  AnswerFilter many({".jobs"}, [&](std::size_t, std::string_view text) { pieces += text; });
  for (const char c : output) many.feed({&c, 1});
  many.finish();
  EXPECT_EQ(whole, repeated("\n", 100000) + "a");
  EXPECT_EQ(whole, pieces);
}

TEST(HostileDirector, AnAnswerWithoutEndIsNoAnswer) {
  struct Endless : ScriptedProcesses {
    system::ProcessResult run(const system::ProcessSpec&, const system::Sink& sink) override {
      sink("1000 OK: 1 d\nEnter a period\n");
      const std::string piece(1024 * 1024, 'x');
      for (int i = 0; i < 200; ++i) sink(piece);
      return {};
    }
  } director;
  EXPECT_THROW(converse(director, {{"bconsole"}}, {".jobs"}, 1s), Failed);
  EXPECT_THROW(converse_each(director, {{"bconsole"}}, {".jobs"}, 1s), Failed);
}

TEST(HostileText, AWordWithoutEndIsNearToNothing) {
  const std::string word(100'000'000, 'm');
  EXPECT_EQ(system::nearest(word, std::vector<std::string>{"manual", "make-btrfs"}), "");
}

TEST(HostileDirector, WhatLooksLikeAnErrorOfTheConfigurationHidesNoPassword) {
  EXPECT_EQ(system::redact("Password = hush Config error: x"), "Password = *** Config error: x");
  EXPECT_EQ(system::redact("Config error: x\na: line 1 of file Password = hush\n"),
            "Config error: x\n: line 1 of file Password = ***\n");
}

TEST(KeptBackup, NamesAreAnyBytes) {
  const TemporaryDirectory directory;
  const Backup backup{{{1, "B\xFF\xC3\xA9\\101\"", "Full", "2026-11-21 22:58:02", 1, 2, 0}},
                      1,
                      2,
                      {"Vol\x01", "Vol-\xC3\xA9"},
                      false};
  write_backup(directory.path(), backup);
  EXPECT_EQ(read_backup(directory.path()), backup);
}

}  // namespace
}  // namespace recover::bacula
