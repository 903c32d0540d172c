#include "recover/plan_hash.hpp"

#include "recover/sha256.hpp"

namespace recover {
namespace {

// Each text with its length before it, so that two of them cannot pass for one.
class Text {
 public:
  Text& add(const std::string& text) {
    all_ += std::to_string(text.size()) + ":" + text;
    return *this;
  }
  Text& add(const char* text) { return add(std::string(text)); }
  Text& add(std::int64_t number) { return add(std::to_string(number)); }
  Text& add(const std::vector<std::string>& texts) {
    add(static_cast<std::int64_t>(texts.size()));
    for (const auto& text : texts) add(text);
    return *this;
  }
  Text& add(const ProfileDevice& device) { return add(device.disk).add(device.partition).add(device.volume); }
  std::string hash() const { return sha256(all_); }

 private:
  std::string all_;
};

void add(Text& text, const std::optional<ProfileBootFilesystem>& filesystem) {
  text.add(std::int64_t{filesystem.has_value()});
  if (!filesystem) return;
  text.add(filesystem->device).add(filesystem->type).add(filesystem->uuid).add(filesystem->label);
  text.add(filesystem->mount).add(filesystem->options);
}

void add(Text& text, const ProfileFilesystem& filesystem) {
  text.add(filesystem.uuid).add(filesystem.new_uuid).add(filesystem.label);
  text.add(filesystem.data).add(filesystem.metadata).add(filesystem.checksum);
  text.add(filesystem.node_size).add(filesystem.sector_size).add(filesystem.features);
  for (const auto& device : filesystem.devices) text.add(device);
}

void add(Text& text, const ProfileSubvolume& subvolume) {
  text.add(subvolume.path).add(subvolume.mount).add(subvolume.options);
  for (const bool flag : {subvolume.is_default, subvolume.no_cow, subvolume.read_only, subvolume.snapshot})
    text.add(std::int64_t{flag});
}

void add(Text& text, const ProfileStorage& storage, const ProfileBacula& bacula) {
  text.add(storage.uuid).add(storage.volumes).add(storage.environment).add(storage.bootstraps);
  text.add(bacula.director).add(bacula.client).add(bacula.fileset).add(bacula.backup_job);
  text.add(bacula.restore_job).add(bacula.storage).add(bacula.device).add(bacula.archive_device);
  text.add(bacula.catalog).add(bacula.bootstrap).add(bacula.configuration);
}

}  // namespace

std::string machine_hash(const Profile& profile, const std::string& as_of) {
  Text text;
  text.add(as_of).add(std::int64_t{profile.without_efi_variables}).add(profile.name);
  for (const auto& disk : profile.disks)
    text.add(disk.name).add(disk.serial).add(disk.wwn).add(disk.table_uuid).add(disk.size);
  add(text, profile.filesystem);
  for (const auto& subvolume : profile.subvolumes) add(text, subvolume);
  add(text, profile.esp);
  add(text, profile.boot);
  add(text, profile.storage, profile.bacula);
  return text.hash();
}

std::string step_hash(const PlaybookStep& step) {
  Text text;
  text.add(step.name).add(step.uses).add(step.fallback_for).add(step.guards).add(step.proofs);
  for (const auto& [name, values] : step.parameters) text.add(name).add(values);
  return text.hash();
}

std::string plan_hash(const std::string& machine_hash, const std::vector<std::string>& step_hashes,
                      const Circumstances& circumstances) {
  Text text;
  text.add(machine_hash).add(step_hashes).add(circumstances.lasting).add(circumstances.passing);
  return text.hash();
}

}  // namespace recover
