#include "recover/bacula/prove.hpp"

#include <algorithm>

#include "job_on_volumes.hpp"
#include "recover/bacula/keep.hpp"
#include "recover/bacula/range_ends.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "tests/unit/recorded_machine.hpp"

namespace recover::bacula {
namespace {

// Four files of session 1: three on the volume A, each in a block of its own, and one on B.
class Prove : public testing::Test {
 protected:
  Prove() {
    put("A",
        {block(1, file(1, "/one", "data 1")), block(1, file(2, "/two", "data 2")),
         block(1, file(3, "/three", "data 3"))},
        {1, 3});
    put("B", {block(1, file(4, "/four", "data 4"))}, {4, 4});
    keep(4);
  }

  void put(const std::string& name, const std::vector<std::string>& blocks, Interval indexes) {
    const auto before = label(name);
    std::string content;
    begins_[name].clear();
    for (const auto& each : blocks) {
      begins_[name].push_back(before.size() + content.size());
      content += each;
    }
    volumes_.put(name, before + content);
    std::erase_if(bootstrap_.ranges, [&](const auto& known) { return known.volume == name; });
    auto added = range(name, 1, {indexes});
    added.addresses = {{before.size(), before.size() + content.size() - 1}};
    bootstrap_.ranges.push_back(added);
    std::sort(bootstrap_.ranges.begin(), bootstrap_.ranges.end(),
              [](const auto& a, const auto& b) { return a.volume < b.volume; });
  }

  void keep(std::int64_t files) {
    system::make_directories(keep_ / "keep", 0700);
    system::write_file(keep_ / "keep/backup.bsr", to_text(bootstrap_), 0600);
    Backup backup;
    backup.files = files;
    backup.by_director = true;
    write_backup(keep_ / "keep", backup);
  }

  // In the block of that number, behind its header.
  void flip(const std::string& name, std::size_t number, std::size_t at = 60) {
    auto text = system::read_file(volumes_ / name);
    const auto byte = begins_[name][number] + at;
    text[byte] = static_cast<char>(text[byte] ^ 0x10);
    volumes_.put(name, text);
  }

  Proof prove(bool full, bool with_director = false) {
    ProveRequest request{.keep = keep_ / "keep", .volumes = volumes_.path(), .full = full};
    if (with_director) {
      request.console = {ScriptedDirector::argv()};
      request.catalog_kind = "sqlite3";
    }
    return prove_backup(director_, request, {});
  }

  std::string place(const std::string& name, std::size_t number) {
    return "block at " + std::to_string(begins_[name][number]) + " of " + name + ": ";
  }

