// Jobs that were written out of other jobs, that stand on other jobs, and volumes without checksums.
#include <gtest/gtest.h>

#include "job_on_volumes.hpp"
#include "recover/bacula/lstat.hpp"
#include "recover/bacula/text_numbers.hpp"
#include "recover/bacula/verify_job.hpp"
#include "recover/error.hpp"

namespace recover::bacula {
namespace {

constexpr int base = 24;

// One name of two, or the second of them: a link to the file with that number, below 64, in its text.
std::string named_twice(int link_number = 0) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto stat =
      std::string("A A IGk C A A A E BAA I A A A ") + digits[static_cast<std::size_t>(link_number)] + " A C";
  EXPECT_EQ(parse_lstat(stat).link_index, link_number);
  return stat;
}

class VerifyUnusual : public JobOnVolumes {
 protected:
  // A file whose text has the number that it had in the job before.
  static std::string moved(std::int32_t index, std::int32_t text, const std::string& name,
                           const std::string& data, const std::string& stat = lstat) {
    return attributes(index, name, 3, stat, text) + record(index, plain, data) +
           record(index, sha1, sha1_of(data));
  }
  static std::string link(std::int32_t index, std::int32_t text, const std::string& name, int to,
                          const std::string& data) {
    return attributes(index, name, 1, named_twice(to), text) + record(index, sha1, sha1_of(data));
  }
  void named_row(std::int64_t index, const std::string& name, const std::string& data, int to = 0) {
    row(index, name, sha1_of(data), named_twice(to));
  }
};

// As stored/vbackup.c writes it: the Full's file 2 was deleted since, the Incremental has 1 to 3.
TEST_F(VerifyUnusual, AVirtualFullIsGoodAlthoughItsTextsHaveTheNumbersOfTheJobsBefore) {
  data_row(1, "/one", "1");
  named_row(2, "/three", "3");
  named_row(3, "/four", "3", 3);
  named_row(4, "/new", "n");
  data_row(5, "/newer", "m");
  named_row(6, "/newest", "n", 1);
  volume("A", block(1, moved(1, 1, "/one", "1") + moved(2, 3, "/three", "3", named_twice()) +
                           link(3, 4, "/four", 3, "3")) +
                  block(1, moved(4, 1, "/new", "n", named_twice()) + moved(5, 2, "/newer", "m") +
                               link(6, 3, "/newest", 1, "n")));
  const auto proof = verify(6);
  EXPECT_EQ(proof.problems, std::vector<std::string>{});
  EXPECT_TRUE(proof.good());
  EXPECT_EQ(proof.digests, 4);
}

TEST_F(VerifyUnusual, ALinkOfAVirtualFullIsComparedWithTheFileThatItsTextMeans) {
  // By the numbers of the records 2 would be the one with "two".
  data_row(1, "/two", "2");
  data_row(2, "/three", "3");
  named_row(3, "/four", "4");
  named_row(4, "/five", "3", 4);
  volume("A", block(1, moved(1, 2, "/two", "2") + moved(2, 3, "/three", "3") +
                           moved(3, 4, "/four", "4", named_twice()) + link(4, 5, "/five", 4, "3")));
  expect_problem(4, "/five: its digest is not that of the file which it is a hard link to");
}

TEST_F(VerifyUnusual, NamesADamagedFileOfAVirtualFullByItsRecord) {
  data_row(1, "/one", "1");
  data_row(2, "/three", "3");
  std::string bad = block(1, moved(2, 3, "/three", "3"));
  bad.back() = static_cast<char>(bad.back() ^ 1);
  const std::string good = block(1, moved(1, 1, "/one", "1"));
  volume("A", good + bad);
  expect_problem(
      2, "/three: block at " + std::to_string(label("A").size() + good.size()) + " of A: checksum wrong");
}

TEST_F(VerifyUnusual, RefusesAJobThatBuildsOnABaseJob) {
  data_row(1, "/one", "data");
  volume("A", block(1, file(1, "/one", "data") + attributes(2, "/two", base, lstat) +
                           attributes(3, "/three", base, lstat)));
  try {
    verify(3);
    FAIL();
  } catch (const Refused& error) {
    EXPECT_EQ(
        error.problem(),
        "Job 5 builds on a Base job, which cannot be proven: the data of some of its files (/two is one) "
        "stands in that job alone");
  }
}

class VerifyWithoutChecksums : public VerifyUnusual {
 protected:
  // With an empty file, a directory and a name more, which have no data that could be wrong.
  void without_digests() {
    row(1, "/one", {});
    row(2, "/two", {});
    row(3, "/empty", {});
    row(4, "/", {});
    row(5, "/1", {}, link_lstat);
  }
  static std::string without_digests(std::int32_t index, const std::string& name) {
    return attributes(index, name, 3, lstat) + record(index, plain, "data");
  }
  static std::string no_data() {
    return attributes(3, "/empty", 2, lstat) + attributes(4, "/", 5, lstat) +
           attributes(5, "/1", 1, link_lstat);
  }
};

TEST_F(VerifyWithoutChecksums, AFileWithoutADigestIsNotProven) {
  without_digests();
  volume("A",
         without_checksum(block(1, without_digests(1, "/one") + without_digests(2, "/two") + no_data())));
  const auto proof = verify(5);
  EXPECT_EQ(proof.problems,
            std::vector<std::string>{"/one and 1 more of the job's files have neither a block checksum nor a "
                                     "digest: set Signature = SHA1 in the FileSet's Options"});
  EXPECT_FALSE(proof.good());
  EXPECT_EQ(proof.unprovable, 2);
  EXPECT_EQ(proof.examined, 3);
}

TEST_F(VerifyWithoutChecksums, APartOfAFileIsEnough) {
  row(1, "/one", {});
  volume("A", block(1, attributes(1, "/one", 3, lstat) + record(1, plain, 8, "half")) +
                  without_checksum(block(1, record(1, -plain, 4, "half"))));
  expect_problem(
      1, "/one has neither a block checksum nor a digest: set Signature = SHA1 in the FileSet's Options");
}

TEST_F(VerifyWithoutChecksums, ChecksumsAloneProve) {
  without_digests();
  volume("A", block(1, without_digests(1, "/one") + without_digests(2, "/two") + no_data()));
  const auto proof = verify(5);
  EXPECT_TRUE(proof.good());
  EXPECT_EQ(proof.without_digest, 2);
  EXPECT_EQ(proof.unprovable, 0);
}

TEST_F(VerifyWithoutChecksums, DigestsAloneProve) {
  data_row(1, "/one", "data");
  data_row(2, "/two", "data");
  volume("A", without_checksum(block(1, file(1, "/one", "data") + file(2, "/two", "data"))));
  EXPECT_TRUE(verify(2).good());
}

TEST_F(VerifyWithoutChecksums, DigestsStillTellWhatIsWrong) {
  data_row(1, "/one", "data");
  volume("A", without_checksum(block(1, attributes(1, "/one", 3, lstat) + record(1, plain, "dada") +
                                            record(1, sha1, sha1_of("data")))));
  expect_problem(1, "/one: its data does not give the stored SHA1");
}

VolumeFile numbered(std::int32_t index, std::int32_t text) {
  VolumeFile file;
  file.index = index;
  file.text_index = text;
  file.type = 3;
  file.lstat = named_twice();
  return file;
}

TEST(TextNumbers, AreThoseOfTheRecordsInAnOrdinaryJob) {
  TextNumbers numbers;
  for (const auto index : {1, 2, 3}) numbers.add(numbered(index, index));
  EXPECT_EQ(numbers.index_of(2), 2);
  EXPECT_EQ(numbers.index_of(0), 0);
  EXPECT_EQ(numbers.index_of(std::int64_t{1} << 40), 0);
}

TEST(TextNumbers, MeanTheLastFileBefore) {
  TextNumbers numbers;
  numbers.add(numbered(1, 1));
  numbers.add(numbered(2, 2));
  numbers.add(numbered(3, 4));
  EXPECT_EQ(numbers.index_of(2), 2);
  EXPECT_EQ(numbers.index_of(3), 0);  // was left out
  EXPECT_EQ(numbers.index_of(4), 3);
  numbers.add(numbered(4, 2));
  numbers.add(numbered(5, 5));
  EXPECT_EQ(numbers.index_of(1), 1);
  EXPECT_EQ(numbers.index_of(2), 4);
  EXPECT_EQ(numbers.index_of(5), 5);
}

TEST(TextNumbers, TakeADamagedFileAsItComes) {
  TextNumbers numbers;
  auto file = numbered(1, 2);
  file.lstat = "rubbish, with blanks";
  EXPECT_THROW(numbers.add(file), Failed);
  file.damage = {"block at 0 of A: checksum wrong"};
  numbers.add(file);
  EXPECT_EQ(numbers.index_of(2), 1);
}

}  // namespace
}  // namespace recover::bacula
