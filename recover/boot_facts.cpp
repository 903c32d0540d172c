#include "recover/boot_facts.hpp"

#include <fcntl.h>
#include <string.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "recover/error.hpp"
#include "recover/grub_config.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"
#include "recover/system/tree_root.hpp"

namespace recover {
namespace {

namespace fs = std::filesystem;

constexpr const char* boot_loader_entries = "/boot/loader/entries";

// Of what lies uppermost there; empty: nothing is mounted there.
std::string mounted_uuid(const std::string& target, const Facts& facts) {
  std::string source, uuid;
  for (const auto& mount : facts.mounts)
    if (mount.target == target) source = mount.source;
  for (const auto& device : facts.devices)
    if (!source.empty() && device.path == source) uuid = device.fs_uuid;
  return uuid;
}

std::string below(const std::string& mount, const std::string& path) {
  return (mount == "/" ? "" : mount) + path;
}

// A path from the top level of the btrfs; empty: it lies in no subvolume that is mounted.
std::string through_subvolumes(const std::string& path, const Profile& profile) {
  const ProfileSubvolume* best = nullptr;
  for (const auto& subvolume : profile.subvolumes)
    if (!subvolume.mount.empty() && path.starts_with("/" + subvolume.path + "/") &&
        (best == nullptr || subvolume.path.size() > best->path.size()))
      best = &subvolume;
  return best == nullptr ? "" : below(best->mount, path.substr(1 + best->path.size()));
}

std::string joined_path(const fs::path& path) {
  std::string text;
  for (const auto& name : path) text += "\\" + name.string();
  return text;
}

// "blscfg" alone on its line: grub2-mkconfig of Fedora leaves the entries to files.
bool reads_entry_files(const std::string& config) {
  for (std::size_t at = 0; (at = config.find("blscfg", at)) != std::string::npos; at += 6) {
    const auto line = config.rfind('\n', at) + 1;  // npos + 1 is the beginning
    const auto end = config.find_first_not_of(" \t", at + 6);
    if (config.substr(line, at - line).find_first_not_of(" \t") == std::string::npos &&
        (end == std::string::npos || config[end] == '\n'))
      return true;
  }
  return false;
}

class Reader {
 public:
  Reader(const std::string& root, const Profile& profile, const Facts& facts)
      : tree_(root), root_(root), profile_(profile), facts_(facts) {}

  BootFacts read() {
    if (profile_.esp) read_esp(profile_.esp->mount);
    if (profile_.boot_loader) read_menu(profile_.boot_loader->config);
    return std::move(boot_);
  }

