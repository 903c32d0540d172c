#include "recover/profile.hpp"

#include <algorithm>
#include <filesystem>

#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/toml_file.hpp"

namespace recover {
namespace {

constexpr const char* see_formats = "docs/formats.md describes the profile";

// A path from the root of something, never out of it: profile data ends in command lines and mount points.
std::string inner_path(TomlTable& table, std::string_view key) {
  auto path = table.text(key);
  if (path.empty() || path.front() == '/' || path.find('\n') != std::string::npos ||
      ("/" + path + "/").find("/../") != std::string::npos)
    table.refuse(key, "\"" + std::string(key) + "\" must be a path that is relative and stays inside",
                 see_formats);
  return path;
}

std::string absolute_path(TomlTable& table, std::string_view key, const std::string& path) {
  if (!path.empty() && (path.front() != '/' || path.find('\n') != std::string::npos ||
                        (path + "/").find("/../") != std::string::npos))
    table.refuse(key, "\"" + std::string(key) + "\" must be an absolute path without ..", see_formats);
  return path;
}

std::string uuid(TomlTable& table) {
  auto text = table.text("uuid");
  const bool plausible =
      text.size() >= 8 && text.find_first_not_of("0123456789abcdefABCDEF-") == std::string::npos;
  if (!plausible) table.refuse("uuid", "\"" + text + "\" is no filesystem UUID", see_formats);
  return text;
}

// 8-4-4-4-12 digits, as mkfs.btrfs takes them; in lower case, as libblkid and the kernel print them.
std::string btrfs_uuid(TomlTable& table) {
  auto text = uuid(table);
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  bool good = text.size() == 36;
  for (std::size_t at = 0; good && at < text.size(); ++at)
    good = (text[at] == '-') == (at == 8 || at == 13 || at == 18 || at == 23);
  if (!good) table.refuse("uuid", "\"" + text + "\" is no UUID of a btrfs", see_formats);
  return text;
}

// libblkid prints GUIDs in lower case, other tools in upper case.
std::string guid(TomlTable& table, std::string_view key) {
  auto text = table.text_or(key, "");
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

ProfileDisk read_disk(TomlTable table) {
  ProfileDisk disk{table.text("name"), table.text("serial"), table.text_or("wwn", ""),
                   guid(table, "partition-table"), table.integer("size")};
  if (disk.serial.empty())
    table.refuse("serial",
                 "The disk \"" + disk.name + "\" has no serial, so nothing could tell it from another",
                 see_formats);
  if (disk.size <= 0) table.refuse("size", "The size of a disk is its number of bytes", see_formats);
  return disk;
}

ProfileFilesystem read_filesystem(TomlTable table, const std::vector<ProfileDisk>& disks) {
  ProfileFilesystem filesystem{btrfs_uuid(table),
                               table.text_or("label", ""),
                               table.text_or("data", "single"),
                               table.text_or("metadata", "dup"),
                               table.text_or("checksum", "crc32c"),
                               table.integer_or("node-size", 16384),
                               table.integer_or("sector-size", 4096),
                               table.texts_or("features", {}),
                               {}};
  for (auto& device : table.tables("devices")) {
    ProfileDevice read{device.text("disk"), guid(device, "partition")};
    if (std::none_of(disks.begin(), disks.end(), [&](const auto& disk) { return disk.name == read.disk; }))
      device.refuse("disk", "There is no [[disk]] with the name \"" + read.disk + "\"", see_formats);
    filesystem.devices.push_back(read);
  }
  if (filesystem.devices.empty()) table.refuse("devices", "The filesystem has no devices", see_formats);
  return filesystem;
}

ProfileSubvolume read_subvolume(TomlTable table) {
  ProfileSubvolume subvolume{
      inner_path(table, "path"), absolute_path(table, "mount", table.text_or("mount", "")),
      table.text_or("options", "rw"), table.boolean_or("default", false), table.boolean_or("no-cow", false)};
  return subvolume;
}

ProfileStorage read_storage(TomlTable table) {
  return {uuid(table), inner_path(table, "volumes"), inner_path(table, "environment"),
          inner_path(table, "bootstraps")};
}

// Names end in bconsole lines, where a quote or a newline would begin another command.
std::string bacula_name(TomlTable& table, std::string_view key) {
  auto name = table.text(key);
  const bool good = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' || c == ' ' ||
           c == ':';
  });
  if (!good) table.refuse(key, "\"" + name + "\" cannot be the name of a Bacula resource", see_formats);
  return name;
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
  if (bacula.catalog != "sqlite3" && bacula.catalog != "postgresql" && bacula.catalog != "mysql")
    table.refuse("catalog", "\"" + bacula.catalog + "\" is no kind of catalog",
                 "It is sqlite3, postgresql or mysql");
  return bacula;
}

void check_subvolumes(const TomlTable& root, const std::vector<ProfileSubvolume>& subvolumes) {
  const auto roots =
      std::count_if(subvolumes.begin(), subvolumes.end(), [](const auto& s) { return s.mount == "/"; });
  if (roots != 1) root.refuse("subvolume", "Exactly one [[subvolume]] must be mounted at \"/\"", see_formats);
  if (std::count_if(subvolumes.begin(), subvolumes.end(), [](const auto& s) { return s.is_default; }) > 1)
    root.refuse("subvolume", "At most one [[subvolume]] can be the default", see_formats);
}

}  // namespace

const ProfileDisk& Profile::disk(const std::string& wanted) const {
  for (const auto& disk : disks)
    if (disk.name == wanted) return disk;
  throw UsageError(file + ": there is no disk \"" + wanted + "\"", see_formats);
}

Profile load_profile(const std::string& path) {
  auto document = TomlFile::load(path);
  auto root = document.root();
  if (root.integer("format") != 1)
    root.refuse("format", "This profile has a format that this version of recover does not know",
                "Use the recover that the profile was made for, or bring the profile to this format");
  Profile profile;
  profile.file = path;
  profile.text = system::read_file(path);
  auto machine = root.table("machine");
  profile.name = machine.text("name");
  profile.machine_id = machine.text_or("machine-id", "");
  for (auto& disk : root.tables("disk")) profile.disks.push_back(read_disk(disk));
  profile.filesystem = read_filesystem(root.table("filesystem"), profile.disks);
  for (auto& subvolume : root.tables("subvolume")) profile.subvolumes.push_back(read_subvolume(subvolume));
  check_subvolumes(root, profile.subvolumes);
  profile.storage = read_storage(root.table("storage"));
  profile.bacula = read_bacula(root.table("bacula"));
  root.finish();
  return profile;
}

std::map<std::string, std::string> substitutions(const Profile& profile) {
  return {{"machine.name", profile.name},
          {"filesystem.uuid", profile.filesystem.uuid},
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
}

}  // namespace recover
