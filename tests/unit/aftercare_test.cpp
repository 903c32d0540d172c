#include "recover/aftercare.hpp"

#include <gtest/gtest.h>

#include "recover/gate.hpp"
#include "recover/plan.hpp"
#include "tests/unit/recorded_machine.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover {
namespace {

using tests::TemporaryDirectory;

constexpr const char* config = "# snapper\nSUBVOLUME=\"/home\"\n\nFSTYPE=\"btrfs\"\n";

TEST(Aftercare, NothingIsLostWhereNothingWas) {
  EXPECT_EQ(look_for_aftercare(TemporaryDirectory().path()), AftercareFacts{});
}

TEST(Aftercare, FindsSnapperConfigurationsWithoutTheirSubvolume) {
  const TemporaryDirectory root;
  root.put("etc/snapper/configs/home", config);
  root.put("etc/snapper/configs/root", "SUBVOLUME=\"/\"\nFSTYPE=\"btrfs\"\n");
  root.put("etc/snapper/configs/thin", "SUBVOLUME=\"/thin\"\nFSTYPE=\"lvm(ext4)\"\n");
  root.put(".snapshots/1/info.xml", "");  // came back as a directory
  root.put("etc/fstab", "UUID=x /home/.snapshots btrfs subvol=@snapshots 0 0\n");
  const auto found = look_for_aftercare(root.path()).snapper;
  EXPECT_EQ(found, (std::vector<SnapperLoss>{{"home", "/home/.snapshots", false, true},
                                             {"root", "/.snapshots", true, false}}));
}

TEST(Aftercare, FindsDockerLayersWithoutTheirSubvolume) {
  const TemporaryDirectory root;
  root.put("var/lib/docker/image/btrfs/layerdb/sha256/aa/cache-id", "one");
  root.put("var/lib/docker/image/btrfs/layerdb/sha256/bb/cache-id", "two");
  root.put("var/lib/docker/btrfs/subvolumes/one/x", "");  // a directory is none
  root.put("var/lib/docker/volumes/data/x", "");
  const auto found = look_for_aftercare(root.path());
  EXPECT_EQ(found.docker_layers, 2);
  EXPECT_EQ(found.docker_parts, (std::vector<std::string>{"/var/lib/docker/image", "/var/lib/docker/btrfs"}));
}

Plan planned(const AftercareFacts& aftercare) {
  Facts facts;
  facts.aftercare = aftercare;
  return make_plan(load_playbook(test::source_path("playbooks/aftercare.toml")), test::sample_profile(),
                   facts, Layout{}, "");
}

TEST(Aftercare, ProposesASubvolumeAndMovesADirectoryAside) {
  AftercareFacts missed;
  missed.snapper = {{"root", "/.snapshots", true, false}, {"home", "/home/.snapshots", false, true}};
  const auto text = plan_text(planned(missed), 79);
  const auto move =
      text.find("mv --no-target-directory --no-clobber /.snapshots /.snapshots.before-recovery");
  EXPECT_LT(move, text.find("btrfs subvolume create /.snapshots\n"));
  EXPECT_NE(text.find("mount /home/.snapshots\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("create /home/.snapshots"), std::string::npos);
}

TEST(Aftercare, PutsDockersStoreAsideWhileItIsStopped) {
  AftercareFacts missed;
  missed.docker_layers = 2;
  missed.docker_parts = {"/var/lib/docker/image"};
  missed.docker_aside = "/var/lib/docker/before-recovery";
  missed.systemd = true;
  const auto text = plan_text(planned(missed), 79);
  const auto aside = text.find("mkdir /var/lib/docker/before-recovery"),
             stop = text.find("systemctl stop docker.service"),
             move = text.find("mv /var/lib/docker/image /var/lib/docker/before-recovery/"),
             start = text.find("systemctl start docker.service");
  EXPECT_LT(aside, stop);
  EXPECT_LT(stop, move);
  EXPECT_LT(move, start);
  EXPECT_NE(start, std::string::npos) << text;
}

TEST(Aftercare, HasNothingToDoOnAMachineThatMissesNothing) {
  for (const auto& step : planned({}).steps)
    if (step.uses != "open-storage") {
      EXPECT_TRUE(step.actions.empty()) << step.name;
    }
}

TEST(Aftercare, WhatIsNotWantedIsLeftAndSaid) {
  const auto begun = Event("run-begun").with("no-recovery", Value(true));
  const auto state =
      state_of({begun, Event("left").with("what", std::string("snapper's subvolume /.snapshots")),
                Event("run-complete")});
  EXPECT_EQ(gate(state).exit, Exit::degraded);
  EXPECT_NE(gate(state).text.find("/.snapshots"), std::string::npos);
  EXPECT_EQ(gate(state_of({begun, Event("run-complete")})).exit, Exit::finished);
}

}  // namespace
}  // namespace recover
