// The playbook "environment": its plan.
#include <gtest/gtest.h>

#include "recover/error.hpp"
#include "recover/plan.hpp"
#include "tests/unit/recorded_machine.hpp"

namespace recover::test {
namespace {

Plan environment_plan(const ProfileEnvironment& environment = {}, const std::string& catalog = "sqlite3") {
  auto profile = sample_profile();
  profile.file = "/mnt/gentoo/machine.toml";
  profile.bacula.catalog = catalog;
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

TEST(EnvironmentPlaybook, HasAServerWhereTheCatalogHasOne) {
  expect_golden("environment-postgresql-plan.txt", plan_text(environment_plan({}, "postgresql"), 79));
  expect_golden("environment-mysql-plan.txt", plan_text(environment_plan({}, "mysql"), 79));
}

template <typename Kind>
std::size_t place_of(const std::vector<Action>& actions) {
  std::size_t at = 0;
  while (at < actions.size() && !std::holds_alternative<Kind>(actions[at])) ++at;
  return at;
}

const PlannedStep& step_of(const Plan& plan, const std::string& kind) {
  for (const auto& step : plan.steps)
    if (step.uses == kind) return step;
  throw Failed("no step " + kind, "");
}

TEST(EnvironmentPlaybook, TheServerIsStartedFirstAndStoppedLast) {
  const auto plan = environment_plan({}, "postgresql");
  const auto& configure = step_of(plan, "configure-environment").actions;
  EXPECT_LT(place_of<DumpCatalog>(configure), configure.size());
  EXPECT_EQ(place_of<CopyCatalog>(configure), configure.size());
  const auto& prove = step_of(plan, "prove-environment").actions;
  EXPECT_EQ(place_of<LoadCatalog>(prove), 0U);
  EXPECT_EQ(place_of<StartCatalog>(prove), 1U);
  EXPECT_LT(place_of<StartCatalog>(prove), place_of<StartDaemon>(prove));
  const auto& stop = std::get<StopDaemons>(step_of(plan, "stop-bacula").actions.at(0)).names;
  EXPECT_EQ(stop.front(), "bacula-dir");
  EXPECT_EQ(stop.back(), "PostgreSQL");
  const auto sqlite = environment_plan();
  EXPECT_EQ(std::get<StopDaemons>(step_of(sqlite, "stop-bacula").actions.at(0)).names.back(), "bacula-sd");
}

// A run that is resumed behind the restore starts them once more.
TEST(EnvironmentPlaybook, WhatHoldsTheVolumesBringsTheServer) {
  auto profile = sample_profile();
  profile.bacula.catalog = "mysql";
  const auto plan = make_plan(load_playbook(source_path("playbooks/storage.toml")), profile,
                              recorded_machine("alder"), make_layout(profile, "/mnt/gentoo", ""), "");
  const auto& hold = std::get<HoldVolumes>(step_of(plan, "hold-volumes").actions.at(0));
  ASSERT_TRUE(hold.catalog);
  EXPECT_EQ(hold.catalog->kind, "mysql");
  EXPECT_EQ(hold.catalog->environment, "/mnt/gentoo/environment");
}

// A resumed run has left the network namespace that it was begun in.
TEST(EnvironmentPlaybook, IsIsolatedAgainOnResume) {
  EXPECT_TRUE(is_held(IsolateNetwork{}));
  EXPECT_FALSE(is_held(MakeEnvironment{}));
  EXPECT_FALSE(is_held(SwapEnvironment{}));
}

}  // namespace
}  // namespace recover::test
