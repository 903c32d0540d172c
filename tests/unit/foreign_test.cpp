// What a target carries that the profile does not know must be named before it is erased.
#include "recover/foreign.hpp"

#include <gtest/gtest.h>

#include "recover/plan.hpp"
#include "tests/unit/recorded_machine.hpp"

namespace recover::test {
namespace {

constexpr std::size_t root = 2;  // of alder's devices

Facts with(const std::string& type, const std::string& uuid) {
  auto facts = recorded_machine("alder");
  facts.devices[root].fs_type = type;
  facts.devices[root].fs_uuid = uuid;
  return facts;
}

TEST(Foreign, IsNothingThatTheProfileKnows) {
  const auto profile = sample_profile();
  EXPECT_TRUE(find_foreign(profile, recorded_machine("alder")).empty());
  EXPECT_TRUE(find_foreign(profile, with("btrfs", profile.filesystem.uuid)).empty());
  auto other = profile;
  other.filesystem.new_uuid = "99999999-8a55-4c60-9a7e-2f6f2b7f1c11";
  EXPECT_TRUE(find_foreign(other, with("btrfs", other.filesystem.new_uuid)).empty());
  EXPECT_TRUE(find_foreign(other, with("btrfs", other.filesystem.uuid)).empty());
  // A killed mkfs.btrfs leaves nothing that blkid knows, or the UUID that it was given.
  EXPECT_TRUE(find_foreign(other, with("", "")).empty());
}

TEST(Foreign, IsToldWithLabelFullnessAndTime) {
  auto facts = with("ext4", "ffffffff-9d1c-4f4f-8b64-6b1d8e9f2a10");
  facts.devices[root].fs_label = "photos";
  facts.devices[root].usage = {8LL << 30, 3LL << 30, 1795290000};
  const auto found = find_foreign(sample_profile(), facts);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].identity, "ffffffff-9d1c-4f4f-8b64-6b1d8e9f2a10");
  for (const auto* word : {"ext4", "\"photos\"", "3.0 GiB of 8.0 GiB used", "last written 2026-11-"})
    EXPECT_NE(found[0].words.find(word), std::string::npos) << found[0].words;
}

TEST(Foreign, WithoutAUuidIsNamedByTypeAndSerial) {
  for (const auto* type : {"ambivalent", "unreadable", "swap"}) {
    const auto found = find_foreign(sample_profile(), with(type, ""));
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].identity, std::string(type) + " on S4EVNX0R123456");
    EXPECT_NE(found[0].words.find("not known"), std::string::npos);
  }
}

TEST(Foreign, MustBeTypedBesidesTheSerial) {
  const auto profile = sample_profile();
  const auto plan = make_plan(load_playbook(source_path("playbooks/storage.toml")), profile,
                              with("crypto_LUKS", "aaaaaaaa-9d1c-4f4f-8b64-6b1d8e9f2a10"),
                              make_layout(profile, "/mnt/gentoo", ""), "");
  const auto wanted = confirmations(plan);
  ASSERT_EQ(wanted.size(), 2U);
  EXPECT_EQ(wanted[0].identity, "S4EVNX0R123456");
  EXPECT_EQ(wanted[1].identity, "aaaaaaaa-9d1c-4f4f-8b64-6b1d8e9f2a10");
  EXPECT_NE(destroyed(plan).back().find("does not know"), std::string::npos);
}

TEST(Foreign, IsNothingToAPlaybookThatDestroysNothing) {
  const auto profile = sample_profile();
  const auto plan = make_plan(load_playbook(source_path("playbooks/efi.toml")), profile, with("ext4", "x"),
                              make_layout(profile, "/mnt/gentoo", ""), "");
  EXPECT_TRUE(confirmations(plan).empty());
}

}  // namespace
}  // namespace recover::test
