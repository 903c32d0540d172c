#include "recover/bacula/verify_job.hpp"

#include <gtest/gtest.h>
#include <lzo/lzo1x.h>
#include <zlib.h>

#include "job_on_volumes.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"

namespace recover::bacula {
namespace {

using namespace std::string_literals;

constexpr int md5 = 3, gzip = 4, sparse = 6, sparse_gzip = 7, sha256 = 17, sha512 = 18, packed = 29,
              sparse_packed = 30;

std::string zipped(const std::string& data) {
  std::string out(::compressBound(data.size()), '\0');
  uLongf length = out.size();
  ::compress(reinterpret_cast<Bytef*>(out.data()), &length, reinterpret_cast<const Bytef*>(data.data()),
             data.size());
  return out.substr(0, length);
}

std::string lzo(const std::string& data) {
  std::string out(data.size() + data.size() / 16 + 64 + 3, '\0'), work(LZO1X_1_MEM_COMPRESS, '\0');
  lzo_uint length = 0;
  lzo_init();
  ::lzo1x_1_compress(reinterpret_cast<const unsigned char*>(data.data()), data.size(),
                     reinterpret_cast<unsigned char*>(out.data()), &length, work.data());
  return "LZOX" + number(static_cast<std::uint32_t>(length)) + number(1) + out.substr(0, length);
}

std::string at_offset(const std::string& data) {
  return number(0) + number(65536) + data;
}

class VerifyJob : public JobOnVolumes {
 protected:
  // One file whose data stands in a stream of this kind.
  void expect_good(int stream, const std::string& stored, const std::string& data, int digest_stream,
                   DigestKind kind) {
    row(1, "/one", digest_of(kind, data));
    // The record goes on in another block, in the midst of everything.
    const auto length = static_cast<std::uint32_t>(stored.size());
    const std::size_t cut = 5;
    volume("A",
           block(1, attributes(1, "/one", 3, lstat) + record(1, stream, length, stored.substr(0, cut))) +
               block(1, record(1, -stream, static_cast<std::uint32_t>(length - cut), stored.substr(cut)) +
                            record(1, digest_stream, digest_of(kind, data))));
    const auto proof = verify(1);
    EXPECT_EQ(proof.problems, std::vector<std::string>{});
    EXPECT_EQ(proof.digests, 1);
    EXPECT_TRUE(proof.good());
  }
};

TEST_F(VerifyJob, IsGoodWhenVolumesAndCatalogAgree) {
  data_row(1, "/d/one", "data");
  row(2, "/d/two", sha1_of("data"), link_lstat);
  row(3, "/d/", {});
  data_row(4, "/d/empty", "");
  row(5, "/d/without", {});
  row(-6, "/d/gone", {}, "A A A");
  volume("A", block(1, file(1, "/d/one", "data") + attributes(2, "/d/two", 1, link_lstat) +
                           record(2, sha1, sha1_of("data")) + attributes(3, "/d/", 5, lstat) +
                           record(3, 1007, "acl")));
  volume("B", block(2, attributes(1, "/other")) +
                  block(1, attributes(4, "/d/empty", 2, lstat) + record(4, sha1, sha1_of("")) +
                               attributes(5, "/d/without", 3, lstat) + record(5, plain, "x") +
                               attributes(6, "/d/gone", 23, "A A A")));
  const auto proof = verify(6);
  EXPECT_EQ(proof.problems, std::vector<std::string>{});
  EXPECT_TRUE(proof.good());
  EXPECT_EQ(proof.job, 5);
  EXPECT_EQ(proof.expected, 6);
  EXPECT_EQ(proof.examined, 6);
  EXPECT_EQ(proof.digests, 2);
  EXPECT_EQ(proof.without_digest, 1);
  EXPECT_EQ(proof.volumes, (std::vector<std::string>{"A", "B"}));
  EXPECT_GT(proof.bytes, 0);
  EXPECT_EQ(told_, proof.bytes);
}

TEST_F(VerifyJob, TakesACatalogThatBscanMade) {
  data_row(1, "/one", "data");
  row(0, "/gone", {}, "A A A");
  row(0, "/missing", {}, "A A A");
  volume("A", block(1, file(1, "/one", "data") + attributes(2, "/gone", 23, "A A A")));
  // The address behind the last byte.
  const std::size_t size = system::read_file(directory_ / "A").size();
  media_ = "A\tFile1\t1\t2\t0\t0\t0\t" + std::to_string(size) + "\t";
  const auto proof = verify(2);
  EXPECT_EQ(proof.problems, std::vector<std::string>{
                                "of the files that the catalog has as deleted, 1 are not on the volumes"});
  EXPECT_EQ(proof.examined, 2);
}

TEST_F(VerifyJob, RehashesPlainData) {
  expect_good(plain, "some data", "some data", md5, DigestKind::md5);
}
TEST_F(VerifyJob, LeavesTheOffsetsOfSparseDataOut) {
  expect_good(sparse, at_offset("some data"), "some data", sha1, DigestKind::sha1);
}
TEST_F(VerifyJob, UnpacksGzip) {
  const std::string data(300'000, 'g');
  expect_good(gzip, zipped(data), data, sha256, DigestKind::sha256);
}
TEST_F(VerifyJob, UnpacksSparseGzip) {
  expect_good(sparse_gzip, at_offset(zipped("some data")), "some data", sha512, DigestKind::sha512);
}
TEST_F(VerifyJob, UnpacksLzo) {
  const std::string data(300'000, 'l');
  expect_good(packed, lzo(data), data, sha1, DigestKind::sha1);
}
TEST_F(VerifyJob, UnpacksSparseLzo) {
  expect_good(sparse_packed, at_offset(lzo("some data")), "some data", sha1, DigestKind::sha1);
}

TEST_F(VerifyJob, PutsDataTogetherAcrossVolumes) {
  data_row(1, "/one", "first and second");
  volume("A", block(1, attributes(1, "/one", 3, lstat) + record(1, plain, 16, "first and ")));
  volume("B", block(1, record(1, -plain, 6, "second") + record(1, sha1, sha1_of("first and second"))));
  EXPECT_TRUE(verify(1).good());
}

TEST_F(VerifyJob, NamesTheFileWhoseDataIsNotWhatWasBackedUp) {
  data_row(1, "/o\ne", "data");
  data_row(2, "/two", "data");
  volume("A", block(1, attributes(1, "/o\ne", 3, lstat) + record(1, plain, "dada") +
                           record(1, sha1, sha1_of("data")) + file(2, "/two", "data")));
  expect_problem(2, "/o\\012e: its data does not give the stored SHA1");
}

TEST_F(VerifyJob, NamesTheFileWhosePackedDataIsRubbish) {
  data_row(1, "/one", "data");
  data_row(2, "/two", "data");
  data_row(3, "/three", "data");
  std::string unknown = lzo("data");
  unknown.replace(0, 4, "ZSTD");
  auto one = [](std::int32_t index, const std::string& name, int stream, const std::string& data) {
    return attributes(index, name, 3, lstat) + record(index, stream, data) +
           record(index, sha1, sha1_of("data"));
  };
  volume("A",
         block(1, one(1, "/one", gzip, zipped("data").substr(0, 9)) +
                      one(2, "/two", packed, lzo("data").substr(0, 14)) + one(3, "/three", packed, unknown)));
  const auto proof = verify(3);
  EXPECT_EQ(proof.problems, (std::vector<std::string>{
                                "/one: its packed data cannot be unpacked",
                                "/two: its packed data cannot be unpacked",
                                "/three: its data is packed in a way that cannot be checked",
                            }));
}

TEST_F(VerifyJob, SaysWhichDataItCannotCheck) {
  constexpr int windows = 11;
  constexpr int delta = 1 << 27;
  data_row(1, "/one", "data");
  data_row(2, "/two", "data");
  volume("A", block(1, file(1, "/one", "data", windows) + file(2, "/two", "data", plain | delta)));
  const auto proof = verify(2);
  EXPECT_EQ(proof.problems, (std::vector<std::string>{
                                "/one: its data is of a kind that cannot be checked (stream 11)",
                                "/two: its data is of a kind that cannot be checked (stream 134217730)",
                            }));
}

TEST_F(VerifyJob, ComparesTheNameAttributesAndDigestWithTheCatalog) {
  data_row(1, "/one", "data");
  row(2, "/two", sha1_of("data"), link_lstat);
  data_row(3, "/three", "other");
  row(-4, "/four", sha1_of("data"));
  volume("A", block(1, file(1, "/One", "data") + file(2, "/two", "data") + file(3, "/three", "data") +
                           file(4, "/four", "data")));
  const auto proof = verify(4);
  EXPECT_EQ(proof.problems, (std::vector<std::string>{
                                "/One: the catalog has another file under its FileIndex 1",
                                "/two: its attributes (LStat) are not those in the catalog",
                                "/three: its digest is not the one in the catalog",
                                "/four: the catalog has another file under its FileIndex 4",
                            }));
  EXPECT_EQ(proof.examined, 0);
}

TEST_F(VerifyJob, ComparesAHardLinkWithItsFirstName) {
  data_row(1, "/one", "data");
  row(2, "/two", sha1_of("other"), link_lstat);
  volume("A", block(1, file(1, "/one", "data") + attributes(2, "/two", 1, link_lstat) +
                           record(2, sha1, sha1_of("other"))));
  expect_problem(2, "/two: its digest is not that of the file which it is a hard link to");
}

TEST_F(VerifyJob, NamesAFileThatIsNotOnTheVolumes) {
  data_row(1, "/one", "data");
  data_row(2, "/two", "data");
  named({2, -2}, rows_.substr(rows_.find("2\t2F")));
  volume("A", block(1, file(1, "/one", "data")));
  expect_problem(2, "/two: not found on the volumes");
}

TEST_F(VerifyJob, NamesAFileThatIsNotInTheCatalog) {
  data_row(1, "/one", "data");
  volume("A", block(1, file(1, "/one", "data") + file(2, "/two", "data")));
  expect_problem(1, "/two: it is not in the catalog");
}

TEST_F(VerifyJob, TellsWhenTheJobCountsMoreFilesThanThereAre) {
  data_row(1, "/one", "data");
  volume("A", block(1, file(1, "/one", "data")));
  expect_problem(2, "the job's record counts 2 files, the catalog holds 1");
}

TEST_F(VerifyJob, TellsWhenTheCatalogHasAFileIndexTwice) {
  data_row(1, "/one", "data");
  data_row(1, "/two", "data");
  volume("A", block(1, file(1, "/two", "data")));
  expect_problem(1, "/two: the catalog has two files under its FileIndex");
}

TEST_F(VerifyJob, NamesTheFilesThatADamagedBlockTouches) {
  data_row(1, "/one", "data");
  data_row(2, "/two", "data");
  std::string bad = block(1, file(2, "/two", "data"));
  bad.back() = static_cast<char>(bad.back() ^ 1);
  const std::string good = block(1, file(1, "/one", "data"));
  volume("A", good + bad);
  expect_problem(
      2, "/two: block at " + std::to_string(label("A").size() + good.size()) + " of A: checksum wrong");
}

TEST_F(VerifyJob, NamesFromTheCatalogWhatWasLostOnTheVolumes) {
  data_row(1, "/one", "data");
  data_row(2, "/two", "data");
  const std::string last = rows_.substr(rows_.find("2\t2F"));
  data_row(3, "/three", "data");
  named({2, -2}, last);
  const std::string good = block(1, file(1, "/one", "data"));
  const std::string bad(block(1, file(2, "/two", "data")).size(), '\0');
  volume("A", good + bad + block(1, file(3, "/three", "data")));
  const auto proof = verify(3);
  const std::string fault =
      "block at " + std::to_string(label("A").size() + good.size()) + " of A: no block begins there";
  EXPECT_EQ(proof.problems, (std::vector<std::string>{"/one: " + fault, "/two: " + fault}));
  EXPECT_EQ(proof.examined, 1);
}

TEST_F(VerifyJob, TellsOfADamagedBlockThatHoldsNoFile) {
  constexpr int end_of_session = -5;
  data_row(1, "/one", "data");
  std::string bad = block(1, record(end_of_session, 0, "label"));
  bad.back() = 'L';
  const std::string good = block(1, file(1, "/one", "data"));
  volume("A", good + bad);
  expect_problem(1, "block at " + std::to_string(label("A").size() + good.size()) + " of A: checksum wrong");
}

TEST_F(VerifyJob, TellsTwentyProblemsAndCountsTheOthers) {
  std::string records;
  for (int index = 1; index <= 30; ++index) {
    data_row(index, "/" + std::to_string(index), "data");
    records += attributes(index, "/" + std::to_string(index), 3, lstat) + record(index, plain, "dada") +
               record(index, sha1, sha1_of("data"));
  }
  volume("A", block(1, records));
  const auto proof = verify(30);
  EXPECT_EQ(proof.problems.size(), 20U);
  EXPECT_EQ(proof.more_problems, 10);
}

TEST_F(VerifyJob, ReadsOnlyWhereTheCatalogSaysThatTheJobStands) {
  data_row(1, "/one", "data");
  volume("A", block(1, file(1, "/one", "data")));
  // The same session's number, of another start of the Storage Daemon.
  directory_.put("A", system::read_file(directory_ / "A") + block(1, file(2, "/two", "data")));
  EXPECT_TRUE(verify(1).good());
}

TEST_F(VerifyJob, FailsBeforeReadingWhenAVolumeIsMissing) {
  data_row(1, "/one", "data");
  volume("A", block(1, file(1, "/one", "data")));
  media_ += "Gone\tFile1\t1\t1\t0\t0\t213\t1000\t";
  try {
    verify(1);
    FAIL();
  } catch (const Failed& error) {
    EXPECT_NE(error.problem().find("/Gone cannot be opened"), std::string::npos);
  }
  EXPECT_EQ(told_, 0);
}

TEST_F(VerifyJob, FailsWhenTheCatalogDoesNotKnowTheJob) {
  job("");
  EXPECT_THROW(ask(), Failed);
}

TEST_F(VerifyJob, FailsWhenTheFilesWerePruned) {
  volume("A", block(1, file(1, "/one", "data")));
  EXPECT_THROW(verify(1), Failed);
}

TEST_F(VerifyJob, FailsWhenTheJobStandsNowhere) {
  EXPECT_THROW(verify(1), Failed);
}

TEST_F(VerifyJob, FailsWhenAVolumesNameIsAPath) {
  media_ = "../A\tFile1\t1\t1\t0\t0\t213\t1000\t";
  EXPECT_THROW(verify(1), Failed);
}

// As a bootstrap file they would be read as two volumes, or not at all.
TEST_F(VerifyJob, FailsWhenTheCatalogNamesWhatNoBootstrapFileCanHold) {
  for (const char* place : {"A|B\tFile1", "A\"B\tFile1", "A\tFile\n1", "A\tFile\"1"}) {
    media_ = std::string(place) + "\t1\t1\t0\t0\t213\t1000\t";
    EXPECT_THROW(verify(1), Failed) << place;
  }
}

TEST_F(VerifyJob, RefusesEncryptedData) {
  data_row(1, "/one", "data");
  volume("A", block(1, file(1, "/one", "data", 20)));
  EXPECT_THROW(verify(1), Refused);
}

TEST_F(VerifyJob, HasNothingToProveOfAJobThatWroteNothing) {
  const auto proof = verify(0);
  EXPECT_TRUE(proof.good());
  EXPECT_EQ(proof.expected, 0);
}

TEST_F(VerifyJob, KnowsWhereAJobStands) {
  job("3\t1795313137\t5612\t");
  director_.sql(
      "SELECT "
      "M.VolumeName,M.MediaType,J.FirstIndex,J.LastIndex,J.StartFile,J.EndFile,J.StartBlock,J.EndBlock "
      "FROM JobMedia AS J JOIN Media AS M ON M.MediaId=J.MediaId WHERE J.JobId=5 ORDER BY "
      "J.VolIndex,J.JobMediaId",
      "Alder-0001\tFile1\t1\t1204\t0\t1\t213\t5\tAlder-0002\tFile1\t0\t0\t2\t2\t7\t9\t");
  const auto bootstrap = job_bootstrap(director_, {ScriptedDirector::argv()}, 5);
  ASSERT_EQ(bootstrap.ranges.size(), 2U);
  EXPECT_EQ(bootstrap.ranges[0].session_id, 3U);
  EXPECT_EQ(bootstrap.ranges[0].session_time, 1795313137U);
  EXPECT_EQ(bootstrap.ranges[0].media_type, "File1");
  EXPECT_EQ(bootstrap.ranges[0].file_indexes, (std::vector<Interval>{{1, 1204}}));
  EXPECT_EQ(bootstrap.ranges[0].addresses, (std::vector<Interval>{{213, (1ULL << 32) + 5}}));
  EXPECT_EQ(bootstrap.ranges[1].file_indexes, std::vector<Interval>{});
  EXPECT_EQ(bootstrap.ranges[1].addresses, (std::vector<Interval>{{(2ULL << 32) + 7, (2ULL << 32) + 9}}));
}

TEST(JobFilesQuery, FollowsTheCatalog) {
  EXPECT_NE(job_files_query("sqlite3", 16, 7).find("JOIN Filename"), std::string::npos);
  EXPECT_EQ(job_files_query("mysql", 1022, 7).find("JOIN Filename"), std::string::npos);
  EXPECT_NE(job_files_query("postgresql", 1024, 7, {1, -1}).find("JobId=7 AND F.FileIndex IN (1,-1)"),
            std::string::npos);
  EXPECT_THROW(job_files_query("oracle", 16, 7), UsageError);
}

}  // namespace
}  // namespace recover::bacula
