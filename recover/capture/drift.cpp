#include "recover/capture/drift.hpp"

#include <algorithm>

#include "recover/efi_entry.hpp"
#include "recover/system/text.hpp"

namespace recover::capture {
namespace {

std::string shown(const std::string& value) {
  return value.empty() ? "nothing" : system::printable(value);
}

template <typename List, typename Key>
auto find_in(const List& list, const Key& fits) {
  const auto found = std::find_if(list.begin(), list.end(), fits);
  return found == list.end() ? nullptr : &*found;
}

std::string device_text(const ProfileDevice& device) {
  return device.disk + (device.partition.empty() ? "" : " " + device.partition) +
         (device.volume.empty() ? "" : " " + device.volume);
}

bool is_in_neither(const std::string& key, const Profile& was) {
  return (key == "esp" && !was.esp) || (key == "boot" && !was.boot) || (key == "efi" && !was.efi) ||
         (key == "boot-loader" && !was.boot_loader);
}

class Comparison {
 public:
  Comparison(const Profile& was, const Captured& now) : was_(was), now_(now) {}

  std::vector<std::string> compare() {
    for (const auto& remark : not_found(was_, now_))
      say(remark.key, "it could not be compared: " + remark.text);
    text("machine", "the machine-id", now_.profile.machine_id, was_.machine_id);
    if (was_.virtualisation && !now_.profile.virtualisation)
      say("machine", "virtualisation is switched off, the profile says that it is on");
    disks();
    filesystem();
    subvolumes();
    boot_filesystem("esp", now_.profile.esp, was_.esp);
    boot_filesystem("boot", now_.profile.boot, was_.boot);
    boot_loader();
    efi();
    storage();
    bacula();
    return std::move(drifts_);
  }

 private:
  void say(const std::string& part, const std::string& sentence) {
    drifts_.push_back(system::printable(part) + ": " + sentence);
  }

  // What the profile does not say, or what could not be read now, is no drift.
  void text(const std::string& part, const std::string& what, const std::string& now,
            const std::string& was) {
    if (now != was && !now.empty() && !was.empty()) changed(part, what, now, was);
  }
  // Empty is a value as well: a label, options.
  void changed(const std::string& part, const std::string& what, const std::string& now,
               const std::string& was) {
    if (now != was) say(part, what + " is " + shown(now) + ", the profile says " + shown(was));
  }
  void number(const std::string& part, const std::string& what, std::int64_t now, std::int64_t was) {
    if (now != was && now != 0) changed(part, what, std::to_string(now), std::to_string(was));
  }

  void disks() {
    for (const auto& was : was_.disks) {
      const auto* now = find_in(now_.profile.disks, [&](const auto& disk) { return disk.name == was.name; });
      const auto part = "disk " + was.name;
      if (now == nullptr) {
        say(part, "the disk with the serial " + was.serial + " holds nothing of this machine any more");
        continue;
      }
      text(part, "the serial", now->serial, was.serial);
      text(part, "the WWN", now->wwn, was.wwn);
      number(part, "the size", now->size, was.size);
      text(part, "the GUID of the partition table", now->table_uuid, was.table_uuid);
      if (!was.partitions.empty()) partitions(part, *now, was);
    }
    for (const auto& now : now_.profile.disks)
      if (!find_in(was_.disks, [&](const auto& disk) { return disk.name == now.name; }))
        say("disk " + now.name, "the disk with the serial " + now.serial + " is not in the profile");
  }

  void partitions(const std::string& part, const ProfileDisk& now, const ProfileDisk& was) {
    const auto same_number = [](const ProfilePartition& wanted) {
      return [&wanted](const ProfilePartition& other) {
        return other.number == wanted.number;
      };
    };
    for (const auto& before : was.partitions) {
      const auto which = "partition " + std::to_string(before.number);
      const auto* today = find_in(now.partitions, same_number(before));
      if (today == nullptr) {
        say(part, which + " is gone");
        continue;
      }
      changed(part, "the GUID of " + which, today->guid, before.guid);
      changed(part, "the type of " + which, today->type, before.type);
      number(part, "the start of " + which, today->start, before.start);
      number(part, "the size of " + which, today->size, before.size);
    }
    for (const auto& today : now.partitions)
      if (!find_in(was.partitions, same_number(today)))
        say(part, "partition " + std::to_string(today.number) + " is not in the profile");
  }

  void filesystem() {
    const auto &now = now_.profile.filesystem, &was = was_.filesystem;
    text("filesystem", "the UUID", now.uuid, was.uuid_to_make());
    changed("filesystem", "the label", now.label, was.label);
    text("filesystem", "the data profile", now.data, was.data);
    text("filesystem", "the metadata profile", now.metadata, was.metadata);
    text("filesystem", "the checksum", now.checksum, was.checksum);
    number("filesystem", "the node size", now.node_size, was.node_size);
    number("filesystem", "the sector size", now.sector_size, was.sector_size);
    const auto listed = [](std::vector<std::string> words) {
      std::sort(words.begin(), words.end());
      return system::joined(words);
    };
    if (!was.features.empty())
      changed("filesystem", "the list of features", listed(now.features), listed(was.features));
    const auto devices = [](const ProfileFilesystem& of) {
      std::vector<std::string> words;
      for (const auto& device : of.devices) words.push_back(device_text(device));
      return system::joined(words);
    };
    if (!now.devices.empty()) changed("filesystem", "the list of devices", devices(now), devices(was));
  }

  static std::string mounted(const ProfileSubvolume& subvolume) {
    return subvolume.mount.empty() ? "" : " is mounted at " + subvolume.mount + " and";
  }

