#include "recover/capture/look.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "recover/capture/places.hpp"
#include "recover/error.hpp"
#include "recover/system/btrfs.hpp"
#include "recover/system/devices.hpp"
#include "recover/system/efi.hpp"
#include "recover/system/files.hpp"
#include "recover/system/host.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/text.hpp"

namespace recover::capture {
namespace {

namespace fs = std::filesystem;

std::string first_word(const std::string& path) {
  const auto text = system::read_file_or(path, "");
  return text.substr(0, text.find_first_of(" \t\n"));
}

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error))
    names.push_back(at->path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

using system::lower;

// The kernel, the mount table and /dev may each call a device otherwise (/dev/dm-0, /dev/mapper/vg-root).
std::string known_path(const std::string& path, const std::vector<BlockDevice>& devices) {
  struct stat wanted = {}, info = {};
  if (find_device(path, devices) != nullptr || !path.starts_with('/') || ::stat(path.c_str(), &wanted) != 0 ||
      !S_ISBLK(wanted.st_mode))
    return path;
  for (const auto& device : devices)
    if (::stat(device.path.c_str(), &info) == 0 && info.st_rdev == wanted.st_rdev) return device.path;
  return path;
}

void add_loaders(const std::string& directory, const std::string& name, int depth,
                 std::vector<std::string>& loaders) {
  std::error_code error;
  for (const auto& entry : names_in(directory)) {
    const auto path = directory + "/" + entry;
    if (fs::is_directory(path, error)) {
      if (depth < 4) add_loaders(path, name + "\\" + entry, depth + 1, loaders);
    } else if (lower(entry).ends_with(".efi")) {
      loaders.push_back(name + "\\" + entry);
    }
  }
}

// What an installed catalog library or a catalog leaves behind: Debian's packages, then Bacula's own build.
std::vector<std::string> installed_catalogs(const std::string& root) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> traces{
      {"sqlite3",
       {"/var/lib/dpkg/info/bacula-director-sqlite3.list", "/var/lib/bacula/bacula.db",
        "/usr/lib/bacula/libbaccats-sqlite3.so", "/usr/lib64/libbaccats-sqlite3.so"}},
      {"postgresql",
       {"/var/lib/dpkg/info/bacula-director-pgsql.list", "/usr/lib/bacula/libbaccats-postgresql.so",
        "/usr/lib64/libbaccats-postgresql.so"}},
      {"mysql",
       {"/var/lib/dpkg/info/bacula-director-mysql.list", "/usr/lib/bacula/libbaccats-mysql.so",
        "/usr/lib64/libbaccats-mysql.so"}}};
  std::vector<std::string> found;
  for (const auto& [kind, paths] : traces)
    if (std::any_of(paths.begin(), paths.end(),
                    [&](const auto& path) { return system::exists(root + path); }))
      found.push_back(kind);
  return found;
}

bacula::Configurations find_bacula(const std::string& root) {
  for (const auto* directory :
       {"/etc/bacula", "/opt/bacula/etc", "/usr/local/etc/bacula", "/usr/local/bacula/etc"})
    if (auto read = bacula::read_configurations(directory, root); !read.directory.empty()) return read;
  return {};
}

// A root tree in which somebody could ask a Director.
void look_at_storage(const std::string& root, Sight& sight) {
  const auto names = bacula::find_names(sight.bacula, {sight.own_names, sight.catalogs, {}});
  const auto* mount = mount_of(names.archive_device, sight.mounts);
  if (names.archive_device.empty() || mount == nullptr || mount->target == "/" || mount->root != "/") return;
  const auto top = root + mount->target;
  for (const auto& name : names_in(top)) {
    if (name.ends_with(".new")) continue;  // one that is being made, or that a killed run has left
    const auto tree = top + "/" + name;
    if (!system::exists(tree + "/etc") || system::find_program("bconsole", tree).empty()) continue;
    sight.environments.push_back(name);
    sight.environment_configurations.push_back(find_bacula(tree));
  }
}

// Windows and live media put a loader of their own there: only what equals one of the installed systems'
// loaders was put there by grub-install --removable, or copied by hand.
bool has_own_fallback(const std::string& esp, const std::vector<std::string>& loaders) {
  const auto in_tree = [&](std::string loader) {
    std::replace(loader.begin(), loader.end(), '\\', '/');
    return esp + loader;
  };
  const auto is_fallback = [](const std::string& loader) {
    return lower(loader).starts_with("\\efi\\boot\\boot");
  };
  const auto is_microsoft = [](const std::string& loader) {
    return lower(loader).starts_with("\\efi\\microsoft\\");
  };
  for (const auto& fallback : loaders)
    for (const auto& other : loaders)
      if (is_fallback(fallback) && !is_fallback(other) && !is_microsoft(other) &&
          system::read_file(in_tree(fallback)) == system::read_file(in_tree(other)))
        return true;
  return false;
}

}  // namespace

void look_at_files(const std::string& root, Sight& sight) {
  sight.machine_id = first_word(root + "/etc/machine-id");
  // In a chroot the kernel's is another machine's.
  if (const auto name = first_word(root + "/etc/hostname"); !name.empty())
    sight.host_name = name.substr(0, name.find('.'));
  sight.fstab = read_fstab(root);
  const auto tree = root.empty() ? "/" : root;
  for (const auto* program : {"grub-install", "grub2-install", "grub-mkconfig", "grub2-mkconfig", "dracut",
                              "update-initramfs", "mkinitcpio", "genkernel"})
    if (!system::find_program(program, tree).empty()) sight.programs.emplace_back(program);
  for (const auto* config : {"/boot/grub/grub.cfg", "/boot/grub2/grub.cfg"})
    if (system::exists(root + config)) sight.grub_configs.emplace_back(config);
  if (const auto* esp = esp_mount(sight.mounts, sight.devices))
    for (const auto& name : names_in(root + esp->target))
      if (lower(name) == "efi") add_loaders(root + esp->target + "/" + name, "\\" + name, 0, sight.loaders);
  if (const auto* esp = esp_mount(sight.mounts, sight.devices))
    sight.own_fallback = has_own_fallback(root + esp->target, sight.loaders);
  sight.bacula = find_bacula(root);
  sight.catalogs = installed_catalogs(root);
  look_at_storage(root, sight);
}

Sight look() {
  Sight sight;
  sight.host_name = system::host_name();
  sight.architecture = system::architecture();
  sight.firmware_of_32_bits = first_word("/sys/firmware/efi/fw_platform_size") == "32";
  sight.virtualisation = system::has_virtualisation();
  sight.own_names = system::own_addresses();
  // systemd mounts the ESP when somebody looks at it.
  for (const auto* place : {"/boot/efi/EFI", "/efi/EFI", "/boot/EFI"}) (void)system::exists(place);
  sight.mounts = system::read_mounts();
  sight.devices = system::read_devices(sight.mounts);
  const auto* root = mount_at("/", sight.mounts);
  if (root == nullptr || root->type != "btrfs")
    throw Refused(
        "The root filesystem of this machine is no btrfs. On / is mounted: " +
            (root == nullptr ? "nothing that the mount table knows" : root->type),
        "capture describes a machine with its root on btrfs; start it there, not in a rescue system");
  sight.root = system::read_filesystem("/");
  for (auto& path : sight.root.devices) path = known_path(path, sight.devices);
  for (auto& mount : sight.mounts) mount.source = known_path(mount.source, sight.devices);
  sight.efi = system::read_efi();
  look_at_files("", sight);
  return sight;
}

}  // namespace recover::capture
