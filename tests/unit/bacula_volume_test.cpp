#include "recover/bacula/volume.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "recover/bacula/later_jobs.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/machine.hpp"
#include "synthetic_volume.hpp"
#include "system_temporary.hpp"
#include "tests/unit/recorded_machine.hpp"

namespace recover::bacula {
namespace {

using namespace recover::tests;

const std::string recorded = test::source_path("tests/unit/data/bacula");

std::vector<VolumeFile> read(const std::string& directory, const Bootstrap& bootstrap) {
  std::vector<VolumeFile> files;
  for_each_file(directory, bootstrap, [&](const VolumeFile& file) { files.push_back(file); });
  return files;
}

TEST(Label, IsRead) {
  auto label = read_label(recorded + "/Small-0005");
  EXPECT_EQ(system::bacula_time(label.written).substr(0, 2), "20");
  label.written = 0;
  EXPECT_EQ(label, (VolumeLabel{"Small-0005", "Small", "File", "vm"}));
}

TEST(Label, SaysWhatIsNone) {
  tests::TemporaryDirectory directory;
  EXPECT_THROW(read_label(directory / "missing"), Failed);
  EXPECT_THROW(read_label(directory.put("empty", "")), Failed);
  EXPECT_THROW(read_label(directory.put("text", std::string(5000, 'x'))), Failed);
  EXPECT_THROW(read_label(directory.put("data", block(1, attributes(1, "/a")))), Failed);
  EXPECT_THROW(read_label(directory.put("aligned", label("V", "Bacula 1.0 Aligned Data\n"))), Refused);
  EXPECT_THROW(read_label(directory.path()), Refused);  // a cloud volume is a directory of parts
}

TEST(Volume, GivesWhatBaculaWrote) {
  const auto text = system::read_file(recorded + "/write-bootstrap.bsr");
  const auto files = read(recorded, parse_bootstrap(text, "b"));
  ASSERT_EQ(files.size(), 11U);
  std::map<std::string, VolumeFile> by_name;
  for (const auto& file : files) {
    EXPECT_TRUE(file.damage.empty()) << file.name << ": " << file.damage.front();
    by_name[file.name] = file;
  }
  EXPECT_EQ(files.front().name, "/srv/h2/gone/");
  EXPECT_TRUE(by_name.at("/srv/h2/d/one").has_acl);
  EXPECT_TRUE(by_name.at("/srv/h2/d/z").has_xattr);
  EXPECT_EQ(by_name.at("/srv/h2/d/two").link, "/srv/h2/d/one");
  EXPECT_EQ(by_name.count("/srv/h2/d/new\nline\xFF"), 1U);
  EXPECT_EQ(by_name.at("/srv/h2/d/link").type, 23);  // deleted before the Incremental
}

TEST(Volume, GivesOnlyWhatTheBootstrapNames) {
  const auto text = system::read_file(recorded + "/director.bsr");
  const auto files = read(recorded, parse_bootstrap(text, "b"));
  EXPECT_EQ(files.size(), 7U);
}

TEST(Volume, PutsRecordsTogetherAcrossBlocksVolumesAndSessions) {
  tests::TemporaryDirectory directory;
  const std::string name = attributes(1, "/one").substr(12);
  const auto length = static_cast<std::uint32_t>(name.size());
  // Session 1's first name is cut after five bytes; a block of session 2 and the change of volume come
  // between.
  directory.put("A", label("A") + block(1, record(1, 1, length, name.substr(0, 5))) +
                         block(2, attributes(1, "/other")));
  directory.put("B", label("B") + block(1, record(1, -1, length - 5, name.substr(5)) + record(1, 2, "data")) +
                         block(1, attributes(2, "/two") + record(2, 1007, "acl")));
  Bootstrap bootstrap{{range("A", 1, {{1, 2}}), range("A", 2, {{1, 1}}), range("B", 1, {{1, 2}})}};
  const auto files = read(directory.path(), bootstrap);
  ASSERT_EQ(files.size(), 3U);
  EXPECT_EQ(files[0].name, "/one");
  EXPECT_EQ(files[1].name, "/two");
  EXPECT_TRUE(files[1].has_acl);
  EXPECT_EQ(files[2].name, "/other");
  for (const auto& file : files) EXPECT_TRUE(file.damage.empty());
}

TEST(Volume, PassesOverALabelInTheMidstOfARecord) {
  tests::TemporaryDirectory directory;
  directory.put("A", label("A") + block(1, attributes(1, "/one") + record(1, 2, 8, "half")));
  directory.put("B", label("B", "Bacula 1.0 immortal\n", 1) + block(1, record(1, -2, 4, "half")));
  const auto files = read(directory.path(), {{range("A", 1, {{1, 1}}), range("B", 1, {{1, 1}})}});
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].damage, std::vector<std::string>{});
}

// As a VirtualFull leaves them: of three files one was deleted since.
TEST(Volume, GoesByTheNumberOfTheRecordNotOfTheText) {
  tests::TemporaryDirectory directory;
  directory.put("A", label("A") + block(1, attributes(1, "/one") + attributes(2, "/three", 3, "P4A", 3)));
  const auto files = read(directory.path(), {{range("A", 1, {{2, 2}})}});
  ASSERT_EQ(files.size(), 1U);
  EXPECT_EQ(files[0].name, "/three");
  EXPECT_EQ(files[0].index, 2);
  EXPECT_EQ(files[0].text_index, 3);
  EXPECT_EQ(files[0].damage, std::vector<std::string>{});
}

