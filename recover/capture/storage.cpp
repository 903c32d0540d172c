// The storage volume, and Bacula's names.
#include <algorithm>

#include "recover/capture/parts.hpp"
#include "recover/capture/places.hpp"
#include "recover/system/text.hpp"

namespace recover::capture {
namespace {

using Kind = Remark::Kind;

bacula::Names names_before(const Profile* before) {
  bacula::Names names;
  if (before == nullptr) return names;
  const auto& bacula = before->bacula;
  names.director = bacula.director;
  names.client = bacula.client;
  names.backup_job = bacula.backup_job;
  names.restore_job = bacula.restore_job;
  names.device = bacula.device;
  names.catalog = bacula.catalog;
  return names;
}

// Which of the directories is the recovery environment: its place in the list, or none. What there is none of
// has its name all the same: recover makes it.
std::optional<std::size_t> environment_of(const Sight& sight, const Profile* before, Captured& captured) {
  const auto& all = sight.environments;
  if (all.empty()) {
    auto& name = captured.profile.storage.environment;
    if (before != nullptr) name = before->storage.environment;
    if (name.empty()) name = "environment";
    captured.say(Kind::guess, "storage.environment",
                 "no directory in the root of the storage volume holds a root tree with bconsole: "
                 "recover --playbook environment makes it");
    return std::nullopt;
  }
  auto chosen =
      std::find(all.begin(), all.end(), before != nullptr ? before->storage.environment : "environment");
  if (chosen == all.end()) chosen = std::find(all.begin(), all.end(), "environment");
  if (chosen == all.end()) chosen = all.begin();
  if (all.size() > 1)
    captured.say(Kind::guess, "storage.environment",
                 "several directories hold a root tree with bconsole: " + system::joined(all));
  else if (*chosen != "environment")
    captured.say(Kind::guess, "storage.environment",
                 "the only directory there that holds a root tree with bconsole");
  return static_cast<std::size_t>(chosen - all.begin());
}

// The directory and the file of Write Bootstrap.
void conclude_bootstrap(const bacula::Names& names, const MountPoint* storage, Captured& captured) {
  if (names.bootstrap.empty())
    return captured.say(Kind::missing, "storage.bootstraps", "the backup job's Write Bootstrap is not known");
  const auto slash = names.bootstrap.rfind('/');
  captured.profile.bacula.bootstrap = names.bootstrap.substr(slash + 1);
  const auto directory = names.bootstrap.substr(0, std::max<std::size_t>(slash, 1));
  if (storage != nullptr && (directory + "/").starts_with(storage->target + "/"))
    captured.profile.storage.bootstraps = inner_path(directory, *storage);
  else
    captured.say(Kind::missing, "storage.bootstraps",
                 "the backup job writes its bootstrap file to " + names.bootstrap +
                     ", not to the storage volume: it is lost with the machine. Change Write Bootstrap");
  // A recovery does without, when it must; the profile has one directory for both.
  const auto catalog = names.catalog_bootstrap.rfind('/');
  if (!names.catalog_bootstrap.empty() &&
      names.catalog_bootstrap.substr(0, catalog) == names.bootstrap.substr(0, slash))
    captured.profile.bacula.catalog_bootstrap = names.catalog_bootstrap.substr(catalog + 1);
  else if (!names.catalog_bootstrap.empty())
    captured.say(
        Kind::absent, "bacula.catalog-bootstrap",
        "the job that backs up the catalog writes its bootstrap file to " + names.catalog_bootstrap +
            ", not to where the backup job writes its own: the dump on the volumes is not found by it");
}

// The mount that the volumes lie on, when that can be a storage volume.
const MountPoint* storage_of(const bacula::Names& names, const Sight& sight, Captured& captured) {
  const auto miss = [&](const std::string& why) -> const MountPoint* {
    captured.say(Kind::missing, "storage", why);
    return nullptr;
  };
  if (names.archive_device.empty()) return miss("it is where the Archive Device is, and that was not found");
  const auto* mount = mount_of(names.archive_device, sight.mounts);
  if (mount == nullptr) return miss("nothing is mounted that holds " + names.archive_device);
  const auto* device = find_device(mount->source, sight.devices);
  if (device != nullptr && device->fs_uuid == sight.root.uuid)
    return miss(
        "the Archive Device " + names.archive_device +
        " lies on the root filesystem itself, and would be lost with it. Is the storage volume mounted?");
  if (device == nullptr || device->fs_uuid.empty())
    return miss(names.archive_device + " lies on " + mount->source +
                ", which is no filesystem on a disk of this machine");
  auto& storage = captured.profile.storage;
  storage.uuid = device->fs_uuid;
  if (device->volume.find('/') != std::string::npos) storage.volume = device->volume;
  storage.volumes = inner_path(names.archive_device, *mount);
  if (mount->root == "/") captured.storage_mount = mount->target;
  return mount;
}

void take_names(const bacula::Names& names, Captured& captured) {
  auto& bacula = captured.profile.bacula;
  bacula.director = names.director;
  bacula.client = names.client;
  bacula.fileset = names.fileset;
  bacula.backup_job = names.backup_job;
  bacula.restore_job = names.restore_job;
  bacula.storage = names.storage;
  bacula.device = names.device;
  bacula.archive_device = names.archive_device;
  bacula.catalog = names.catalog;
  for (const auto& [key, why] : names.guesses) captured.say(Kind::guess, "bacula." + key, why);
  for (const auto& [key, why] : names.missing) captured.say(Kind::missing, "bacula." + key, why);
}

}  // namespace

void conclude_storage(const Sight& sight, const Profile* before, Captured& captured) {
  const bacula::Hints hints{sight.own_names, sight.catalogs, names_before(before)};
  auto names = bacula::find_names(sight.bacula, hints);
  for (const auto* configuration : {&sight.bacula.director, &sight.bacula.storage, &sight.bacula.client})
    for (const auto& problem : configuration->problems) captured.say(Kind::absent, "bacula", problem);
  const auto* storage = storage_of(names, sight, captured);
  conclude_bootstrap(names, storage, captured);
  auto& configuration = captured.profile.bacula.configuration;
  configuration = sight.bacula.directory.empty() ? "/etc/bacula" : sight.bacula.directory;
  const auto environment = storage != nullptr ? environment_of(sight, before, captured) : std::nullopt;
  if (environment) {
    captured.profile.storage.environment = sight.environments[*environment];
    const auto& there = sight.environment_configurations[*environment];
    if (there.directory.empty()) {
      captured.say(Kind::guess, "bacula.configuration",
                   "the recovery environment has no configuration of Bacula yet");
    } else {
      configuration = there.directory;
      bacula::prefer_environment(names, bacula::find_names(there, {sight.own_names, {}, names}));
    }
  }
  take_names(names, captured);
}

}  // namespace recover::capture
