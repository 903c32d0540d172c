#include "recover/profile.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "tests/unit/recorded_machine.hpp"

namespace recover::test {
namespace {

// The sample profile with one text replaced by another.
std::string refusal_of(const std::string& text, const std::string& replacement) {
  auto profile = system::read_file(source_path("playbooks/machine.sample.toml"));
  const auto at = profile.find(text);
  EXPECT_NE(at, std::string::npos) << text;
  profile.replace(at, text.size(), replacement);
  const auto path =
      (std::filesystem::temp_directory_path() / ("recover-profile-" + std::to_string(::getpid()) + ".toml"))
          .string();
  std::ofstream(path, std::ios::binary) << profile;
  std::string said = "was not refused";
  try {
    load_profile(path);
  } catch (const UsageError& error) {
    said = error.what();
    EXPECT_EQ(said.rfind(path + ":", 0), 0U) << said;
  }
  std::filesystem::remove(path);
  return said;
}

void expect_refused(const std::string& text, const std::string& replacement, const std::string& part) {
  const auto said = refusal_of(text, replacement);
  EXPECT_NE(said.find(part), std::string::npos) << said;
}

TEST(Profile, SampleLoads) {
  const auto profile = sample_profile();
  EXPECT_EQ(profile.name, "alder");
  EXPECT_EQ(profile.filesystem.devices.size(), 1U);
  EXPECT_EQ(profile.subvolumes.size(), 4U);
  EXPECT_TRUE(profile.subvolumes[0].is_default);
  EXPECT_TRUE(profile.subvolumes[3].no_cow);
}

TEST(Profile, UnknownKeyIsRefusedWithTheNearestOne) {
  expect_refused("label =", "lable =", "Did you mean \"label\"");
}
TEST(Profile, OtherFormatIsRefused) {
  expect_refused("format = 1", "format = 2", "format");
}
TEST(Profile, DiskWithoutSerialIsRefused) {
  expect_refused("serial = \"S4EVNX0R123456\"", "serial = \"\"", "no serial");
}
TEST(Profile, DiskOfNoSizeIsRefused) {
  expect_refused("size = 500107862016", "size = 0", "size");
}
TEST(Profile, DeviceOnAnUnknownDiskIsRefused) {
  expect_refused("disk = \"system\"", "disk = \"sytem\"", "\"sytem\"");
}
TEST(Profile, RubbishForAUuidIsRefused) {
  expect_refused("5f3a1f0e-8a55", "no such; uuid", "no UUID of a filesystem");
}
TEST(Profile, UuidThatMkfsWouldNotTakeIsRefused) {
  expect_refused("5f3a1f0e-8a55-4c60-9a7e-2f6f2b7f1c11", "deadbeef-1", "no UUID of a filesystem");
}
TEST(Profile, PathThatLeavesTheStorageIsRefused) {
  expect_refused("environment = \"environment\"", "environment = \"../x\"", "stays inside");
  expect_refused("environment = \"environment\"", "environment = \"/x\"", "relative");
}
TEST(Profile, NameThatWouldEndABconsoleLineIsRefused) {
  expect_refused("client = \"alder-fd\"", "client = \"alder\\\"\\nquit\"", "Bacula resource");
}
TEST(Profile, TwoRootsAreRefused) {
  expect_refused("mount = \"/home\"", "mount = \"/\"", "Exactly one");
}
TEST(Profile, UnknownCatalogIsRefused) {
  expect_refused("catalog = \"sqlite3\"", "catalog = \"oracle\"", "oracle");
}
TEST(Profile, EnvironmentFromWhatIsNotKnownIsRefused) {
  const auto refused = [](const std::string& keys, const std::string& part) {
    expect_refused("[notes]", "[environment]\n" + keys + "\n[notes]", part);
  };
  refused("from = \"tarball\"", "\"tarball\" is nothing that the recovery environment can be made from");
  refused("from = \"stage3\"", "From which stage3");
  refused("from = \"stage3\"\nstage3 = \"stage3.tar.xz\"", "absolute path");
  refused("from = \"stage3\"\nstage3 = \"\"", "path of a tarball");
  refused("stage3 = \"/x\"", "is for an environment from = \"stage3\"");
  refused("suite = \"bookworm\"", "is for an environment from mmdebstrap or debootstrap");
  refused("from = \"mmdebstrap\"\nsuite = \"--x\"", "not allowed");
  refused("from = \"mmdebstrap\"\nmirror = \"/etc/x\"", "is no mirror");
  refused("from = \"debootstrap\"\nmirror = \"http://m x\"", "is no mirror");
  refused("from = \"debootstrap\"\nmirror = \"http://user:word@m/debian\"", "with a password");
  refused("packages = [\"-x\"]", "no name of a package");
  expect_refused("[notes]", "[environment]\nfresh-for = \"soon\"\n[notes]", "no duration");
  expect_refused("[notes]", "[environment]\npackages = [\"a b\"]\n[notes]", "no name of a package");
}
TEST(Profile, MissingSectionIsRefused) {
  expect_refused("[bacula]", "[bakula]", "\"bacula\" is missing");
}

}  // namespace
}  // namespace recover::test
