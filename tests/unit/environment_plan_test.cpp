// The playbook "environment": its plan.
#include <gtest/gtest.h>

#include "recover/error.hpp"
#include "recover/plan.hpp"
#include "tests/unit/recorded_machine.hpp"

namespace recover::test {
namespace {

Plan environment_plan(const ProfileEnvironment& environment = {}) {
  auto profile = sample_profile();
  profile.makes_environment = true;
  profile.environment = environment;
  auto layout = make_layout(profile, "/mnt/gentoo", "");
  layout.playbooks = {"/mnt/gentoo/playbooks/storage.toml"};
  return make_plan(load_playbook(source_path("playbooks/environment.toml")), profile,
                   recorded_machine("alder"), layout, "");
}

TEST(EnvironmentPlaybook, SaysWhatWouldBeTyped) {
  const auto text = plan_text(environment_plan(), 79);
  std::size_t at = 0;
  for (const auto* part :
       {"rsync -aHAX --files-from=- / /mnt/gentoo/environment.new", "cp -a /etc/bacula/.", "sqlite3 ",
        "unshare --net", "bind,ro /mnt/gentoo/bacula /mnt/gentoo/environment.new/mnt/storage/bacula",
        "chroot /mnt/gentoo/environment.new bacula-dir", "run job=RestoreFiles",
        "umount /mnt/gentoo/environment.new/proc",
        "mv --exchange /mnt/gentoo/environment.new /mnt/gentoo/environment "}) {
    const auto found = text.find(part, at);
    ASSERT_NE(found, std::string::npos) << part << "\nin\n" << text;
    at = found;
  }
}

void expect_typed(const ProfileEnvironment& environment, const std::vector<std::string>& parts) {
  const auto text = plan_text(environment_plan(environment), 79);
  for (const auto& part : parts) EXPECT_NE(text.find(part), std::string::npos) << part << "\nin\n" << text;
}

TEST(EnvironmentPlaybook, SaysFromWhatItWouldBeMade) {
  ProfileEnvironment environment{"mmdebstrap"};
  expect_typed(environment,
               {"mmdebstrap --verbose --mode=root", "VERSION_CODENAME of this machine",
                "from the network some", "SUITE /mnt/gentoo/environment.new /etc/apt/sources.list"});
  environment.from = "debootstrap";
  environment.suite = "bookworm";
  environment.mirror = "http://m/debian";
  expect_typed(environment,
               {"debootstrap --variant=minbase", "bookworm /mnt/gentoo/environment.new http://m/debian",
                "apt-get", "BACULA=VERSION"});
  environment = {"stage3"};
  environment.stage3 = "/root/stage3-amd64.tar.xz";
  expect_typed(environment, {"--file=/root/stage3-amd64.tar.xz", "nothing from the network",
                             "ldconfig -r /mnt/gentoo/environment.new"});
}

TEST(EnvironmentPlaybook, MakesItBesideTheOldOne) {
  auto profile = sample_profile();
  EXPECT_EQ(make_layout(profile, "/mnt/gentoo", "").environment, "/mnt/gentoo/environment");
  profile.makes_environment = true;
  const auto layout = make_layout(profile, "/mnt/gentoo", "");
  EXPECT_EQ(layout.environment, "/mnt/gentoo/environment.new");
  EXPECT_EQ(layout.environment_in_use, "/mnt/gentoo/environment");
}

// Else the one in use would be made anew in its place.
TEST(EnvironmentPlaybook, NeedsASwap) {
  const auto profile = sample_profile();
  EXPECT_THROW(make_plan(load_playbook(source_path("playbooks/environment.toml")), profile,
                         recorded_machine("alder"), make_layout(profile, "/mnt/gentoo", ""), ""),
               UsageError);
}

TEST(EnvironmentPlaybook, IsForSqliteAlone) {
  auto profile = sample_profile();
  profile.makes_environment = true;
  profile.bacula.catalog = "postgresql";
  EXPECT_THROW(make_plan(load_playbook(source_path("playbooks/environment.toml")), profile,
                         recorded_machine("alder"), make_layout(profile, "/mnt/gentoo", ""), ""),
               UsageError);
}

// A resumed run has left the network namespace that it was begun in.
TEST(EnvironmentPlaybook, IsIsolatedAgainOnResume) {
  EXPECT_TRUE(is_held(IsolateNetwork{}));
  EXPECT_FALSE(is_held(MakeEnvironment{}));
  EXPECT_FALSE(is_held(SwapEnvironment{}));
}

}  // namespace
}  // namespace recover::test
