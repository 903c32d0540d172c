// A whole run of the storage playbook on the recorded machine "alder", without acting: a runner that writes
// down what it is told, a prober that answers from values, a journal in a temporary directory.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "recover/error.hpp"
#include "recover/executor.hpp"
#include "tests/unit/recorded_machine.hpp"

namespace recover::test {

struct FakeRunner : Runner {
  std::vector<std::string> typed;  // the first line of each action
  std::string fail_at, interrupt_at, refuse_at;
  std::vector<std::string> release_failures;
  int releases = 0, durable = 0;
  std::string undurable;  // the step that did this cannot be brought to the disk
  std::function<void()> on_durable;
  std::function<void(const MakeIfLost&, Observer&)> on_make;

  void perform(const Action& action, Observer& observer) override {
    if (const auto* make = std::get_if<MakeIfLost>(&action); make && on_make) on_make(*make, observer);
    std::string all;
    for (const auto& line : as_typed(action)) all += line + "\n";
    if (!interrupt_at.empty() && all.find(interrupt_at) != std::string::npos) throw Interrupted("SIGINT");
    if (!refuse_at.empty() && all.find(refuse_at) != std::string::npos)
      throw Refused("refused: " + all, "mend it");
    if (!fail_at.empty() && all.find(fail_at) != std::string::npos) throw Failed("failed: " + all, "mend it");
    typed.push_back(as_typed(action).front());
    everything += all;
  }
  void make_durable() override {
    if (!undurable.empty() && did(undurable))
      throw Error(Exit::failed, "the disk took it, and lost it", "mend it");
    ++durable;
    if (on_durable) on_durable();
  }
  std::vector<std::string> release() override {
    ++releases;
    return release_failures;
  }
  bool did(const std::string& text) const { return everything.find(text) != std::string::npos; }

  std::string everything;
};

struct FakeProber : Prober {
  Facts* facts = nullptr;
  std::function<void(int)> before_read;
  int reads = 0;
  Facts read(Look) override {
    if (before_read) before_read(++reads);
    return *facts;
  }
};

struct Silent : Observer {
  void observe(const Event&) override {}
};

// Facts of a machine on which everything goes well: before the run, and what the proofs will find after each
// step.
inline Facts good_facts() {
  auto facts = recorded_machine("alder");
  facts.backup = bacula::Backup{{{1, "BackupAlder", "Full", "2026-11-20 01:00:00", 100, 1000},
                                 {2, "BackupAlder", "Incremental", "2026-11-21 01:00:00", 10, 100}},
                                105,
                                1100,
                                {"Vol-0001", "Vol-0002"},
                                true};
  facts.proof = ProofFacts{};
  facts.proof->proof.bootstrap = facts.proof->bootstrap = "sum of backup.bsr";
  for (auto& volume : facts.storage->volumes) {
    volume.modified = 1;
    facts.proof->proof.volumes.push_back({volume.name, volume.size, volume.modified});
  }
  facts.director = bacula::DirectorFacts{"alder-dir",  "9.6.7",        {"RestoreFiles"}, {},
                                         {"alder-fd"}, {"alder-root"}, {"File1"},        {}};
  facts.filesystem = FilesystemFacts{"5f3a1f0e-8a55-4c60-9a7e-2f6f2b7f1c11",
                                     "alder-root",
                                     "single",
                                     "dup",
                                     {{256, "@", true, false},
                                      {257, "@/var/lib/machines", false, false},
                                      {258, "@home", false, false},
                                      {259, "@images", false, true}},
                                     1000000};
  facts.tree = TreeFacts{105, 105, 0, 0, {}, {}, {}};
  facts.efi.booted = facts.efi.usable = facts.virtualisation = true;
  facts.efi.entries = {
      {0, "Windows", "\\EFI\\Microsoft\\Boot\\bootmgfw.efi", "77777777-7b1e-4a53-8a55-0f9f5b6d7e21", "",
       true},
      {1, "debian", "\\EFI\\debian\\shimx64.efi", "11111111-7b1e-4a53-8a55-0f9f5b6d7e21", "", true}};
  facts.efi.order = {1, 0};
  facts.boot = BootFacts{};
  facts.boot->esp_uuid = "7A1B-22C3";
  facts.boot->loaders = {"\\EFI\\debian\\grubx64.efi", "\\EFI\\debian\\shimx64.efi"};
  facts.boot->menu = {{"Debian GNU/Linux",
                       "UUID=5f3a1f0e-8a55-4c60-9a7e-2f6f2b7f1c11",
                       "5f3a1f0e-8a55-4c60-9a7e-2f6f2b7f1c11",
                       "/@/boot/vmlinuz-6.1.0-18-amd64",
                       {"/@/boot/initrd.img-6.1.0-18-amd64"},
                       true,
                       true,
                       true}};
  facts.boot->uuids = {"5f3a1f0e-8a55-4c60-9a7e-2f6f2b7f1c11"};
  return facts;
}

struct FakeRun {
  FakeRun() {
    plan = make_plan(load_playbook(source_path("playbooks/storage.toml")), profile, facts,
                     make_layout(profile, "/mnt/gentoo", directory), "");
    prober.facts = &facts;
    prober.before_read = [this](int reads) {
      if (before_read) before_read(reads);
      // After mkfs the target holds the new filesystem.
      for (auto& device : facts.devices)
        if (device.partition_uuid == "c1a1f1b2-7b1e-4a53-8a55-0f9f5b6d7e21" &&
            runner.did("mkfs.btrfs --force --uuid")) {
          device.fs_type = "btrfs";
          device.fs_uuid = profile.filesystem.uuid;
        }
    };
  }
  ~FakeRun() { std::filesystem::remove_all(directory); }

  void go() {
    auto journal = Journal::create(directory);
    start(journal, "run-begun", {});
  }
  void resume() {
    const auto before = state();
    auto journal = Journal::append(directory);
    start(journal, "run-resumed", before);
  }
  JournalState state() const { return state_of(read_journal(journal_path(directory)).events); }

  Profile profile = sample_profile();
  Facts facts = good_facts();
  std::string directory =
      (std::filesystem::temp_directory_path() / ("recover-unit-" + std::to_string(::getpid()))).string();
  Plan plan;
  FakeRunner runner;
  FakeProber prober;
  std::function<void(int)> before_read;
  Confirm confirm = [](const Plan&, const Facts&) {
  };
  int confirmations = 0;

 private:
  void start(Journal& journal, const char* name, const JournalState& before) {
    journal.write(Event(name).with("playbook", plan.playbook));
    Silent silent;
    execute({plan, profile, runner, prober, journal, silent,
             [this](const Plan& p, const Facts& f) {
               ++confirmations;
               confirm(p, f);
             },
             before});
  }
};

}  // namespace recover::test
