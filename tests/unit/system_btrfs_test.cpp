#include "recover/system/btrfs.hpp"

#include <gtest/gtest.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>

#include "recover/error.hpp"
#include "recover/system/btrfs_format.hpp"

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

TEST(FeatureNames, AreThoseOfMkfsAndNotWhatFollowsFromUse) {
  EXPECT_EQ(
      feature_names(BTRFS_FEATURE_COMPAT_RO_FREE_SPACE_TREE | BTRFS_FEATURE_COMPAT_RO_FREE_SPACE_TREE_VALID,
                    BTRFS_FEATURE_INCOMPAT_NO_HOLES | BTRFS_FEATURE_INCOMPAT_EXTENDED_IREF |
                        BTRFS_FEATURE_INCOMPAT_RAID56 | BTRFS_FEATURE_INCOMPAT_COMPRESS_ZSTD |
                        BTRFS_FEATURE_INCOMPAT_DEFAULT_SUBVOL | BTRFS_FEATURE_INCOMPAT_BIG_METADATA),
      (std::vector<std::string>{"extref", "free-space-tree", "no-holes"}));
  EXPECT_EQ(feature_names(0, 0), std::vector<std::string>{});
  EXPECT_EQ(feature_names(0, 1ULL << 40), std::vector<std::string>{}) << "of a kernel to come";
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
