// Manifest, reading behind errors, and what is wanted.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "recover/error.hpp"
#include "recover/salvage/copy_data.hpp"
#include "recover/salvage/manifest.hpp"
#include "recover/salvage/wanted.hpp"
#include "recover/system/files.hpp"
#include "system_temporary.hpp"

namespace recover::salvage {
namespace {

using namespace std::string_literals;

ManifestEntry entry(const std::string& path) {
  ManifestEntry made;
  made.path = path;
  made.further = "part";
  made.stored = "tree" + path + ".damaged";
  made.kind = "file";
  made.why = "new";
  made.provenance = Provenance::unreadable;
  made.rung = "nologreplay";
  made.generation = UINT64_MAX;
  made.size = 123;
  made.data = 12;
  made.mtime = -5;
  made.link = "/other" + path;
  made.problem = "said \"no\"\n";
  made.missing = {{0, 4096}, {8192, 1}};
  return made;
}

std::vector<ManifestEntry> all_of(const std::string& directory) {
  std::vector<ManifestEntry> entries;
  read_manifest(directory, [&](const ManifestEntry& read) { entries.push_back(read); });
  return entries;
}

TEST(Manifest, GivesAnyNameBack) {
  for (const auto& name : {"/plain"s, "/new\nline"s, "/\xFF\xFE"s, "/back\\134slash"s, "/\\"s,
                           "/\xC3\xBC\x01"s, "/\xE2\x80\xAE"s, "/ "s}) {
    const auto line = to_line(entry(name));
    EXPECT_EQ(line.find('\n'), std::string::npos);
    EXPECT_EQ(from_line(line), entry(name)) << line;
  }
}

TEST(Manifest, RefusesWhatIsNoLineOfIt) {
  const auto good = to_line(entry("/x"));
  const auto with = [&](const std::string& from, const std::string& to) {
    auto line = good;
    return line.replace(line.find(from), from.size(), to);
  };
  for (const auto& line :
       {""s, "{}"s, "{\"event\":\"salvage\"}"s, with("tree/x", "../x"), with("tree/x", "tree/../../x"),
        with("tree/x", "/etc/x"), with("unreadable", "fine"), with("0+4096", "0-4096"),
        with("0+4096", "-1+4"), with("0+4096", "0+"), with("\"file\"", "\"door\""),
        with("\"part\"", "\"all\""), with("\"/x\"", "\"x\"")})
    EXPECT_THROW(from_line(line), Failed) << line;
}

TEST(Manifest, GoesOnBehindATornLine) {
  const tests::TemporaryDirectory directory;
  EXPECT_TRUE(all_of(directory.path()).empty());
  {
    ManifestWriter writer(directory.path());
    writer.add(entry("/one"));
    EXPECT_EQ(system::read_file(directory / "manifest.jsonl"), "");  // not before what it tells of is there
    writer.sync();
  }
  const auto whole = system::read_file(directory / "manifest.jsonl");
  for (const auto& torn : {"{\"event\":\"salv"s, std::string(100'000, '\0'), to_line(entry("/torn"))}) {
    directory.put("manifest.jsonl", whole + torn);
    EXPECT_EQ(all_of(directory.path()).size(), 1U);
    ManifestWriter writer(directory.path());
    writer.add(entry("/two"));
    writer.sync();
    const auto entries = all_of(directory.path());
    ASSERT_EQ(entries.size(), 2U);
    EXPECT_EQ(entries[1].path, "/two");
  }
  directory.put("manifest.jsonl", whole + "rubbish\n" + whole);
  EXPECT_THROW(all_of(directory.path()), Failed);
}

// A disk of which some sectors cannot be read; like the kernel it gives what stands before them.
struct Disk {
  std::string bytes;
  std::vector<off_t> bad;  // sectors
  int reads = 0;

  ReadAt reader() {
    return [this](char* to, std::size_t size, off_t at) -> ssize_t {
      ++reads;
      auto end = std::min<off_t>(at + static_cast<off_t>(size), static_cast<off_t>(bytes.size()));
      for (const auto sector : bad)
        if (sector * 4096 + 4096 > at && sector * 4096 < end) end = std::max<off_t>(at, sector * 4096);
      if (end == at && at < static_cast<off_t>(bytes.size())) {
        errno = EIO;
        return -1;
      }
      return static_cast<ssize_t>(
          bytes.copy(to, static_cast<std::size_t>(end - at), static_cast<std::size_t>(at)));
    };
  }
};

TEST(CopyData, GoesOnBehindWhatCannotBeRead) {
  Disk disk{std::string(10 * 4096 + 100, 'x'), {0, 3, 4, 10}};
  std::string got(disk.bytes.size(), '-');
  const auto size = static_cast<std::int64_t>(disk.bytes.size());
  const auto copy = read_data(disk.reader(), {{0, size}}, [&](std::string_view bytes, off_t at) {
    got.replace(static_cast<std::size_t>(at), bytes.size(), bytes);
  });
  EXPECT_EQ(copy.missing, (std::vector<MissingRange>{{0, 4096}, {3 * 4096, 8192}, {10 * 4096, 100}}));
  EXPECT_EQ(copy.error, EIO);
  EXPECT_EQ(copy.read, size - 3 * 4096 - 100);
  EXPECT_EQ(std::count(got.begin(), got.end(), '-'), 3 * 4096 + 100);
  EXPECT_LT(disk.reads, 10);
}

TEST(CopyData, AFileThatEndsEarlyLacksItsEnd) {
  Disk disk{std::string(5000, 'x'), {}};
  const auto copy = read_data(disk.reader(), {{0, 9000}}, [](std::string_view, off_t) {});
  EXPECT_EQ(copy.read, 5000);
  EXPECT_EQ(copy.missing, (std::vector<MissingRange>{{5000, 4000}}));
}

class Wishes : public testing::Test {
 protected:
  // dev ino mode nlink uid gid rdev size blksize blocks atime mtime ctime link flags data
  static inline const std::string lstat = "A A IGk B A A A Bk BAA I A B C A A C";  // 0644, 100 bytes, 1, 2
  static inline const std::string digest = "y5Ro3RQJBYH/G4+xVCRH2g";
  Wishes() {
    bacula::FileListWriter writer(directory / "list");
    writer.add({"/with", lstat, digest});
    writer.add({"/without", lstat, "0"});
    writer.add({"/odd\xFF name", lstat});
    writer.add({"/broken", "what"});
    writer.finish();
    found.status.st_mode = S_IFREG | 0644;
    found.status.st_size = 100;
    found.status.st_mtim.tv_sec = 1;
    found.status.st_ctim.tv_sec = 2;
  }
  Wish::Answer ask(const std::string& path) { return Wanted(directory / "list").ask(path, found).answer; }
  tests::TemporaryDirectory directory;
  Found found;
};
using Answer = Wish::Answer;

TEST_F(Wishes, WhatTheBackupHasIsNotWanted) {
  for (const auto* path : {"/with", "/without", "/odd\xFF name"}) EXPECT_EQ(ask(path), Answer::no) << path;
  EXPECT_EQ(ask("/absent"), Answer::yes);
  EXPECT_EQ(ask("/broken"), Answer::yes);
  EXPECT_EQ(Wanted("").ask("/with", found).why, "all");
}

TEST_F(Wishes, AnotherCtimeAsksForTheDigest) {
  found.status.st_ctim.tv_sec = 3;
  EXPECT_EQ(ask("/with"), Answer::if_digest_differs);
  EXPECT_EQ(Wanted(directory / "list").ask("/with", found).digest, digest);
  found.status.st_ctim.tv_sec = 1;  // its directory was swapped for another, or a clock was set back
  EXPECT_EQ(ask("/with"), Answer::if_digest_differs);
  EXPECT_EQ(ask("/without"), Answer::yes);
  found.status.st_mode = S_IFREG | 0600;  // its content is the same, its mode is not
  EXPECT_EQ(ask("/with"), Answer::yes);
  found.status.st_mode = S_IFREG | 0644;
  found.has_attributes = [] {
    return true;
  };
  EXPECT_EQ(ask("/with"), Answer::yes);
}

TEST_F(Wishes, OtherSizeTimeOrKindIsWanted) {
  found.status.st_size = 101;
  EXPECT_EQ(ask("/with"), Answer::yes);
  found.status.st_size = 100;
  found.status.st_mtim.tv_sec = 0;
  EXPECT_EQ(ask("/with"), Answer::yes);
  found.older = true;  // of an older generation: the backup's is newer
  EXPECT_EQ(ask("/with"), Answer::no);
  found.status.st_ctim.tv_sec = 3;
  EXPECT_EQ(ask("/with"), Answer::yes);
  found.older = false;
  found.status.st_mtim.tv_sec = 1;
  found.status.st_mode = S_IFIFO | 0644;
  EXPECT_EQ(ask("/with"), Answer::yes);
}

TEST_F(Wishes, TheDigestIsThatOfTheWholeFileHolesAndAll) {
  const auto path = directory.put("file", "hello");
  const system::Descriptor file(::open(path.c_str(), O_RDWR));
  EXPECT_EQ(digest_of(file.get(), 5, digest), "XUFAKrxLKna5cZ2REBfFkg");  // md5sum of hello, in base64
  ASSERT_EQ(::ftruncate(file.get(), 1 << 20), 0);
  const auto sparse = digest_of(file.get(), 1 << 20, digest);
  const system::Descriptor full(
      ::open(directory.put("full", "hello" + std::string((1 << 20) - 5, '\0')).c_str(), O_RDONLY));
  EXPECT_EQ(sparse, digest_of(full.get(), 1 << 20, digest));
  EXPECT_EQ(digest_of(file.get(), 5, "0"), "");
}

}  // namespace
}  // namespace recover::salvage
