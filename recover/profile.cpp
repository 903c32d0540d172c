#include "recover/profile.hpp"

#include <algorithm>

#include "recover/duration.hpp"
#include "recover/error.hpp"
#include "recover/profile_values.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"
#include "recover/toml_file.hpp"

namespace recover {
namespace {

ProfileDisk read_disk(TomlTable table) {
  ProfileDisk disk{table.text("name"),       table.text("serial"),
                   table.text_or("wwn", ""), guid(table, "partition-table"),
                   table.integer("size"),    {}};
  for (auto& partition : table.tables("partitions"))
    disk.partitions.push_back({partition.integer("number"), guid(partition, "guid"), guid(partition, "type"),
                               partition.text_or("name", ""), partition.integer("start"),
                               partition.integer("size")});
  if (disk.serial.empty())
    table.refuse("serial",
                 "The disk \"" + disk.name + "\" has no serial, so nothing could tell it from another",
                 see_formats);
  if (disk.size <= 0) table.refuse("size", "The size of a disk is its number of bytes", see_formats);
  return disk;
}

ProfileDevice read_device(TomlTable& table, const std::vector<ProfileDisk>& disks) {
  ProfileDevice read{table.text("disk"), guid(table, "partition"), lvm_volume(table, "volume")};
  if (std::none_of(disks.begin(), disks.end(), [&](const auto& disk) { return disk.name == read.disk; }))
    table.refuse("disk", "There is no [[disk]] with the name \"" + read.disk + "\"", see_formats);
  if (!read.partition.empty() && !read.volume.empty())
    table.refuse("volume", "A device is a partition or an LVM volume, not both", see_formats);
  return read;
}

ProfileFilesystem read_filesystem(TomlTable table, const std::vector<ProfileDisk>& disks) {
  ProfileFilesystem filesystem{long_uuid(table, "uuid"),
                               table.text_or("label", ""),
                               table.text_or("data", "single"),
                               table.text_or("metadata", "dup"),
                               table.text_or("checksum", "crc32c"),
                               table.integer_or("node-size", 16384),
                               table.integer_or("sector-size", 4096),
                               table.texts_or("features", {}),
                               {},
                               table.has("new-uuid") ? long_uuid(table, "new-uuid") : ""};
  for (auto& device : table.tables("devices")) filesystem.devices.push_back(read_device(device, disks));
  if (filesystem.devices.empty()) table.refuse("devices", "The filesystem has no devices", see_formats);
  return filesystem;
}

ProfileBootFilesystem read_boot_filesystem(TomlTable table, const std::vector<ProfileDisk>& disks,
                                           const std::vector<std::string>& types) {
  ProfileBootFilesystem filesystem;
  filesystem.device = read_device(table, disks);
  filesystem.type = table.text_or("type", types.front());
  if (std::find(types.begin(), types.end(), filesystem.type) == types.end())
    table.refuse("type", "\"" + filesystem.type + "\" cannot be made; it is " + system::joined(types),
                 see_formats);
  filesystem.uuid = filesystem.type == "vfat" ? fat_uuid(table) : long_uuid(table, "uuid");
  filesystem.label = table.text_or("label", "");
  filesystem.mount = absolute_path(table, "mount", table.text("mount"));
  filesystem.options = table.text_or("options", "rw");
  return filesystem;
}

ProfileBootLoader read_boot_loader(TomlTable table) {
  ProfileBootLoader loader{word(table, "install", table.text_or("install", "grub-install")),
                           word(table, "mkconfig", table.text_or("mkconfig", "grub-mkconfig")),
                           absolute_path(table, "config", table.text_or("config", "/boot/grub/grub.cfg")),
                           word(table, "target", table.text_or("target", "x86_64-efi")),
                           word(table, "id", table.text("id")),
                           table.boolean_or("fallback-path", false),
                           table.text_or("initramfs", "none")};
  const std::vector<std::string> tools{"dracut", "initramfs-tools", "mkinitcpio", "genkernel", "none"};
  if (std::find(tools.begin(), tools.end(), loader.initramfs) == tools.end())
    table.refuse("initramfs", "\"" + loader.initramfs + "\" is not known; it is " + system::joined(tools),
                 see_formats);
  return loader;
}

ProfileEfi read_efi(TomlTable table) {
  ProfileEfi efi{table.text("label"), table.text("loader"), system::lower(table.text_or("data", "")),
                 table.texts_or("order", {})};
  if (efi.label.empty()) table.refuse("label", "A boot entry needs a label", see_formats);
  if (!efi.loader.starts_with('\\') || efi.loader.find("..") != std::string::npos)
    table.refuse("loader", "The loader is a path from the root of the ESP, like '\\EFI\\debian\\shimx64.efi'",
                 "Write it in single quotes: TOML takes a backslash there as it is");
  if (efi.data.size() % 2 != 0 || efi.data.find_first_not_of("0123456789abcdef") != std::string::npos)
    table.refuse("data", "The optional data is hexadecimal", see_formats);
  return efi;
}

ProfileSubvolume read_subvolume(TomlTable table) {
  ProfileSubvolume subvolume{
      inner_path(table, "path"),          absolute_path(table, "mount", table.text_or("mount", "")),
      table.text_or("options", "rw"),     table.boolean_or("default", false),
      table.boolean_or("no-cow", false),  table.boolean_or("read-only", false),
      table.boolean_or("snapshot", false)};
  return subvolume;
}

ProfileStorage read_storage(TomlTable table) {
  return {uuid(table), lvm_volume(table, "volume"), inner_path(table, "volumes"),
          inner_path(table, "environment"), inner_path(table, "bootstraps")};
}

ProfileBacula read_bacula(TomlTable table) {
  ProfileBacula bacula{bacula_name(table, "director"),
                       bacula_name(table, "client"),
                       bacula_name(table, "fileset"),
                       bacula_name(table, "backup-job"),
                       bacula_name(table, "restore-job"),
                       bacula_name(table, "storage"),
                       bacula_name(table, "device"),
                       absolute_path(table, "archive-device", table.text("archive-device")),
                       table.text("catalog"),
                       inner_path(table, "bootstrap"),
                       absolute_path(table, "configuration", table.text_or("configuration", "/etc/bacula"))};
  if (table.has("catalog-bootstrap")) bacula.catalog_bootstrap = inner_path(table, "catalog-bootstrap");
  if (bacula.catalog != "sqlite3" && bacula.catalog != "postgresql" && bacula.catalog != "mysql")
    table.refuse("catalog", "\"" + bacula.catalog + "\" is no kind of catalog",
                 "It is sqlite3, postgresql or mysql");
  return bacula;
}

std::chrono::seconds duration(TomlTable& table, std::string_view key, std::chrono::seconds otherwise) {
  if (!table.has(key)) return otherwise;
  const auto text = table.text(key);
  const auto read = parse_duration(text);
  if (!read)
    table.refuse(key, "\"" + text + "\" is no duration",
                 "Write it as \"30 s\", \"5 min\", \"2 h\" or \"7 d\"");
  return std::chrono::duration_cast<std::chrono::seconds>(*read);
}

ProfileVerify read_verify(TomlTable table) {
  ProfileVerify verify;
  verify.left_out = table.texts_or("left-out", {});
  if (table.has("catalog-dump")) verify.catalog_dump = inner_path(table, "catalog-dump");
  verify.verified_for = duration(table, "verified-for", verify.verified_for);
  verify.patience = duration(table, "patience", verify.patience);
  verify.stall = duration(table, "stall", verify.stall);
  verify.deadline = duration(table, "deadline", verify.deadline);
  return verify;
}

// The keys that one way to make it has, and no other.
void read_environment_source(TomlTable& table, ProfileEnvironment& environment) {
  const bool by_debian = environment.from == "mmdebstrap" || environment.from == "debootstrap";
  for (const auto* key : {"suite", "mirror"})
    if (table.has(key) && !by_debian)
      table.refuse(key, std::string("\"") + key + "\" is for an environment from mmdebstrap or debootstrap",
                   "Take it out, or say from = \"mmdebstrap\"");
  if (table.has("stage3") != (environment.from == "stage3"))
    table.refuse(
        "stage3",
        table.has("stage3") ? "\"stage3\" is for an environment from = \"stage3\""
                            : "From which stage3 the recovery environment is made is not said",
        "from = \"stage3\" goes with stage3 = \"/path/stage3-amd64-openrc-....tar.xz\", which you have "
        "downloaded");
  if (table.has("suite")) environment.suite = word(table, "suite", table.text("suite"));
  if (table.has("mirror")) environment.mirror = mirror(table, "mirror");
  if (!table.has("stage3")) return;
  environment.stage3 = absolute_path(table, "stage3", table.text("stage3"));
  if (environment.stage3.empty())
    table.refuse("stage3", "\"stage3\" must be the path of a tarball", see_formats);
}

ProfileEnvironment read_environment(TomlTable table) {
  ProfileEnvironment environment{table.text_or("from", "packages"), table.texts_or("packages", {})};
  const std::vector<std::string> sources{"packages", "mmdebstrap", "debootstrap", "stage3"};
  if (std::find(sources.begin(), sources.end(), environment.from) == sources.end())
    table.refuse("from",
                 "\"" + environment.from + "\" is nothing that the recovery environment can be made from",
                 "It is packages, those of the running system; mmdebstrap or debootstrap; or stage3");
  read_environment_source(table, environment);
  for (const auto& name : environment.packages)
    if (name.empty() || name.front() == '-' || name.find_first_of(" \t\n,") != std::string::npos)
      table.refuse("packages", "\"" + name + "\" is no name of a package", see_formats);
  environment.by_hand = table.boolean_or("by-hand", false);
  environment.fresh_for = duration(table, "fresh-for", environment.fresh_for);
  return environment;
}

// Keys are the operator's own.
std::map<std::string, std::string> read_notes(TomlTable table) {
  std::map<std::string, std::string> notes;
  for (const auto& key : table.keys()) notes[key] = table.text(key);
  return notes;
}

void check_subvolumes(const TomlTable& root, const std::vector<ProfileSubvolume>& subvolumes) {
  const auto roots =
      std::count_if(subvolumes.begin(), subvolumes.end(), [](const auto& s) { return s.mount == "/"; });
  if (roots != 1) root.refuse("subvolume", "Exactly one [[subvolume]] must be mounted at \"/\"", see_formats);
  if (std::count_if(subvolumes.begin(), subvolumes.end(), [](const auto& s) { return s.is_default; }) > 1)
    root.refuse("subvolume", "At most one [[subvolume]] can be the default", see_formats);
}

Profile read_profile(const TomlFile& document, const std::string& text, const std::string& path) {
  auto root = document.root();
  if (root.integer("format") != 1)
    root.refuse("format", "This profile has a format that this version of recover does not know",
                "Use the recover that the profile was made for, or bring the profile to this format");
  Profile profile;
  profile.file = path;
  profile.text = text;
  auto machine = root.table("machine");
  profile.name = machine.text("name");
  profile.machine_id = machine.text_or("machine-id", "");
  profile.virtualisation = machine.boolean_or("virtualisation", false);
  for (auto& disk : root.tables("disk")) profile.disks.push_back(read_disk(disk));
  profile.filesystem = read_filesystem(root.table("filesystem"), profile.disks);
  for (auto& subvolume : root.tables("subvolume")) profile.subvolumes.push_back(read_subvolume(subvolume));
  check_subvolumes(root, profile.subvolumes);
  if (root.has("esp")) profile.esp = read_boot_filesystem(root.table("esp"), profile.disks, {"vfat"});
  if (root.has("boot"))
    profile.boot =
        read_boot_filesystem(root.table("boot"), profile.disks, {"ext4", "ext3", "ext2", "xfs", "vfat"});
  if (root.has("boot-loader")) profile.boot_loader = read_boot_loader(root.table("boot-loader"));
  if (root.has("efi")) profile.efi = read_efi(root.table("efi"));
  if (root.has("notes")) profile.notes = read_notes(root.table("notes"));
  profile.storage = read_storage(root.table("storage"));
  profile.bacula = read_bacula(root.table("bacula"));
  if (root.has("verify")) profile.verify = read_verify(root.table("verify"));
  if (root.has("environment")) profile.environment = read_environment(root.table("environment"));
  root.finish();
  return profile;
}

}  // namespace

const ProfileDisk& Profile::disk(const std::string& wanted) const {
  for (const auto& disk : disks)
    if (disk.name == wanted) return disk;
  throw UsageError(file + ": there is no disk \"" + wanted + "\"", see_formats);
}

Profile load_profile(const std::string& path) {
  const auto document = TomlFile::load(path);
  return read_profile(document, system::read_file(path), path);
}

Profile parse_profile(const std::string& text, const std::string& path) {
  return read_profile(TomlFile::parse(text, path), text, path);
}

std::map<std::string, std::string> substitutions(const Profile& profile) {
  std::map<std::string, std::string> values{{"machine.name", profile.name},
                                            {"filesystem.uuid", profile.filesystem.uuid_to_make()},
                                            {"filesystem.label", profile.filesystem.label},
                                            {"storage.uuid", profile.storage.uuid},
                                            {"storage.volumes", profile.storage.volumes},
                                            {"storage.environment", profile.storage.environment},
                                            {"storage.bootstraps", profile.storage.bootstraps},
                                            {"bacula.director", profile.bacula.director},
                                            {"bacula.client", profile.bacula.client},
                                            {"bacula.fileset", profile.bacula.fileset},
                                            {"bacula.backup-job", profile.bacula.backup_job},
                                            {"bacula.restore-job", profile.bacula.restore_job},
                                            {"bacula.storage", profile.bacula.storage},
                                            {"bacula.device", profile.bacula.device},
                                            {"bacula.archive-device", profile.bacula.archive_device},
                                            {"bacula.configuration", profile.bacula.configuration}};
  const auto config = profile.boot_loader ? profile.boot_loader->config : "";
  values["boot-loader.directory"] =
      config.substr(0, config.rfind('/') == std::string::npos ? 0 : config.rfind('/'));
  values["efi.label"] = profile.efi ? profile.efi->label : "";
  values["efi.loader"] = profile.efi ? profile.efi->loader : "";
  for (const auto& [key, text] : profile.notes) values["notes." + key] = text;
  return values;
}

}  // namespace recover
