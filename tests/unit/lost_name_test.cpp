#include "recover/lost_name.hpp"

#include <gtest/gtest.h>

namespace recover::test {
namespace {

TEST(LostName, IsFoundAgain) {
  const bacula::FileKey file{1795313137, 3, 12};
  EXPECT_EQ(from_lost_name(lost_name(file)), file);
  EXPECT_EQ(from_lost_name(lost_name(file) + ": block at 100 of Vol-0001: checksum wrong"), file);
}

TEST(LostName, IsNothingElse) {
  const auto whole = lost_name({77, 3, 12});
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(from_lost_name(whole.substr(0, size))) << size;
  EXPECT_FALSE(from_lost_name("/a file whose name was lost (number 1 of session 1 of 1)"));
  EXPECT_FALSE(from_lost_name("a file whose name was lost (number x of session 1 of 1)"));
}

}  // namespace
}  // namespace recover::test
