#include "recover/capture/answers.hpp"

#include <optional>

#include "recover/toml_file.hpp"

namespace recover::capture {
namespace {

class Keeper {
 public:
  Keeper(const Profile& before, Captured& captured) : before_(before), captured_(captured) {}

  void keep() {
    auto& now = captured_.profile;
    section("esp", now.esp, before_.esp);
    section("boot", now.boot, before_.boot);
    section("boot-loader", now.boot_loader, before_.boot_loader);
    section("efi", now.efi, before_.efi);
    if (now.efi && now.efi->order.empty() && before_.efi) now.efi->order = before_.efi->order;
    auto& storage = now.storage;
    if (storage.uuid.empty()) {
      storage.uuid = before_.storage.uuid;
      storage.volume = before_.storage.volume;
      storage.volumes = before_.storage.volumes;
      storage.environment = before_.storage.environment;
      doubt("storage");
    }
    text("storage.environment", storage.environment, before_.storage.environment);
    text("storage.bootstraps", storage.bootstraps, before_.storage.bootstraps);
    auto& bacula = now.bacula;
    text("bacula.director", bacula.director, before_.bacula.director);
    text("bacula.client", bacula.client, before_.bacula.client);
    text("bacula.fileset", bacula.fileset, before_.bacula.fileset);
    text("bacula.backup-job", bacula.backup_job, before_.bacula.backup_job);
    text("bacula.restore-job", bacula.restore_job, before_.bacula.restore_job);
    text("bacula.storage", bacula.storage, before_.bacula.storage);
    text("bacula.device", bacula.device, before_.bacula.device);
    text("bacula.archive-device", bacula.archive_device, before_.bacula.archive_device);
    text("bacula.catalog", bacula.catalog, before_.bacula.catalog);
    text("bacula.bootstrap", bacula.bootstrap, before_.bacula.bootstrap);
    text("bacula.catalog-bootstrap", bacula.catalog_bootstrap, before_.bacula.catalog_bootstrap);
  }

 private:
  void doubt(const std::string& key) {
    for (auto& remark : captured_.remarks) {
      if (remark.key != key || remark.kind != Remark::Kind::missing) continue;
      remark.kind = Remark::Kind::guess;
      remark.text = "as in the profile before; now " + remark.text;
    }
  }
  void text(const std::string& key, std::string& now, const std::string& was) {
    if (!now.empty() || was.empty()) return;
    now = was;
    doubt(key);
  }
  // Its disk must be one of those that the profile has now.
  bool has_disk(const ProfileBootFilesystem& filesystem) {
    for (const auto& disk : captured_.profile.disks)
      if (disk.name == filesystem.device.disk) return true;
    for (const auto& disk : before_.disks)
      if (disk.name == filesystem.device.disk) {
        captured_.profile.disks.push_back(disk);
        return true;
      }
    return false;
  }
  template <typename Section>
  static bool has_disk(const Section&) {
    return true;
  }
  template <typename Section>
  void section(const std::string& key, std::optional<Section>& now, const std::optional<Section>& was) {
    const auto* remark = captured_.remark(key);
    if (now || !was || remark == nullptr || !has_disk(*was)) return;
    now = was;
    doubt(key);
  }

  const Profile& before_;
  Captured& captured_;
};

}  // namespace

void keep_answers(const Profile& before, Captured& captured) {
  Keeper(before, captured).keep();
}

std::map<std::string, std::string> notes_of(const std::string& file) {
  std::map<std::string, std::string> notes;
  auto root = TomlFile::load(file).root();
  if (!root.has("notes")) return notes;
  auto table = root.table("notes");
  for (const auto& key : table.keys()) notes[key] = table.text(key);
  return notes;
}

}  // namespace recover::capture
