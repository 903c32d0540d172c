#include "recover/system/keyed_hash.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace recover::system {
namespace {

using namespace std::string_literals;

std::string hex(const KeyedHash& hash) {
  std::string text;
  for (const auto word : {hash.low, hash.high})
    for (int shift = 0; shift < 64; shift += 8) {
      char digits[4] = {};
      std::snprintf(digits, sizeof digits, "%02X", static_cast<unsigned>(word >> shift & 0xFF));
      text += digits;
    }
  return text;
}

// openssl mac -macopt hexkey:000102030405060708090a0b0c0d0e0f -macopt size:16 -in FILE SIPHASH
TEST(KeyedHash, IsSipHash) {
  const HashKey key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
  EXPECT_EQ(hex(keyed_hash("", key)), "A3817F04BA25A8E66DF67214C7550293");
  EXPECT_EQ(hex(keyed_hash("a", key)), "0EA4F2FB02AD21D92D5FC91684F26426");
  EXPECT_EQ(hex(keyed_hash("/home/x12", key)), "4DD9C602F681842441BD5BDBADE0D07B");
  EXPECT_EQ(hex(keyed_hash("/000000000000007", key)), "C55A0E4043D7DB007FA1446A388C8B10");
  EXPECT_EQ(hex(keyed_hash("\xFF\xFE/abcdefg", key)), "C904B0B8F010A7ABF9DB81A695073AF1");
}

TEST(KeyedHash, IsTheSameInOneProcessAndWithoutAKnownKey) {
  EXPECT_EQ(keyed_hash("/x"), keyed_hash("/x"));
  EXPECT_NE(keyed_hash("/x"), keyed_hash("/x\0"s));
  EXPECT_NE(keyed_hash("/x"), keyed_hash("/x", HashKey{}));
}

}  // namespace
}  // namespace recover::system
