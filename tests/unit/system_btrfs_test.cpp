#include "recover/system/btrfs.hpp"

#include <gtest/gtest.h>
#include <linux/btrfs_tree.h>

#include "recover/error.hpp"

namespace recover::system {
namespace {

TEST(ChunkProfiles, AreTheKernelsWords) {
  EXPECT_EQ(chunk_profiles({BTRFS_BLOCK_GROUP_DATA}), "single");
  EXPECT_EQ(chunk_profiles({BTRFS_BLOCK_GROUP_METADATA | BTRFS_BLOCK_GROUP_DUP}), "dup");
  EXPECT_EQ(chunk_profiles({BTRFS_BLOCK_GROUP_DATA | BTRFS_BLOCK_GROUP_RAID1C3}), "raid1c3");
  EXPECT_EQ(chunk_profiles({BTRFS_BLOCK_GROUP_DATA | BTRFS_BLOCK_GROUP_RAID10}), "raid10");
  EXPECT_EQ(chunk_profiles({}), "");
}

TEST(ChunkProfiles, NameBothOfAConversionLeftHalfWay) {
  const auto single = BTRFS_BLOCK_GROUP_DATA;
  const auto raid1 = BTRFS_BLOCK_GROUP_DATA | BTRFS_BLOCK_GROUP_RAID1;
  EXPECT_EQ(chunk_profiles({single, raid1, single}), "single,raid1");
}

TEST(ReadFilesystem, RefusesWhatIsNone) {
  try {
    read_filesystem("/proc");
    FAIL();
  } catch (const Failed& error) {
    EXPECT_EQ(error.problem(), "Could not read the UUID of the btrfs on /proc: it is no btrfs");
  }
  EXPECT_THROW(read_filesystem("/nonexistent"), Failed);
}

}  // namespace
}  // namespace recover::system
