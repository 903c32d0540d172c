// A job of session 1 on the volumes A and B, and what the catalog tells of it: a Director that answers from a
// script, and volumes in a temporary directory.
//
//     data_row(1, "/one", "data");
//     volume("A", block(1, file(1, "/one", "data")));
//     EXPECT_TRUE(verify(1).good());
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "recover/bacula/catalog.hpp"
#include "recover/bacula/digest.hpp"
#include "recover/bacula/verify_job.hpp"
#include "scripted_processes.hpp"
#include "synthetic_volume.hpp"
#include "system_temporary.hpp"

namespace recover::bacula {

using namespace recover::tests;

constexpr int plain = 2, sha1 = 10;  // streams
// A file of mode 0100644; and the second name of the one with FileIndex 1.
inline const std::string lstat = "A A IGk B A A A E BAA I A A A A A C";
inline const std::string link_lstat = "A A IGk C A A A E BAA I A A A B A C";

inline std::string digest_of(DigestKind kind, const std::string& data) {
  Digest digest;
  digest.begin(kind);
  digest.add(data);
  return digest.end();
}
inline std::string sha1_of(const std::string& data) {
  return digest_of(DigestKind::sha1, data);
}

inline std::string hex(const std::string& bytes) {
  static constexpr char digits[] = "0123456789ABCDEF";
  std::string text;
  for (const char c : bytes) {
    text += digits[static_cast<unsigned char>(c) >> 4];
    text += digits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

// A file of one record.
inline std::string file(std::int32_t index, const std::string& name, const std::string& data,
                        int stream = plain) {
  return attributes(index, name, 3, lstat) + record(index, stream, data) + record(index, sha1, sha1_of(data));
}

class JobOnVolumes : public testing::Test {
 protected:
  void row(std::int64_t index, const std::string& name, const std::string& digest,
           const std::string& stat = lstat) {
    const std::size_t slash = name.rfind('/') + 1;
    rows_ += std::to_string(index) + "\t" + hex(name.substr(0, slash)) + "\t" + hex(name.substr(slash)) +
             "\t" + stat + "\t" + (digest.empty() ? "0" : catalog_digest(digest)) + "\t";
  }
  void data_row(std::int64_t index, const std::string& name, const std::string& data) {
    row(index, name, sha1_of(data));
  }

  void volume(const std::string& name, const std::string& content) {
    const std::string before = label(name);
    directory_.put(name, before + content);
    media_ += name + "\tFile1\t1\t9\t0\t0\t" + std::to_string(before.size()) + "\t" +
              std::to_string(before.size() + content.size() - 1) + "\t";
  }

  JobProof verify(std::int64_t files) {
    job("1\t77\t" + std::to_string(files) + "\t");
    director_.sql(
        "SELECT "
        "M.VolumeName,M.MediaType,J.FirstIndex,J.LastIndex,J.StartFile,J.EndFile,J.StartBlock,J.EndBlock "
        "FROM JobMedia AS J JOIN Media AS M ON M.MediaId=J.MediaId WHERE J.JobId=5 ORDER BY "
        "J.VolIndex,J.JobMediaId",
        media_);
    director_.sql("SELECT MAX(VersionId) FROM Version", "16\t");
    director_.sql(job_files_query("sqlite3", 16, 5), rows_);
    return ask();
  }
  void job(const std::string& answer) {
    director_.sql("SELECT VolSessionId,VolSessionTime,JobFiles FROM Job WHERE JobId=5", answer);
  }
  void named(const std::vector<std::int64_t>& indexes, const std::string& rows) {
    director_.sql(job_files_query("sqlite3", 16, 5, indexes), rows);
  }
  JobProof ask() {
    return verify_job(director_, {{ScriptedDirector::argv()}, "sqlite3", 5, directory_.path()},
                      [&](std::int64_t bytes) { told_ = bytes; });
  }

  void expect_problem(std::int64_t files, const std::string& problem) {
    const auto proof = verify(files);
    EXPECT_EQ(proof.problems, std::vector<std::string>{problem});
    EXPECT_FALSE(proof.good());
  }

  ScriptedDirector director_;
  TemporaryDirectory directory_;
  std::string rows_, media_;
  std::int64_t told_ = 0;
};

}  // namespace recover::bacula