TEST(Volume, NamesTheFilesOfABlockWithAWrongByteInTheirData) {
  tests::TemporaryDirectory directory;
  std::string bad = block(1, attributes(2, "/two") + record(2, 2, "data"));
  bad.back() = 'X';
  directory.put("A", label("A") + block(1, attributes(1, "/one")) + bad + block(1, attributes(3, "/three")));
  const auto files = read(directory.path(), {{range("A", 1, {{1, 3}})}});
  ASSERT_EQ(files.size(), 3U);
  EXPECT_TRUE(files[0].damage.empty());
  EXPECT_EQ(files[1].name, "/two");
  ASSERT_EQ(files[1].damage.size(), 1U);
  EXPECT_NE(files[1].damage[0].find("of A: checksum wrong"), std::string::npos);
  EXPECT_TRUE(files[2].damage.empty());
}

TEST(Volume, CountsTheFilesWhoseNamesAreLost) {
  tests::TemporaryDirectory directory;
  std::string bad = block(1, record(1, 2, "more") + attributes(2, "/two") + attributes(3, "/three"));
  for (std::size_t i = 0; i < bad.size(); ++i) bad[i] = '\0';
  directory.put("A", label("A") + block(1, attributes(1, "/one")) + bad +
                         block(1, record(3, 2, "data") + attributes(4, "/four")));
  const auto files = read(directory.path(), {{range("A", 1, {{1, 5}})}});
  ASSERT_EQ(files.size(), 5U);
  EXPECT_EQ(files[0].name, "/one");
  EXPECT_FALSE(files[0].damage.empty());  // more of it may have been in the lost block
  EXPECT_EQ(files[1].name, "");
  EXPECT_EQ(files[1].index, 2);
  EXPECT_FALSE(files[1].damage.empty());
  EXPECT_EQ(files[2].index, 3);
  EXPECT_FALSE(files[2].damage.empty());
  EXPECT_EQ(files[3].name, "/four");
  EXPECT_TRUE(files[3].damage.empty());
  EXPECT_EQ(files[4].damage, std::vector<std::string>{"not found on the volumes"});
}

TEST(Volume, SaysWhenAVolumeIsCutShort) {
  tests::TemporaryDirectory directory;
  const std::string whole = label("A") + block(1, attributes(1, "/one")) + block(1, attributes(2, "/two"));
  directory.put("A", whole.substr(0, whole.size() - 10));
  const auto files = read(directory.path(), {{range("A", 1, {{1, 2}})}});
  ASSERT_EQ(files.size(), 2U);
  EXPECT_FALSE(files[1].damage.empty());
}

TEST(Volume, RefusesEncryptedData) {
  tests::TemporaryDirectory directory;
  directory.put("A", label("A") + block(1, attributes(1, "/one") + record(1, 20, "secret")));
  EXPECT_THROW(read(directory.path(), {{range("A", 1, {{1, 1}})}}), Refused);
}

TEST(Volume, RefusesAnotherVolumesFile) {
  tests::TemporaryDirectory directory;
  directory.put("A", label("B") + block(1, attributes(1, "/one")));
  EXPECT_THROW(read(directory.path(), {{range("A", 1, {{1, 1}})}}), Failed);
  EXPECT_THROW(read(directory.path(), {{range("C", 1, {{1, 1}})}}), Failed);
}

TEST(Volume, AccountsForEveryFileWhateverTheDamage) {
  const std::string good = system::read_file(recorded + "/Small-0005");
  const auto bootstrap = parse_bootstrap(system::read_file(recorded + "/write-bootstrap.bsr"), "b");
  tests::TemporaryDirectory directory;
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    std::string bad = good;
    const std::size_t at = random() % bad.size();
    switch (round % 4) {
      case 0:
        bad[at] = static_cast<char>(bad[at] ^ (1 << random() % 8));
        break;
      case 1:
        bad.resize(at);
        break;
      case 2:
        bad.replace(at, 300, std::min<std::size_t>(300, bad.size() - at), '\0');
        break;
      default:
        bad.erase(at, random() % 200);
    }
    directory.put("Small-0005", bad);
    std::size_t count = 0;
    try {
      for_each_file(directory.path(), bootstrap, [&](const VolumeFile&) { ++count; });
    } catch (const Error&) {
      continue;  // of the label, of an encrypted stream
    }
    EXPECT_EQ(count, 11U) << "round " << round;
  }
}

TEST(Volume, TellsWhichJobsHaveEndedBehindAPlace) {
  const tests::TemporaryDirectory directory;
  const auto begin = tests::label("A") + tests::block(1, tests::record(-5, 7, "end"));
  // Cut in two by the end of a block; the third was killed, and has no such label.
  const auto more = tests::block(2, tests::attributes(1, "/one") + tests::record(-5, 8, 10, "end")) +
                    tests::block(2, tests::record(-5, -8, 7, "the end")) +
                    tests::block(3, tests::record(-4, 9, "begin") + tests::attributes(1, "/two"));
  const auto path = directory.put("A", begin + more);
  EXPECT_EQ(jobs_ended_behind(path, begin.size()), (std::set<EndedJob>{{8, 2, tests::session_time}}));
  EXPECT_EQ(jobs_ended_behind(path, 0),
            (std::set<EndedJob>{{7, 1, tests::session_time}, {8, 2, tests::session_time}}));
  EXPECT_TRUE(jobs_ended_behind(path, begin.size() + more.size()).empty());
}

}  // namespace
}  // namespace recover::bacula
