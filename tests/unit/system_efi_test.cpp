// The firmware's variables, on a directory that stands for efivarfs; and the bytes of a boot entry.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <iterator>

#include "recover/error.hpp"
#include "recover/system/efi.hpp"
#include "recover/system/efi_load_option.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::tests {
namespace {

namespace fs = std::filesystem;
using namespace std::string_literals;

constexpr const char* environment = "EFIVARFS_PATH";
constexpr const char* own_name = "/recover-efivars-";

// libefivar looks for the directory when it is loaded, before main: the program begins again with it set.
const bool begun_again = [] {
  // Never a directory of someone else's, the real one least of all: the tests empty it.
  if (const auto* set = ::getenv(environment); set != nullptr && std::strstr(set, own_name) != nullptr)
    return true;
  auto directory = fs::temp_directory_path().string() + own_name + "XXXXXX";
  if (::mkdtemp(directory.data()) == nullptr) return false;
  ::setenv(environment, (directory + "/").c_str(), 1);
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string line{std::istreambuf_iterator<char>(file), {}};
  std::vector<char*> arguments;
  for (std::size_t i = 0; i < line.size(); i += line.substr(i).find('\0') + 1) arguments.push_back(&line[i]);
  arguments.push_back(nullptr);
  ::execv("/proc/self/exe", arguments.data());
  return false;
}();

class RemoveAtTheEnd : public testing::Environment {
  void TearDown() override {
    if (begun_again) fs::remove_all(::getenv(environment));
  }
};
const auto* const remover = testing::AddGlobalTestEnvironment(new RemoveAtTheEnd);

const std::string attributes = "\x07\0\0\0"s;

std::string utf16(const std::string& ascii) {
  std::string bytes;
  for (const char c : ascii) (bytes += c) += '\0';
  return bytes + "\0\0"s;
}

// What `efibootmgr --create --disk DISK --part 1 --label debian --loader '\EFI\debian\shimx64.efi'` writes
// for a partition of 32 MiB at sector 2048 (copied from version 17 on a disk image). See the UEFI
// specification 2.10, 3.1.3, 10.3.5.1 and 10.3.5.4.
const std::string partition_guid = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";
const std::string drive_node = "\x04\x01\x2a\0\x01\0\0\0\0\x08\0\0\0\0\0\0\0\0\x01\0\0\0\0\0"s +
                               "\x28\x73\x2a\xc1\x1f\xf8\xd2\x11\xba\x4b\0\xa0\xc9\x3e\xc9\x3b\x02\x02"s;
const std::string file_node = "\x04\x04\x34\0"s + utf16("\\EFI\\debian\\shimx64.efi");
const std::string end_node = "\x7f\xff\x04\0"s;
const std::string by_hand = "\x01\0\0\0\x62\0"s + utf16("debian") + drive_node + file_node + end_node;

const EfiEntry debian{1, "debian", "\\EFI\\debian\\shimx64.efi", partition_guid, "", true};
const system::EfiPartition partition{1, 2048, 65536, partition_guid};

class EfiVariables : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(begun_again);
    for (const auto& file : fs::directory_iterator(path_)) fs::remove(file.path());
  }
  std::string file(const std::string& name) const {
    return path_ + name + "-8be4df61-93ca-11d2-aa0d-00e098032b8c";
  }
  void put(const std::string& name, const std::string& bytes) const {
    std::ofstream(file(name), std::ios::binary) << bytes;
  }
  std::string get(const std::string& name) const {
    std::ifstream in(file(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path_), {}));
  }
  std::string path_ = ::getenv(environment);
};

TEST_F(EfiVariables, AreEmptyAndUsableInAnEmptyStore) {
  const auto efi = system::read_efi();
  EXPECT_TRUE(efi.usable) << efi.problem;
  EXPECT_EQ(efi.problem, "");
  EXPECT_TRUE(efi.entries.empty());
  EXPECT_TRUE(efi.order.empty());
  EXPECT_FALSE(efi.current);
}

TEST_F(EfiVariables, AnEntryIsWrittenByteForByteAsFirmwareWantsIt) {
  system::write_efi_entry(debian, partition);
  EXPECT_EQ(get("Boot0001"), attributes + by_hand);
}

TEST_F(EfiVariables, AnEntryComesBackAsItWasWritten) {
  auto entry = debian;
  entry.number = 0xa00f;
  entry.data = "00ff10";
  entry.active = false;
  system::write_efi_entry(entry, partition);
  EXPECT_EQ(system::read_efi().entries, std::vector{entry});
}

TEST_F(EfiVariables, AnEntryIsReplacedByAShorterOne) {
  auto longer = debian;
  longer.label = "a much longer label than before";
  system::write_efi_entry(longer, partition);
  system::write_efi_entry(debian, partition);
  EXPECT_EQ(system::read_efi().entries, std::vector{debian});
}

