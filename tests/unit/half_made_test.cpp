// A filesystem that a killed run had begun to make, besides the btrfs: it may look whole. The journal knows.
#include "recover/half_made.hpp"

#include <gtest/gtest.h>

#include "recover/system/text.hpp"
#include "tests/unit/fake_run.hpp"

namespace recover::test {
namespace {

constexpr std::size_t esp = 1;  // of alder's devices
const std::string esp_uuid = "7A1B-22C3";

Event making_esp(const Facts& facts, const std::string& uuid = esp_uuid) {
  return making(identity_of(facts.devices[esp]), "vfat", uuid);
}

void lose(BlockDevice& device) {
  device.fs_type = device.fs_uuid = device.fs_label = "";
}

bool is_known(const std::vector<Event>& events) {
  return !state_of(events).half_made.empty();
}

TEST(HalfMade, IsWhatWasBegunAndNotSeenToEnd) {
  const auto facts = recorded_machine("alder");
  const auto begun = making_esp(facts);
  const auto ended = made(identity_of(facts.devices[esp]), "vfat", esp_uuid);
  EXPECT_TRUE(is_known({Event("run-begun"), Event("action-begun"), begun}));
  EXPECT_TRUE(is_known({begun, Event("run-resumed"), Event("action-begun"), Event("action-done")}));
  EXPECT_FALSE(is_known({begun, ended}));
  EXPECT_TRUE(is_known({begun, ended, begun}));
  EXPECT_FALSE(is_known({begun, Event("run-complete")}));
  // Killed in the action, and there was nothing to make. Journals of older versions have no more.
  EXPECT_FALSE(
      is_known({Event("run-begun"), Event("action-begun").with("typed", "mkfs.vfat /dev/nvme0n1p1")}));
}

TEST(HalfMade, CountsForNothingOnItsDevice) {
  const auto facts = recorded_machine("alder");
  ASSERT_EQ(facts.devices[esp].fs_uuid, esp_uuid);
  const auto known = state_of({making_esp(facts, system::lower(esp_uuid))}).half_made;
  ASSERT_EQ(devices_with(known, facts).size(), 1U);
  EXPECT_EQ(devices_with(known, facts)[0], facts.devices[esp]);
  auto expected = facts;
  lose(expected.devices[esp]);
  expected.devices[esp].usage = {};
  expected.devices[esp].half_made = true;
  const auto seen = without_half_made(facts, known);
  EXPECT_EQ(seen.devices, expected.devices);
  EXPECT_TRUE(is_lost(*find_esp(sample_profile(), seen)));
  EXPECT_TRUE(devices_with(known, seen).empty());
}

TEST(HalfMade, IsNotTakenForWhatAnotherHasMadeSince) {
  auto facts = recorded_machine("alder");
  const auto known = state_of({making_esp(facts)}).half_made;
  const auto is_as_it_was = [&] {
    return without_half_made(facts, known).devices == facts.devices && devices_with(known, facts).empty();
  };
  const auto whole = facts;
  facts.devices[esp].fs_uuid = "0000-0001";
  EXPECT_TRUE(is_as_it_was());
  facts = whole;
  facts.devices[esp].serial = "another disk";
  EXPECT_TRUE(is_as_it_was());
  facts = whole;
  facts.devices[esp].partition_uuid = "77777777-7b1e-4a53-8a55-0f9f5b6d7e21";
  EXPECT_TRUE(is_as_it_was());
}

TEST(HalfMade, IsPlannedAndShownAsWhatItIs) {
  const auto profile = sample_profile();
  const auto facts = recorded_machine("alder");
  const auto plan = make_plan(load_playbook(source_path("playbooks/storage.toml")), profile,
                              without_half_made(facts, state_of({making_esp(facts)}).half_made),
                              make_layout(profile, "/mnt/gentoo", ""), "");
  EXPECT_NE(plan_text(plan, 79).find("     wipefs --all /dev/nvme0n1p1\n     mkfs.vfat -F 32 -i 7A1B22C3"),
            std::string::npos);
  ASSERT_EQ(destroyed(plan).size(), 2U);
  EXPECT_NE(destroyed(plan)[1].find("begun and not finished"), std::string::npos) << destroyed(plan)[1];
}

// A run in which the ESP is lost; what mkfs does to it, the test says.
struct RunWithoutEsp : FakeRun {
  RunWithoutEsp() {
    lose(facts.devices[esp]);
    plan_anew();
  }
  void plan_anew() {
    plan = make_plan(load_playbook(source_path("playbooks/storage.toml")), profile,
                     without_half_made(facts, resumed ? state().half_made : std::set<HalfMade>{}),
                     make_layout(profile, "/mnt/gentoo", directory), "");
    for (auto& step : plan.steps)
      if (step.destroys) step.proofs.emplace_back("boot-partitions");
  }
  // What was last seen of it.
  std::string seen() const {
    std::string evidence;
    for (const auto& event : read_journal(journal_path(directory)).events)
      if (event.name == "check" && event.text("check") == "boot-partitions")
        evidence = event.text("evidence");
    return evidence;
  }
  void make(const MakeIfLost& action, Observer& observer, bool whole) {
    observer.observe(making(action.identity, action.type, action.uuid));
    facts.devices[esp].fs_type = "vfat";
    facts.devices[esp].fs_uuid = esp_uuid;
    if (!whole) throw Interrupted("SIGKILL");
    observer.observe(made(action.identity, action.type, action.uuid));
  }
  void go_on() {
    runner.typed.clear();
    runner.everything.clear();
    resumed = true;
    plan_anew();
    resume();
  }
  bool resumed = false;
};

TEST(HalfMade, IsMadeAgainByTheRunThatIsResumed) {
  RunWithoutEsp run;
  bool was_half_made = false;
  run.runner.on_make = [&](const MakeIfLost& action, Observer& observer) {
    was_half_made = action.half_made;
    run.make(action, observer, /*whole=*/false);
  };
  EXPECT_THROW(run.go(), Interrupted);
  EXPECT_FALSE(was_half_made);
  EXPECT_EQ(run.state().half_made.size(), 1U);
  // And so it is when this is interrupted there as well.
  EXPECT_THROW(run.go_on(), Interrupted);
  EXPECT_TRUE(was_half_made);
  EXPECT_EQ(run.seen(), "the ESP /dev/nvme0n1p1 was begun and not finished and will be made again");
  run.runner.on_make = [&](const MakeIfLost& action, Observer& observer) {
    EXPECT_TRUE(action.half_made);
    run.make(action, observer, /*whole=*/true);
  };
  run.go_on();
  EXPECT_TRUE(run.runner.did("wipefs --all /dev/nvme0n1p1\nmkfs.vfat"));
  EXPECT_EQ(run.seen(), "the ESP /dev/nvme0n1p1 is kept");
  EXPECT_TRUE(run.state().complete);
  EXPECT_TRUE(run.state().half_made.empty());
}

TEST(HalfMade, IsNotWhatIsWholeWhenARunIsKilledBehindIt) {
  RunWithoutEsp run;
  run.runner.on_make = [&](const MakeIfLost& action, Observer& observer) {
    run.make(action, observer, /*whole=*/true);
  };
  run.runner.interrupt_at = "btrfs subvolume create";
  EXPECT_THROW(run.go(), Interrupted);
  run.runner.interrupt_at.clear();
  run.go_on();
  EXPECT_FALSE(run.runner.did("mkfs.vfat"));
  EXPECT_TRUE(run.state().complete);
}

TEST(HalfMade, IsNotWhatIsWholeWhenARunIsKilledBeforeItMakesAnything) {
  RunWithoutEsp run;
  run.runner.on_make = [&](const MakeIfLost&, Observer&) {
    // Somebody else's work, since the plan was made.
    run.facts.devices[esp].fs_type = "vfat";
    run.facts.devices[esp].fs_uuid = esp_uuid;
    throw Interrupted("SIGKILL");
  };
  EXPECT_THROW(run.go(), Interrupted);
  run.go_on();
  EXPECT_FALSE(run.runner.did("mkfs.vfat"));
  EXPECT_TRUE(run.state().complete);
}

}  // namespace
}  // namespace recover::test
