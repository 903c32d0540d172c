#include "recover/probe.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "recover/aftercare.hpp"
#include "recover/bacula/bootstrap.hpp"
#include "recover/bacula/bootstrap_comments.hpp"
#include "recover/bacula/catalog_server.hpp"
#include "recover/bacula/choose.hpp"
#include "recover/bacula/director.hpp"
#include "recover/bacula/volume.hpp"
#include "recover/boot_facts.hpp"
#include "recover/environment/stamp.hpp"
#include "recover/error.hpp"
#include "recover/last_written.hpp"
#include "recover/layout.hpp"
#include "recover/mount_points.hpp"
#include "recover/recoveries.hpp"
#include "recover/reminder.hpp"
#include "recover/repair_list.hpp"
#include "recover/system/btrfs.hpp"
#include "recover/system/devices.hpp"
#include "recover/system/efi.hpp"
#include "recover/system/files.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/tree_root.hpp"
#include "recover/tree_check.hpp"
#include "recover/verify/record.hpp"

namespace recover {
namespace {

using namespace std::chrono_literals;

// What the steps call on the host; everything of Bacula lies in the environment.
// The last ones only some machines need: the check "tools" knows which.
constexpr const char* host_tools[] = {"mkfs.btrfs", "btrfs",    "wipefs",    "chattr",    "find",
                                      "chroot",     "mkdir",    "mkfs.vfat", "mkfs.ext2", "mkfs.ext3",
                                      "mkfs.ext4",  "mkfs.xfs", "lvchange",  "sfdisk"};
constexpr const char* environment_tools[] = {"bacula-dir", "bacula-sd", "bacula-fd", "bconsole", "bextract"};

VolumeFact read_volume(const std::string& directory, const std::string& name) {
  VolumeFact fact{name, 0, {}};
  const auto path = directory + "/" + name;
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    fact.problem = "The volume " + name + " is missing in " + directory;
    return fact;
  }
  fact.size = status.st_size;
  fact.modified = bacula::look_at_volume(directory, name).modified;
  try {
    if (const auto label = bacula::read_label(path); label.volume != name)
      fact.problem = "The file " + path + " is labelled as volume " + label.volume;
  } catch (const Error& error) {
    fact.problem = error.problem();
  }
  return fact;
}

StoredFiles read_stored(const std::string& directory) {
  StoredFiles stored;
  std::error_code unreadable;
  for (const auto& entry : std::filesystem::directory_iterator(directory, unreadable)) {
    struct stat status {};
    if (::stat(entry.path().c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    ++stored.files;
    stored.bytes += status.st_size;
    const auto name = entry.path().filename().string();
    // By the name among those of one second, so that two looks find the same.
    if (std::pair(stored.written, stored.newest) <
        std::pair<std::int64_t, std::string>(status.st_mtime, name)) {
      stored.written = status.st_mtime;
      stored.newest = name;
    }
  }
  return stored;
}

bool writable(const std::string& target, const std::vector<MountPoint>& mounts) {
  for (const auto& mount : mounts)
    if (mount.target == target) return ("," + mount.options + ",").find(",ro,") == std::string::npos;
  return false;
}

class RealProber : public Prober {
 public:
  RealProber(const Profile& profile, std::string state, bool kept, system::Processes& processes)
      : profile_(profile), state_(std::move(state)), kept_(kept), processes_(processes) {}

  Facts read(Look look) override {
    Facts facts;
    facts.root_user = system::running_as_root();
    facts.efi = system::read_efi();
    facts.virtualisation = system::has_virtualisation();
    facts.in_chroot = system::in_chroot();
    facts.machine_id = system::machine_id();
    facts.boot_id = system::boot_id();
    facts.now = system::now();
    facts.mounts = system::read_mounts();
    facts.devices = system::read_devices(facts.mounts);
    add_last_written(facts, profile_, processes_);
    facts.aftercare = look_for_aftercare("/");
    for (const auto* name : host_tools) facts.tools.push_back({name, system::find_program(name)});
    const auto storage = find_storage(profile_, facts);
    if (storage.empty()) return facts;
    const auto layout = make_layout(profile_, storage, state_);
    if (kept_ && system::exists(layout.state + "/backup.toml")) facts.backup = read_kept(layout);
    if (facts.backup) facts.proof = read_kept_proof(layout);
    facts.verified =
        verify::read_result(storage + Layout::state_on_storage, profile_.filesystem.uuid_to_make());
    facts.storage = read_storage(layout, profile_.bacula.catalog, facts);
    if (look.director) facts.director = ask(layout);
    if (look.filesystem && is_mounted(layout.target, facts))
      facts.filesystem = system::read_filesystem(layout.target);
    if ((look.root || look.tree) && is_mounted(layout.target, facts))
      facts.tree = read_tree(layout, facts, look.tree);
    if (look.losses) facts.losses = read_losses(storage);
    if (look.gate) facts.gate = read_gate(storage);
    if (look.boot && is_mounted(layout.target, facts)) facts.boot = read_boot(layout.target, profile_, facts);
    return facts;
  }

 private:
  static bool is_mounted(const std::string& target, const Facts& facts) {
    return std::any_of(facts.mounts.begin(), facts.mounts.end(),
                       [&](const auto& m) { return m.target == target; });
  }

  // What cannot be read is no choice; the step that needs it says so.
  static std::optional<bacula::Backup> read_kept(const Layout& layout) {
    try {
      return bacula::read_backup(layout.state);
    } catch (const Failed&) {
      return std::nullopt;
    }
  }

  static std::optional<ProofFacts> read_kept_proof(const Layout& layout) {
    if (!bacula::has_proof(layout.state)) return std::nullopt;
    try {
      return ProofFacts{bacula::read_proof(layout.state), bacula::bootstrap_sum(layout.state)};
    } catch (const Failed&) {
      return std::nullopt;  // what cannot be read proves nothing
    }
  }

  // Where recover has put a catalog into the environment that a server has.
  static void look_for_server(const std::string& environment, const std::string& catalog,
                              StorageFacts& storage) {
    if (!bacula::is_served(catalog) || !storage.environment ||
        !system::TreeRoot(environment).has(bacula::ServerPlaces::home))
      return;
    const auto programs = bacula::find_server_programs(catalog, environment);
    for (const auto& name : bacula::server_programs(catalog))
      storage.environment_tools.push_back({name, programs.empty() ? "" : programs + "/" + name});
  }

  static StorageFacts read_storage(const Layout& layout, const std::string& catalog, const Facts& facts) {
    StorageFacts storage;
    storage.mount_point = layout.storage;
    for (const auto& mount : facts.mounts)
      if (mount.target == layout.storage) storage.device = mount.source;
    storage.writable = writable(layout.storage, facts.mounts);
    storage.free_bytes = system::free_bytes(layout.storage);
    storage.environment =
        system::exists(layout.environment + "/usr") || system::exists(layout.environment + "/bin");
    for (const auto* name : environment_tools)
      storage.environment_tools.push_back({name, system::find_program(name, layout.environment)});
    look_for_server(layout.environment, catalog, storage);
    storage.stamp = environment::read_stamp(layout.environment_in_use);
    storage.stored = read_stored(layout.volumes);
    if (struct stat status{}; ::stat(layout.bootstrap.c_str(), &status) == 0) {
      storage.bootstrap = layout.bootstrap;
      storage.bootstrap_size = status.st_size;
      storage.bootstrap_written = status.st_mtime;
      storage.bootstrap_jobs = bacula::commented_jobs(system::read_file_or(layout.bootstrap, ""));
    }
    read_volumes(layout, facts, storage);
    return storage;
  }

  // The volumes of the backup that was chosen; before that, those of the newest bootstrap file.
  static void read_volumes(const Layout& layout, const Facts& facts, StorageFacts& storage) {
    const auto kept = facts.backup ? layout.state + "/backup.bsr" : storage.bootstrap;
    if (kept.empty()) {
      storage.problem = "there is no bootstrap file " + layout.bootstrap;
      return;
    }
    try {
      for (const auto& name : bacula::parse_bootstrap(system::read_file(kept), kept).volumes())
        storage.volumes.push_back(read_volume(layout.volumes, name));
    } catch (const Error& error) {
      storage.problem = error.problem();
    }
  }

  std::optional<bacula::DirectorFacts> ask(const Layout& layout) {
    const bacula::Console console{{"chroot", layout.environment, "bconsole", "-n", "-c",
                                   profile_.bacula.configuration + "/bconsole.conf"}};
    try {
      return bacula::ask_director(processes_, console);
    } catch (const Failed&) {
      return std::nullopt;  // the checks say "unknown"; the step that needs it says why
    }
  }

  static LossFacts read_losses(const std::string& storage) {
    LossFacts losses;
    for (const auto& [lost, files] : find_losses(storage).lost)
      for (const auto& [path, words] : files) {
        ++losses.files;
        if (losses.examples.size() < 20) losses.examples.push_back(lost + " of " + path);
      }
    return losses;
  }

  GateFacts read_gate(const std::string& storage) const {
    GateFacts facts;
    for (const auto& recovery :
         find_recoveries(storage, Layout::handed_over, profile_.filesystem.uuid_to_make()))
      if (is_unverified(recovery))
        facts.open.push_back(recovery.state.started_at + " (" + recovery.directory + ")");
    if (facts.open.empty() && reminder_is_there("/")) facts.open.emplace_back("(its journal is gone)");
    return facts;
  }

  static TreeFacts read_tree(const Layout& layout, const Facts& facts, bool every_file) {
    TreeFacts tree;
    const auto list = layout.state + "/backup.files";
    if (every_file && system::exists(list)) tree = compare_tree(list, layout.target);
    tree.unresolved_uuids = unresolved_uuids(read_fstab(layout.target), facts.devices);
    const system::TreeRoot root(layout.target);
    for (const auto* directory : {"/proc", "/sys", "/dev", "/run", "/tmp"})
      if (!root.has(directory)) tree.absent_directories.emplace_back(directory);
    for (const auto& point : missing_mount_points(layout.target)) tree.absent_directories.push_back(point);
    return tree;
  }

  const Profile& profile_;
  std::string state_;
  bool kept_;
  system::Processes& processes_;
};

}  // namespace

std::unique_ptr<Prober> real_prober(const Profile& profile, std::string state, bool kept,
                                    system::Processes& processes) {
  return std::make_unique<RealProber>(profile, std::move(state), kept, processes);
}

}  // namespace recover