TEST_F(EfiVariables, TheOrderIsWrittenAndMayBecomeShorterAndEmpty) {
  system::write_boot_order({3, 0, 0x1234});
  EXPECT_EQ(get("BootOrder"), attributes + "\x03\0\0\0\x34\x12"s);
  system::write_boot_order({3});
  EXPECT_EQ(system::read_efi().order, std::vector<std::uint16_t>{3});
  system::write_boot_order({});
  EXPECT_FALSE(fs::exists(file("BootOrder")));
}

TEST_F(EfiVariables, AnEntryIsRemovedAndOneThatIsNotThereIsNoError) {
  system::write_efi_entry(debian, partition);
  system::remove_efi_entry(1);
  system::remove_efi_entry(1);
  EXPECT_EQ(files(), 0U);
}

TEST_F(EfiVariables, TheTrialLeavesNothingBehind) {
  system::try_efi_variable();
  EXPECT_EQ(files(), 0U);
}

TEST_F(EfiVariables, AWriteThatFailsSaysWhatTheSystemAnswered) {
  fs::create_directory(file("Boot0001") + ".there");
  fs::create_directories(file("Boot0001") + "/in-the-way");
  try {
    system::write_efi_entry(debian, partition);
    FAIL() << "not thrown";
  } catch (const Failed& error) {
    EXPECT_NE(error.problem().find("Boot0001"), std::string::npos) << error.problem();
    EXPECT_FALSE(error.remedy().empty());
  }
  fs::remove_all(file("Boot0001"));
  fs::remove_all(file("Boot0001") + ".there");
}

TEST_F(EfiVariables, WhatIsNoEntryIsPassedOver) {
  put("Boot0001", attributes + by_hand);
  put("Boot0005", attributes + "rubbish that is no load option at all");
  put("Boot0006", "");
  put("Boot0007", attributes);
  put("BootXYZ1", attributes + by_hand);
  put("Boot000a", attributes + by_hand);
  put("BootNext", attributes + "\x01\0"s);
  put("BootCurrent", attributes + "\x01\0"s);
  const auto efi = system::read_efi();
  EXPECT_EQ(efi.entries, std::vector{debian});
  EXPECT_EQ(efi.current, std::uint16_t{1});
}

TEST(LoadOption, AnEntryWithoutAFileHasNoLoaderAndNoPartition) {
  const std::string network =
      "\x01\0\0\0\x29\0"s + utf16("UEFI PXE") + "\x03\x0b\x25\0"s + std::string(33, '\x11') + end_node;
  const auto entry = system::read_load_option(network);
  ASSERT_TRUE(entry);
  EXPECT_EQ(*entry, (EfiEntry{0, "UEFI PXE", "", "", "", true}));
  const auto drive_only =
      system::read_load_option("\x01\0\0\0\x2e\0"s + utf16("Disk") + drive_node + end_node);
  ASSERT_TRUE(drive_only);
  EXPECT_EQ(drive_only->partition, "");
}

TEST(LoadOption, FirmwarePutsThePathOfTheControllerBeforeThePartition) {
  const std::string controller = "\x02\x01\x0c\0\xd0\x41\x03\x0a\0\0\0\0\x01\x01\x06\0\x02\x1f"s;
  const std::string second = "\x7f\x01\x04\0"s + drive_node + end_node;
  const std::string path = controller + drive_node + "\x04\x04\x18\0"s + utf16("\\EFI\\DEB\\") +
                           "\x04\x04\x0e\0"s + utf16("a.efi").substr(0, 10) + end_node;
  const auto entry =
      system::read_load_option("\x01\0\0\0"s + static_cast<char>(path.size()) + "\0"s + utf16("x") + path);
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->loader, "\\EFI\\DEB\\a.efi");
  EXPECT_EQ(entry->partition, partition_guid);
}

TEST(LoadOption, LabelsBeyondAsciiComeBack) {
  for (const auto* label : {"Gr\u00fcn", "\u20ac \u65e5\u672c", "\U0001f427 penguin"}) {
    auto entry = debian;
    entry.number = 0;
    entry.label = label;
    EXPECT_EQ(system::read_load_option(system::load_option(entry, partition)), entry) << label;
  }
  EXPECT_NE(system::load_option({0, "\u20ac", "\\a", "", "", true}, partition).find("\xac\x20\0\0"s),
            std::string::npos);
}

TEST(LoadOption, BytesThatEndTooEarlyAreNoEntryAndNoCrash) {
  for (std::size_t size = 0; size < by_hand.size(); ++size)
    EXPECT_FALSE(system::read_load_option(by_hand.substr(0, size))) << size;
  for (std::size_t at = 0; at < by_hand.size(); ++at)
    for (const char byte : {'\0', '\x01', '\x7f', '\xff'}) {
      auto damaged = by_hand;
      damaged[at] = byte;
      system::read_load_option(damaged);
    }
}

TEST(LoadOption, APartitionWithoutAGuidIsRefused) {
  EXPECT_THROW(system::load_option(debian, {1, 2048, 100, ""}), Failed);
  EXPECT_THROW(system::load_option(debian, {1, 2048, 100, "1234abcd-01"}), Failed);
}

}  // namespace
}  // namespace recover::tests
