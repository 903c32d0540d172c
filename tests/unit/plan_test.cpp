#include "recover/plan.hpp"

#include <gtest/gtest.h>

#include "recover/executor.hpp"
#include "recover/plan_hash.hpp"
#include "tests/unit/fake_run.hpp"

namespace recover::test {
namespace {

Plan storage_plan(const Facts& facts, const std::string& as_of = "") {
  auto profile = sample_profile();
  profile.file = "/mnt/gentoo/machine.toml";
  auto layout = make_layout(profile, "/mnt/gentoo", "");
  layout.playbooks = {"/mnt/gentoo/playbooks/efi.toml", "/mnt/gentoo/playbooks/storage.toml"};
  return make_plan(load_playbook(source_path("playbooks/storage.toml")), profile, facts, layout, as_of);
}

TEST(Plan, OfTheStoragePlaybookIsAsRecorded) {
  expect_golden("storage-plan.txt", plan_text(storage_plan(recorded_machine("alder")), 79));
}

TEST(Plan, AsOfAMomentIsAsRecorded) {
  expect_golden("storage-plan-as-of.txt",
                plan_text(storage_plan(recorded_machine("alder"), "2026-11-20 04:00:00"), 79));
}

TEST(Plan, NamesTheDeviceByIdentityWhateverItIsCalledToday) {
  auto facts = recorded_machine("alder");
  for (auto& device : facts.devices)
    if (device.path == "/dev/nvme0n1p2") device.path = "/dev/nvme7n1p2";
  EXPECT_NE(plan_text(storage_plan(facts), 79).find("wipefs --all /dev/nvme7n1p2"), std::string::npos);
}

TEST(Plan, IsOfTheSameMachineWhenOnlyNamesOfDevicesDiffer) {
  auto facts = recorded_machine("alder");
  const auto before = storage_plan(facts);
  for (auto& device : facts.devices)
    if (device.path == "/dev/nvme0n1p2") device.path = "/dev/nvme7n1p2";
  EXPECT_EQ(storage_plan(facts).machine_hash, before.machine_hash);
  EXPECT_NE(storage_plan(facts, "2026-11-20 04:00:00").machine_hash, before.machine_hash);
}

TEST(Plan, HasAHashOverThePlaybookTheProfileAndTheFacts) {
  const auto facts = recorded_machine("alder");
  const auto before = storage_plan(facts).hash;
  EXPECT_EQ(storage_plan(facts).hash, before);
  EXPECT_NE(storage_plan(facts, "2026-11-20 04:00:00").hash, before);
  auto drifted = facts;
  drifted.mounts.push_back({"/dev/sdz1", "/mnt/usb", "ext4", "rw", "/"});
  EXPECT_NE(storage_plan(drifted).hash, before);
  EXPECT_NE(plan_hash("machine", {"a", "b"}, {}), plan_hash("machine", {"ab"}, {}));
}

TEST(Plan, HasTheSameHashWhenWhatComesLastIsMended) {
  auto profile = sample_profile();
  const auto before = machine_hash(profile, "");
  profile.efi->loader = "\\EFI\\debian\\grubx64.efi";
  profile.boot_loader->install = "grub2-install";
  profile.notes["monitor"] = "the right one";
  EXPECT_EQ(machine_hash(profile, ""), before);
  profile.subvolumes[1].options = "rw";
  EXPECT_NE(machine_hash(profile, ""), before);
}

TEST(Plan, HasAHashForEachStepAsThePlaybookHasIt) {
  auto playbook = load_playbook(source_path("playbooks/storage.toml"));
  auto& step = playbook.steps.front();
  const auto before = step_hash(step);
  step.parameters["arguments"] = {"--force"};
  EXPECT_NE(step_hash(step), before);
}

TEST(Plan, SaysWhatWouldBeDestroyed) {
  auto facts = recorded_machine("alder");
  const auto lines = destroyed(storage_plan(facts));
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_NE(lines[0].find("/dev/nvme0n1p2"), std::string::npos);
  EXPECT_NE(lines[0].find("S4EVNX0R123456"), std::string::npos);
}

TEST(Targets, AreNoneWhenTwoDevicesFit) {
  auto facts = recorded_machine("alder");
  auto twin = facts.devices[2];
  twin.path = "/dev/sdz2";
  facts.devices.push_back(twin);
  const auto targets = find_targets(sample_profile(), facts);
  ASSERT_EQ(targets.size(), 1U);
  EXPECT_FALSE(targets[0].device);
  EXPECT_NE(targets[0].problem.find("2 devices"), std::string::npos);
}

TEST(Targets, AreNeverADiskOfTheSameModelAndSize) {
  auto facts = recorded_machine("alder");
  std::erase_if(facts.devices, [](const auto& device) { return device.serial == "S4EVNX0R123456"; });
  EXPECT_FALSE(find_targets(sample_profile(), facts)[0].device);
}

TEST(Targets, MustHaveTheWwnOfTheProfile) {
  auto facts = recorded_machine("alder");
  for (auto& device : facts.devices) device.wwn = "eui.1";
  EXPECT_FALSE(find_targets(sample_profile(), facts)[0].device);
}

TEST(Plan, TheCommandLineSaysHowDeepTheProofIs) {
  FakeRun run;
  const auto depth = [&] {
    for (const auto& step : run.plan.steps)
      for (const auto& action : step.actions)
        if (const auto* prove = std::get_if<ProveBackup>(&action)) return prove->request.full;
    ADD_FAILURE() << "the plan proves nothing";
    return false;
  };
  const auto hash = run.plan.hash;
  EXPECT_FALSE(depth());
  set_depth_of_proof(run.plan, "");
  EXPECT_FALSE(depth());
  set_depth_of_proof(run.plan, "full");
  EXPECT_TRUE(depth());
  EXPECT_EQ(run.plan.hash, hash);
  std::erase_if(run.plan.steps, [](const auto& step) { return step.uses == "prove-backup"; });
  EXPECT_THROW(set_depth_of_proof(run.plan, "full"), UsageError);
}

}  // namespace
}  // namespace recover::test
