// What is damaged: which of two stays, and what a repeat does with it.
#include <fcntl.h>
#include <sys/stat.h>

#include "recover/salvage/record.hpp"
#include "salvage_sources.hpp"

namespace recover::salvage {
namespace {

using namespace tests;

class SalvageDamage : public SalvageTest {
 protected:
  // By the clean rung 6 of 10 bytes were read.
  void damaged(const std::string& name) {
    directory.put("salvage/tree/" + name + ".damaged", "known!");
    ManifestEntry entry;
    entry.path = "/" + name;
    entry.stored = "tree/" + name + ".damaged";
    entry.kind = "file";
    entry.why = "all";
    entry.provenance = Provenance::unreadable;
    entry.rung = clean.name;
    entry.generation = 7;
    entry.size = 10;
    entry.data = 6;
    entry.problem = "a part of it could not be read";
    entry.missing = {{6, 4}};
    ManifestWriter writer(directory / "salvage");
    writer.add(entry);
    writer.sync();
  }
};

TEST_F(SalvageDamage, AShorterOneOfBtrfsRestoreIsNotWhole) {
  damaged("a");
  directory.put("scratch/a", "short");  // btrfs restore has said nothing of it
  Collector collector({directory / "salvage", "", {}}, listener);
  collector.collect(restored(source("scratch", scratch)));
  EXPECT_TRUE(collector.incomplete());
  EXPECT_EQ(collector.totals().damaged, 1);
  EXPECT_EQ(collector.totals().taken, 0);
  EXPECT_EQ(read("a.damaged"), "known!");
  EXPECT_FALSE(system::exists(tree("a")));
  EXPECT_EQ(stored("/a (part)"), "short");
}

TEST_F(SalvageDamage, WhatIsDamagedNobodyKnowsWhereIsKeptBeside) {
  damaged("a");
  directory.put("scratch/a", "is  longer");
  EXPECT_EQ(collect({restored(source("scratch", scratch), {"/a"})}).damaged, 1);
  EXPECT_EQ(manifest().at("/a").stored, "tree/a.damaged");
  EXPECT_EQ(read("a.damaged"), "known!");
  EXPECT_EQ(stored("/a (part)"), "is  longer");
  EXPECT_EQ(manifest().at("/a (part)").provenance, Provenance::unreadable);
  // Neither is one that has less.
  directory.put("scratch/a", "less");
  EXPECT_EQ(collect({restored(source("scratch", scratch), {"/a"})}).damaged, 1);
  EXPECT_EQ(stored("/a"), "known!");
  EXPECT_EQ(stored("/a (part)"), "is  longer");
  // A whole one ends it.
  directory.put("src/a", "all of it.");
  const auto totals = collect({source("src")});
  EXPECT_EQ(totals.damaged, 0);
  EXPECT_EQ(totals.taken, 1);
  EXPECT_EQ(read("a"), "all of it.");
  EXPECT_EQ(manifest().at("/a (part)").stored, "");
  std::vector<std::string> left;
  for (const auto& file : std::filesystem::directory_iterator(tree("")))
    left.push_back(file.path().filename());
  EXPECT_EQ(left, std::vector<std::string>{"a"});
}

TEST_F(SalvageDamage, ARepeatReadsWhatWasDamagedAgain) {
  damaged("a");
  const auto path = directory.put("src/a", "all of it.");
  const timespec times[] = {{0, 0}, {0, 0}};
  ::utimensat(AT_FDCWD, path.c_str(), times, 0);  // as the manifest says: size, time, rung, generation
  EXPECT_EQ(collect({source("src")}).damaged, 0);
  EXPECT_EQ(read("a"), "all of it.");
  EXPECT_FALSE(system::exists(tree("a.damaged")));
}

TEST_F(SalvageDamage, ARecordKnowsWhatIsMissing) {
  damaged("a");
  const Record record(directory / "salvage");
  EXPECT_EQ(record.damage("/a").missing, (std::vector<MissingRange>{{6, 4}}));
  EXPECT_EQ(record.damage("/a").problem, "a part of it could not be read");
  EXPECT_TRUE(record.damage("/b").missing.empty());
}

TEST_F(SalvageDamage, AFileCalledOlderIsItself) {
  damaged("a");
  directory.put("src/a.older", "its own");
  collect({source("src")});
  directory.put("old/a", "old");
  const auto totals = collect({source("old", older, 5)});
  EXPECT_EQ(totals.older, 1);
  EXPECT_EQ(totals.taken, 2);
  EXPECT_EQ(read("a.older"), "its own");
  EXPECT_EQ(stored("/a.older"), "its own");
  EXPECT_EQ(manifest().at("/a.older").provenance, Provenance::clean);
  EXPECT_EQ(stored("/a (older)"), "old");
  EXPECT_EQ(stored("/a"), "known!");
}

}  // namespace
}  // namespace recover::salvage
