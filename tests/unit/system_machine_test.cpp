#include "recover/system/machine.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "recover/error.hpp"
#include "recover/system/mount.hpp"

namespace recover::system {
namespace {

TEST(Machine, KnowsItsBootAndItself) {
  EXPECT_EQ(boot_id().size(), 36U);
  EXPECT_EQ(own_directory(), std::filesystem::canonical("/proc/self/exe").parent_path().string());
  EXPECT_GT(now(), 1'600'000'000);
}

TEST(Machine, KnowsVirtualisationByTheProcessorsFlags) {
  EXPECT_TRUE(names_virtualisation("processor\t: 0\nflags\t\t: fpu vmx sse2\n"));
  EXPECT_TRUE(names_virtualisation("flags\t\t: fpu svm\n"));
  EXPECT_FALSE(names_virtualisation("flags\t\t: fpu svm_lock\nvmx flags\t: vnmi ept vmx\n"));
  EXPECT_FALSE(names_virtualisation(""));
}

TEST(Machine, WritesLocalTime) {
  ::setenv("TZ", "UTC-2", 1);
  ::tzset();
  EXPECT_EQ(local_time(0), "1970-01-01 02:00:00 +0200");
  EXPECT_EQ(local_time_stamp(0), "1970-01-01_02:00:00");
  EXPECT_EQ(bacula_time(0), "1970-01-01 02:00:00");
  EXPECT_EQ(seconds_of_time(local_time(1795300000)), 1795300000);
  EXPECT_EQ(seconds_of_time("1970-01-01 02:00:10"), 10);  // of an older journal
  EXPECT_EQ(seconds_of_time("1970-01-01 02:00:10 -0100"), 3 * 3600 + 10);
  for (const auto* none : {"", "1970-01-01 02:00:10 +01", "1970-02-30 02:00:10 +0100",
                           "1970-01-01 02:00:10Z+0100", "1970-01-01 02:00:10 Europe"})
    EXPECT_EQ(seconds_of_time(none), 0) << none;
  ::unsetenv("TZ");
  ::tzset();
}

TEST(Mounts, AreReadFromTheKernel) {
  const auto mounts = read_mounts();
  const auto root = std::find_if(mounts.begin(), mounts.end(), [](const auto& m) { return m.target == "/"; });
  ASSERT_NE(root, mounts.end());
  EXPECT_FALSE(root->type.empty());
  EXPECT_FALSE(root->options.empty());
}

TEST(FreeBytes, SaysWhyNot) {
  EXPECT_GT(free_bytes("/"), 0);
  EXPECT_THROW(free_bytes("/nonexistent"), Failed);
}

}  // namespace
}  // namespace recover::system
