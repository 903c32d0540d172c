// sfdisk takes the script, and what it makes is what was wanted: on a file that looks like a disk.
#include "recover/partition_table.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "recover/system/device_content.hpp"
#include "recover/system/files.hpp"
#include "recover/system/process.hpp"
#include "recover/system/text.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover {
namespace {

constexpr std::int64_t mib = 1 << 20;

ProfileDisk wanted(std::int64_t size) {
  ProfileDisk disk{"system", "S1", "", "6b9e52f7-4a35-4bb2-a5f5-4bd9d0b4a3c1", 100 * mib, {}};
  disk.partitions = {
      // Not in the order of their places, one number left out, one name that is odd.
      {3, "c1a1f1b2-7b1e-4a53-8a55-0f9f5b6d7e21", "0fc63daf-8483-4772-8e79-3d69d8477de4", "root", 20 * mib,
       79 * mib},
      {1, "11111111-7b1e-4a53-8a55-0f9f5b6d7e21", "c12a7328-f81f-11d2-ba4b-00a0c93ec93b",
       "EFI, \xc3\xa4 \"System\"", 34 * 512, 10 * mib},
  };
  disk.partitions = laid_out(disk.partitions, disk.size, size, 512);
  disk.size = size;
  return disk;
}

class PartitionTables : public testing::TestWithParam<std::int64_t> {};

TEST_P(PartitionTables, AreMadeAsTheProfileHasThem) {
  if (system::find_program("sfdisk").empty()) GTEST_SKIP() << "needs sfdisk";
  const auto disk = wanted(GetParam());
  const tests::TemporaryDirectory directory;
  const auto path = directory.put("disk", std::string(static_cast<std::size_t>(mib), '\xff'));
  std::filesystem::resize_file(path, static_cast<std::uintmax_t>(disk.size));
  const auto result = system::real_processes()->run(
      {.argv = {"sfdisk", "--wipe", "always", "--wipe-partitions", "always", path},
       .input = system::joined(table_script(disk, 512), "\n") + "\n",
       .merge_errors = true});
  ASSERT_EQ(result.status, 0) << result.out;
  const system::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const auto content = system::read_content(file.get());
  EXPECT_EQ(content.table_type, "gpt");
  EXPECT_EQ(content.table_uuid, disk.table_uuid);
  ASSERT_EQ(content.partitions.size(), disk.partitions.size());
  for (const auto& made : content.partitions) {
    const auto& partition = disk.partitions[made.number == 3 ? 0 : 1];
    EXPECT_EQ(made.number, partition.number);
    EXPECT_EQ(made.start * 512, partition.start);
    EXPECT_EQ(made.size * 512, partition.size);
    EXPECT_EQ(made.uuid, partition.guid);
    EXPECT_EQ(made.type, partition.type);
  }
  EXPECT_EQ(content.partitions[0].name, "EFI, \xc3\xa4 System");
}

INSTANTIATE_TEST_SUITE_P(OfEachSize, PartitionTables, testing::Values(100 * mib, 300 * mib, 60 * mib));

}  // namespace
}  // namespace recover
