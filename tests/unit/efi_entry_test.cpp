// Which Boot#### the machine's own entry gets, what goes, and the order.
#include "recover/efi_entry.hpp"

#include <gtest/gtest.h>

namespace recover::test {
namespace {

using Numbers = std::vector<std::uint16_t>;

const std::string esp = "11111111-7b1e-4a53-8a55-0f9f5b6d7e21";
const std::string other_esp = "22222222-7b1e-4a53-8a55-0f9f5b6d7e21";
const std::string lost_esp = "99999999-7b1e-4a53-8a55-0f9f5b6d7e21";
const std::vector<std::string> partitions{esp, other_esp};
const EfiEntry wanted{0, "debian", "\\EFI\\debian\\shimx64.efi", esp, "", true};

EfiEntry entry(std::uint16_t number, const std::string& label, const std::string& partition,
               const std::string& loader = "\\EFI\\debian\\shimx64.efi") {
  return {number, label, loader, partition, "", true};
}

EfiFacts firmware(std::vector<EfiEntry> entries, Numbers order) {
  EfiFacts facts;
  facts.entries = std::move(entries);
  facts.order = std::move(order);
  return facts;
}

TEST(EfiEntries, InAnEmptyFirmwareItIsTheFirst) {
  const auto changes = efi_changes({}, wanted, partitions);
  EXPECT_EQ(changes.entry, wanted);
  EXPECT_EQ(changes.order, Numbers{0});
  EXPECT_TRUE(changes.remove.empty());
}

TEST(EfiEntries, TheSameEntryKeepsItsNumberWhateverTheCase) {
  auto there = entry(7, "debian", "11111111-7B1E-4A53-8A55-0F9F5B6D7E21", "\\efi\\DEBIAN\\shimx64.efi");
  there.active = false;
  const auto changes =
      efi_changes(firmware({entry(0, "Windows", other_esp, "\\w"), there}, {0, 7}), wanted, partitions);
  EXPECT_EQ(changes.entry.number, 7);
  EXPECT_TRUE(changes.entry.active);
  EXPECT_EQ(changes.entry.loader, wanted.loader);
  EXPECT_EQ(changes.order, (Numbers{7, 0}));
  EXPECT_TRUE(changes.remove.empty());
}

TEST(EfiEntries, OfTwoThatAreTheSameTheFirstInTheOrderStays) {
  const auto changes = efi_changes(
      firmware({entry(1, "debian", esp), entry(2, "debian", esp), entry(3, "debian", esp)}, {2, 1}), wanted,
      partitions);
  EXPECT_EQ(changes.entry.number, 2);
  EXPECT_EQ(changes.remove, (Numbers{1, 3}));
  EXPECT_EQ(changes.order, Numbers{2});
}

TEST(EfiEntries, OneThatPointsToAPartitionThatIsGoneIsStale) {
  const auto changes = efi_changes(firmware({entry(1, "debian", lost_esp)}, {1}), wanted, partitions);
  EXPECT_EQ(changes.entry.number, 0);
  EXPECT_EQ(changes.remove, Numbers{1});
  EXPECT_EQ(changes.order, Numbers{0});
}

TEST(EfiEntries, OneWithAnotherLoaderOnTheSamePartitionIsStale) {
  const auto changes =
      efi_changes(firmware({entry(0, "debian", esp, "\\EFI\\debian\\grubx64.efi")}, {0}), wanted, partitions);
  // A number of its own: writing it and then removing the stale one must not meet.
  EXPECT_EQ(changes.entry.number, 1);
  EXPECT_EQ(changes.remove, Numbers{0});
}

TEST(EfiEntries, ForeignOnesStay) {
  const auto changes = efi_changes(
      firmware({entry(0, "debian", other_esp), entry(1, "UEFI PXE", "", ""), entry(2, "debian", "", ""),
                entry(4, "Fedora", lost_esp), entry(5, "Fedora", esp, "\\EFI\\fedora\\shimx64.efi")},
               {5, 1, 0, 2, 4}),
      wanted, partitions);
  EXPECT_EQ(changes.entry.number, 3);
  EXPECT_TRUE(changes.remove.empty());
  EXPECT_EQ(changes.order, (Numbers{3, 5, 1, 0, 2, 4}));
}

TEST(EfiEntries, WhatTheOrderNamesAndNobodyCanReadStaysAndIsNotOverwritten) {
  const auto changes =
      efi_changes(firmware({entry(1, "Windows", other_esp)}, {0, 1, 0x2001, 1}), wanted, partitions);
  EXPECT_EQ(changes.entry.number, 2);
  EXPECT_EQ(changes.order, (Numbers{2, 0, 1, 0x2001}));
}

TEST(EfiEntries, DoneTwiceChangesNothing) {
  auto efi = firmware({entry(0, "debian", lost_esp), entry(1, "Windows", other_esp)}, {1, 0});
  const auto once = efi_changes(efi, wanted, partitions);
  efi = firmware({entry(1, "Windows", other_esp), once.entry}, once.order);
  const auto twice = efi_changes(efi, wanted, partitions);
  EXPECT_EQ(twice.entry, once.entry);
  EXPECT_EQ(twice.order, once.order);
  EXPECT_TRUE(twice.remove.empty());
}

TEST(EfiEntries, ALoaderIsTheSameWhateverCaseAndSlashes) {
  EXPECT_TRUE(same_loader("\\EFI\\debian\\grubx64.efi", "/efi/Debian//GRUBX64.EFI"));
  EXPECT_TRUE(same_loader("EFI\\a.efi", "\\EFI\\a.efi"));
  EXPECT_FALSE(same_loader("\\EFI\\debian\\grubx64.efi", "\\EFI\\debian\\shimx64.efi"));
  EXPECT_FALSE(same_loader("", "\\EFI\\a.efi"));
}

}  // namespace
}  // namespace recover::test