  void subvolumes() {
    const auto same_path = [](const ProfileSubvolume& wanted) {
      return [&wanted](const ProfileSubvolume& other) {
        return other.path == wanted.path;
      };
    };
    for (const auto& now : now_.profile.subvolumes)
      if (now.is_made() && !find_in(was_.subvolumes, same_path(now)))
        say("filesystem",
            "the subvolume " + system::printable(now.path) + mounted(now) + " is not in the profile");
    for (const auto& was : was_.subvolumes) {
      const auto* now = find_in(now_.profile.subvolumes, same_path(was));
      if (now != nullptr)
        subvolume(*now, was);
      else if (was.is_made())
        say("filesystem", "the subvolume " + system::printable(was.path) + " is gone");
    }
  }

  void subvolume(const ProfileSubvolume& now, const ProfileSubvolume& was) {
    const auto part = "subvolume " + system::printable(was.path);
    changed(part, "its mount point", now.mount, was.mount);
    if (!now.mount.empty() && !was.mount.empty())
      changed(part, "the list of its mount options", now.options, was.options);
    const auto flag = [&](const char* what, bool today, bool before) {
      if (today != before)
        say(part, std::string("it is ") + (today ? "" : "not ") + what + ", unlike in the profile");
    };
    flag("the default", now.is_default, was.is_default);
    flag("without copy-on-write", now.no_cow, was.no_cow);
    flag("read-only", now.read_only, was.read_only);
    flag("a snapshot", now.snapshot, was.snapshot);
  }

  void boot_filesystem(const std::string& part, const std::optional<ProfileBootFilesystem>& now,
                       const std::optional<ProfileBootFilesystem>& was) {
    if (!now && was && now_.remark(part) == nullptr) say(part, "the machine has none, the profile does");
    if (now && !was) say(part, "it is mounted at " + now->mount + ", and not in the profile");
    if (!now || !was) return;
    text(part, "the partition", device_text(now->device), device_text(was->device));
    text(part, "the type", now->type, was->type);
    text(part, "the UUID", now->uuid, was->uuid);
    text(part, "the mount point", now->mount, was->mount);
    text(part, "the list of its mount options", now->options, was->options);
  }

  void boot_loader() {
    const auto &now = now_.profile.boot_loader, &was = was_.boot_loader;
    if (now && !was) say("boot-loader", "GRUB is installed, and not in the profile");
    if (!now || !was) return;
    text("boot-loader", "the program to install it", now->install, was->install);
    text("boot-loader", "the program for its configuration", now->mkconfig, was->mkconfig);
    text("boot-loader", "its configuration", now->config, was->config);
    text("boot-loader", "the target", now->target, was->target);
    text("boot-loader", "the id", now->id, was->id);
    if (now->fallback_path != was->fallback_path)
      say("boot-loader", std::string("the fallback path on the ESP is ") +
                             (now->fallback_path ? "" : "not ") + "in use, unlike in the profile");
    text("boot-loader", "the tool for the initramfs", now->initramfs, was->initramfs);
  }

  // Firmware adds and moves entries of its own; only ours is asked for.
  void efi() {
    const auto &now = now_.profile.efi, &was = was_.efi;
    if (now && !was) say("efi", "the boot entry \"" + now->label + "\" is not in the profile");
    if (!now || !was) return;
    text("efi", "the label of the boot entry", now->label, was->label);
    if (!same_loader(now->loader, was->loader))
      changed("efi", "the loader of the boot entry", now->loader, was->loader);
    changed("efi", "the optional data of the boot entry", now->data, was->data);
    const auto holds = [](const std::vector<std::string>& order, const std::string& label) {
      return std::find(order.begin(), order.end(), label) != order.end();
    };
    if (!now->order.empty() && holds(was->order, was->label) && !holds(now->order, was->label))
      say("efi", "the boot entry \"" + was->label + "\" is in BootOrder no more");
  }

  void storage() {
    const auto &now = now_.profile.storage, &was = was_.storage;
    text("storage", "the UUID", now.uuid, was.uuid);
    if (!now.uuid.empty()) changed("storage", "the LVM volume", now.volume, was.volume);
    text("storage", "the directory of the volumes", now.volumes, was.volumes);
    text("storage", "the recovery environment", now.environment, was.environment);
    text("storage", "the directory of the bootstrap files", now.bootstraps, was.bootstraps);
  }

  void bacula() {
    const auto &now = now_.profile.bacula, &was = was_.bacula;
    text("bacula", "the Director", now.director, was.director);
    text("bacula", "the Client", now.client, was.client);
    text("bacula", "the FileSet", now.fileset, was.fileset);
    text("bacula", "the backup job", now.backup_job, was.backup_job);
    text("bacula", "the restore job", now.restore_job, was.restore_job);
    text("bacula", "the Storage", now.storage, was.storage);
    text("bacula", "the Device", now.device, was.device);
    text("bacula", "the Archive Device", now.archive_device, was.archive_device);
    text("bacula", "the kind of catalog", now.catalog, was.catalog);
    text("bacula", "the bootstrap file", now.bootstrap, was.bootstrap);
    text("bacula", "the bootstrap file of the catalog", now.catalog_bootstrap, was.catalog_bootstrap);
    text("bacula", "the directory of the configuration", now.configuration, was.configuration);
  }

  const Profile& was_;
  const Captured& now_;
  std::vector<std::string> drifts_;
};

}  // namespace

std::vector<Remark> not_found(const Profile& was, const Captured& now) {
  std::vector<Remark> found;
  for (const auto& remark : now.remarks)
    if (remark.kind == Remark::Kind::missing && !is_in_neither(remark.key, was)) found.push_back(remark);
  return found;
}

std::vector<std::string> find_drift(const Profile& was, const Captured& now) {
  return Comparison(was, now).compare();
}

}  // namespace recover::capture