 private:
  void read_esp(const std::string& mount) {
    boot_.esp_uuid = mounted_uuid(root_ + mount, facts_);
    // Without a mount there is a directory of the btrfs, which no firmware reads.
    if (boot_.esp_uuid.empty()) return;
    std::error_code error;
    const fs::path top = tree_.real_path(mount);
    for (fs::recursive_directory_iterator file(top, error), end; !error && file != end;
         file.increment(error)) {
      auto extension = file->path().extension().string();
      std::transform(extension.begin(), extension.end(), extension.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      std::error_code vanished;
      if (extension == ".efi" && file->is_regular_file(vanished))
        boot_.loaders.push_back(joined_path(file->path().lexically_relative(top)));
    }
    std::sort(boot_.loaders.begin(), boot_.loaders.end());
  }

  // Empty when it cannot be read; then `problem` says why, if it is given.
  std::string text_of(const std::string& path, std::string* problem = nullptr) const {
    const auto file = tree_.open(path, O_RDONLY | O_NONBLOCK);
    try {
      if (file) return system::read_file("/proc/self/fd/" + std::to_string(file.get()));
      if (problem != nullptr) *problem = "There is no " + path + " in the restored root";
    } catch (const Failed& error) {
      if (problem != nullptr) *problem = "Could not read " + path + ": " + error.problem();
    }
    return {};
  }

  void read_menu(const std::string& config) {
    const auto text = text_of(config, &boot_.problem);
    boot_.uuids = named_uuids(text);
    if (reads_entry_files(text)) read_entry_files(config, text);
    for (auto& entry : parse_grub_config(text)) boot_.menu.push_back(std::move(entry));
    for (auto& entry : boot_.menu) look_for_files(entry);
  }

  // The newest version stands first in the menu (GRUB of Fedora, grub-core/commands/blscfg.c).
  void read_entry_files(const std::string& config, const std::string& config_text) {
    std::vector<std::string> names;
    std::error_code error;
    if (tree_.has(boot_loader_entries))
      for (fs::directory_iterator file(tree_.real_path(boot_loader_entries), error), end;
           !error && file != end; file.increment(error))
        if (file->path().extension() == ".conf") names.push_back(file->path().filename().string());
    std::sort(names.begin(), names.end(),
              [](const auto& a, const auto& b) { return ::strverscmp(a.c_str(), b.c_str()) > 0; });
    const auto environment = text_of((fs::path(config).parent_path() / "grubenv").string());
    for (const auto& name : names) {
      const auto text = text_of(std::string(boot_loader_entries) + "/" + name);
      auto entry = parse_boot_loader_entry(text);
      // "options $kernelopts": a variable of grubenv, else of grub.cfg.
      for (const auto* place : {&environment, &config_text})
        if (entry.root.empty()) entry.root = root_of_kernelopts(*place);
      if (!entry.kernel.empty()) boot_.menu.push_back(entry);
      constexpr std::string_view uuid = "UUID=";
      if (entry.root.starts_with(uuid) && std::find(boot_.uuids.begin(), boot_.uuids.end(),
                                                    entry.root.substr(uuid.size())) == boot_.uuids.end())
        boot_.uuids.push_back(entry.root.substr(uuid.size()));
    }
  }

  static std::string root_of_kernelopts(const std::string& text) {
    const auto begin = text.find("kernelopts=");
    if (begin == std::string::npos) return {};
    const auto line = text.substr(begin, text.find('\n', begin) - begin);
    const auto root = line.find("root=");
    if (root == std::string::npos) return {};
    return line.substr(root + 5, line.find_first_of(" \t\"'", root) - root - 5);
  }

  bool is_there(const std::string& path, const std::string& filesystem) const {
    const auto paths = paths_in_tree(path, filesystem, profile_);
    return std::any_of(paths.begin(), paths.end(), [&](const auto& inside) { return tree_.has(inside); });
  }

  void look_for_files(BootMenuEntry& entry) const {
    entry.kernel_there = is_there(entry.kernel, entry.filesystem);
    // A kernel may have none.
    entry.initramfs_there = std::all_of(entry.initramfs.begin(), entry.initramfs.end(),
                                        [&](const auto& path) { return is_there(path, entry.filesystem); });
    const auto version = kernel_version(entry.kernel);
    entry.modules_there = has_modules(kernel_version(entry.kernel));
  }

  // A kernel may have everything built in, and its machine no modules at all. Manjaro's kernel is called
  // vmlinuz-6.1-x86_64, and its modules 6.1.55-1-MANJARO.
  bool has_modules(const std::string& version) const {
    if (version.empty() || !tree_.has("/lib/modules") || tree_.has("/lib/modules/" + version)) return true;
    const auto series = version.substr(0, version.find_first_not_of("0123456789."));
    if (std::count(series.begin(), series.end(), '.') != 1) return false;
    std::error_code error;
    for (fs::directory_iterator at(tree_.real_path("/lib/modules"), error), end; !error && at != end;
         at.increment(error))
      if (at->path().filename().string().starts_with(series + ".")) return true;
    return false;
  }

  const system::TreeRoot tree_;
  const std::string root_;
  const Profile& profile_;
  const Facts& facts_;
  BootFacts boot_;
};

}  // namespace

BootFacts read_boot(const std::string& root, const Profile& profile, const Facts& facts) {
  try {
    return Reader(root, profile, facts).read();
  } catch (const Failed& error) {
    BootFacts boot;
    boot.problem = error.problem();
    return boot;
  }
}

std::vector<std::string> paths_in_tree(const std::string& path, const std::string& filesystem,
                                       const Profile& profile) {
  for (const auto& other : {profile.boot, profile.esp})
    if (other && system::same_uuid(filesystem, other->uuid)) return {below(other->mount, path)};
  if (const auto mapped = through_subvolumes(path, profile); !mapped.empty()) return {mapped};
  const bool ours = system::same_uuid(filesystem, profile.filesystem.uuid) ||
                    system::same_uuid(filesystem, profile.filesystem.uuid_to_make());
  std::vector<std::string> paths{path};
  if (!ours && profile.boot) paths.push_back(below(profile.boot->mount, path));
  return paths;
}

}  // namespace recover