  using Words = std::vector<std::string>;
  TemporaryDirectory volumes_, keep_;
  Bootstrap bootstrap_;
  ScriptedDirector director_;
  std::map<std::string, std::vector<std::size_t>> begins_;
};

TEST_F(Prove, QuickReadsTheEndsOfEachRange) {
  const auto proof = prove(false);
  EXPECT_TRUE(proof.good()) << proof.problems.front();
  EXPECT_FALSE(proof.full);
  EXPECT_EQ(proof.volumes.size(), 2U);
  EXPECT_EQ(proof.ranges, 2);
  EXPECT_EQ(proof.blocks, 3);  // of A the first and the last, of B the only one
  EXPECT_EQ(proof.files, 4);
  EXPECT_EQ(proof.whole, 0);
}

TEST_F(Prove, FullReadsEveryBlockAndComputesEveryDigest) {
  const auto proof = prove(true);
  EXPECT_TRUE(proof.good()) << proof.problems.front();
  EXPECT_TRUE(proof.full);
  EXPECT_EQ(proof.blocks, 4);
  EXPECT_EQ(proof.whole, 4);
  EXPECT_EQ(proof.digests, 4);
}

TEST_F(Prove, WhatBaculaItselfWrote) {
  const auto recorded = test::source_path("tests/unit/data/bacula");
  bootstrap_ = parse_bootstrap(system::read_file(recorded + "/director.bsr"), "director.bsr");
  keep(7);
  for (const bool full : {false, true}) {
    const auto proof =
        prove_backup(director_, {.keep = keep_ / "keep", .volumes = recorded, .full = full}, {});
    EXPECT_TRUE(proof.good()) << proof.problems.front();
    EXPECT_EQ(proof.blocks, 2);
    EXPECT_EQ(proof.whole, full ? 7 : 0);
  }
}

TEST_F(Prove, NamesTheFilesOfADamagedLastBlock) {
  flip("A", 2, 24 + 12 + 30);
  const auto proof = prove(false);
  EXPECT_EQ(proof.problems, Words{place("A", 2) + "checksum wrong"});
  EXPECT_EQ(proof.missing, 1);
  EXPECT_EQ(proof.missing_names, Words{"/three"});
}

TEST_F(Prove, NamesTheFilesOfADamagedFirstBlock) {
  flip("B", 0, 24 + 12 + 30);
  const auto proof = prove(false);
  EXPECT_EQ(proof.problems, Words{place("B", 0) + "checksum wrong"});
  EXPECT_EQ(proof.missing_names, Words{"/four"});
}

TEST_F(Prove, OnlyFullFindsWhatIsDamagedBetween) {
  flip("A", 1, 24 + 12 + 30);
  EXPECT_TRUE(prove(false).good());
  const auto proof = prove(true);
  EXPECT_EQ(proof.problems, Words{place("A", 1) + "checksum wrong"});
  EXPECT_EQ(proof.missing_names, Words{"/two"});
  EXPECT_EQ(proof.whole, 3);
}

TEST_F(Prove, AMissingVolumeCostsEachFileOfItsRanges) {
  ::unlink((volumes_ / "A").c_str());
  const auto proof = prove(false);
  EXPECT_EQ(proof.problems, Words{"The volume A is missing in " + volumes_.path()});
  EXPECT_EQ(proof.missing, 3);
  EXPECT_EQ(proof.missing_names,
            (Words{"FileIndex 1 of session 1", "FileIndex 2 of session 1", "FileIndex 3 of session 1"}));
  EXPECT_EQ(prove(true).missing, 3);
}

TEST_F(Prove, TheCatalogTellsTheNames) {
  ::unlink((volumes_ / "B").c_str());
  director_.sql("SELECT JobId FROM Job WHERE VolSessionId=1 AND VolSessionTime=77", "5\t");
  director_.sql("SELECT MAX(VersionId) FROM Version", "16\t");
  director_.sql(job_files_query("sqlite3", 16, 5, {4}), "4\t" + hex("/") + "\t" + hex("four") + "\tP4A\t0\t");
  EXPECT_EQ(prove(false, true).missing_names, Words{"/four"});
}

TEST_F(Prove, AVolumeWithTheLabelOfAnotherIsMissing) {
  volumes_.put("B", label("C") + block(1, file(4, "/four", "data 4")));
  const auto proof = prove(false);
  EXPECT_EQ(proof.problems, Words{"The file " + (volumes_ / "B") + " is labelled as volume C"});
  EXPECT_EQ(proof.missing, 1);
}

TEST_F(Prove, AVolumeThatIsCutShort) {
  auto text = system::read_file(volumes_ / "A");
  volumes_.put("A", text.substr(0, begins_["A"][2] + 40));
  for (const bool full : {false, true}) {
    const auto proof = prove(full);
    ASSERT_FALSE(proof.problems.empty());
    EXPECT_NE(proof.problems.front().find("block at " + std::to_string(begins_["A"][2]) + " of A: cut short"),
              std::string::npos)
        << proof.problems.front();
    EXPECT_EQ(proof.missing, 2);  // more of the one before may have stood there
  }
}

TEST_F(Prove, AVolumeThatEndsBetweenTwoBlocks) {
  auto text = system::read_file(volumes_ / "A");
  volumes_.put("A", text.substr(0, begins_["A"][2]));
  const auto proof = prove(false);
  ASSERT_FALSE(proof.good());
  EXPECT_NE(proof.problems.front().find("the volume ends there"), std::string::npos)
      << proof.problems.front();
  EXPECT_EQ(proof.missing, 2);
}

TEST_F(Prove, ZerosInTheMiddle) {
  auto text = system::read_file(volumes_ / "A");
  text.replace(begins_["A"][1], 80, 80, '\0');
  volumes_.put("A", text);
  EXPECT_TRUE(prove(false).good());
  const auto proof = prove(true);
  EXPECT_EQ(proof.problems, Words{place("A", 1) + "no block begins there"});
  EXPECT_EQ(proof.missing, 2);
}

TEST_F(Prove, DataThatDoesNotGiveItsDigest) {
  put("B",
      {block(1, attributes(4, "/four", 3, lstat) + record(4, plain, "other") +
                    record(4, sha1, sha1_of("data 4")))},
      {4, 4});
  keep(4);
  EXPECT_TRUE(prove(false).good());
  const auto proof = prove(true);
  EXPECT_EQ(proof.problems, Words{"/four: its data does not give the stored SHA1"});
  EXPECT_EQ(proof.missing_names, Words{"/four"});
}

TEST_F(Prove, DigestsOfSeveralKindsAreAllComputed) {
  constexpr int md5 = 3;
  const auto with_md5 = [&](std::int32_t index, const std::string& name) {
    return attributes(index, name, 3, lstat) + record(index, plain, "data") +
           record(index, md5, digest_of(DigestKind::md5, "data"));
  };
  put("A", {block(1, file(1, "/one", "data 1") + with_md5(2, "/two") + file(3, "/three", "data 3"))}, {1, 3});
  put("B", {block(1, with_md5(4, "/four"))}, {4, 4});
  keep(4);
  const auto proof = prove(true);
  EXPECT_TRUE(proof.good()) << proof.problems.front();
  EXPECT_EQ(proof.digests, 4);
  EXPECT_EQ(proof.whole, 4);
}

TEST_F(Prove, AWrongDigestOfAKindThatCameLate) {
  constexpr int md5 = 3;
  put("B",
      {block(1, attributes(4, "/four", 3, lstat) + record(4, plain, "other") +
                    record(4, md5, digest_of(DigestKind::md5, "data")))},
      {4, 4});
  keep(4);
  EXPECT_EQ(prove(true).problems, Words{"/four: its data does not give the stored MD5"});
}

TEST_F(Prove, OtherJobsMayHaveWrittenBetween) {
  put("A",
      {block(2, file(1, "/other", "x")), block(1, file(1, "/one", "data 1") + file(2, "/two", "data 2")),
       block(1, file(3, "/three", "data 3")), block(2, file(2, "/another", "x"))},
      {1, 3});
  keep(4);
  for (const bool full : {false, true}) {
    const auto proof = prove(full);
    EXPECT_TRUE(proof.good()) << proof.problems.front();
  }
}

TEST_F(Prove, ARangeWithoutABlockOfItsSession) {
  put("B", {block(2, file(4, "/four", "data 4"))}, {4, 4});
  keep(4);
  const auto proof = prove(false);
  ASSERT_EQ(proof.problems.size(), 1U);
  EXPECT_NE(proof.problems.front().find("no block is of session 1"), std::string::npos);
  EXPECT_EQ(proof.missing, 1);
}

TEST_F(Prove, FileIndexesThatAreNotThoseOfTheRange) {
  put("B", {block(1, file(9, "/nine", "data"))}, {4, 4});
  keep(4);
  const auto proof = prove(false);
  ASSERT_FALSE(proof.good());
  EXPECT_NE(proof.problems.front().find("it begins with FileIndex 9"), std::string::npos);
}

TEST_F(Prove, TheAddressBehindTheLastByteIsAnEndToo) {
  for (auto& each : bootstrap_.ranges) ++each.addresses.back().last;
  keep(4);
  const auto proof = prove(false);
  EXPECT_TRUE(proof.good()) << proof.problems.front();
  EXPECT_EQ(proof.blocks, 3);
}

TEST_F(Prove, AWholeBlockInTheDataIsNoLastBlock) {
  // A backup of a volume: the data of the last file ends with a block.
  put("B", {block(1, attributes(4, "/four", 3, lstat) + record(4, plain, block(7, "within")))}, {4, 4});
  keep(4);
  EXPECT_TRUE(prove(false).good());
}

TEST_F(Prove, BlocksWithoutChecksumAreRead) {
  put("B", {without_checksum(block(1, file(4, "/four", "data 4")))}, {4, 4});
  keep(4);
  EXPECT_TRUE(prove(false).good());
  EXPECT_TRUE(prove(true).good());
}

TEST_F(Prove, OtherNumbersThanTheCatalogs) {
  keep(5);
  EXPECT_EQ(prove(false).problems, Words{"the catalog counts 5 files, but the bootstrap file names 4"});
}

TEST_F(Prove, FewerBytesThanTheCatalogCounts) {
  Backup backup;
  backup.files = 4;
  backup.by_director = true;
  backup.jobs = {{1, "Job", "Full", "2026-11-21 01:00:00", 4, 1'000'000}};
  write_backup(keep_ / "keep", backup);
  const auto proof = prove(false);
  ASSERT_EQ(proof.problems.size(), 1U);
  EXPECT_NE(proof.problems.front().find("1000000 bytes"), std::string::npos);
}

TEST_F(Prove, IsKeptAndKnowsWhatItIsOf) {
  flip("A", 2);
  auto proof = prove(false);
  proof.at = 1'700'000'000;
  write_proof(keep_ / "keep", proof);
  EXPECT_EQ(read_proof(keep_ / "keep"), proof);

  const auto sum = bootstrap_sum(keep_ / "keep");
  auto now = proof.volumes;
  EXPECT_EQ(changed_since(proof, sum, now), "");
  EXPECT_NE(changed_since(proof, "other", now), "");
  now[1].modified += 1;
  EXPECT_EQ(changed_since(proof, sum, now), "the volume B was written to since it was proven");
  now[1].size -= 1;
  EXPECT_NE(changed_since(proof, sum, now).find("has changed"), std::string::npos);
  now[1] = look_at_volume(volumes_.path(), "nothing");
  now[1].name = "B";
  EXPECT_EQ(changed_since(proof, sum, now), "the volume B has gone since it was proven");
  now.pop_back();
  EXPECT_NE(changed_since(proof, sum, now), "");

  EXPECT_NO_THROW(require_proven_bootstrap(keep_ / "keep"));
  system::write_file(keep_ / "keep/backup.bsr", to_text(first_file(bootstrap_)), 0600);
  EXPECT_THROW(require_proven_bootstrap(keep_ / "keep"), Failed);
}

}  // namespace
}  // namespace recover::bacula
