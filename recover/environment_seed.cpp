#include "recover/environment_seed.hpp"

#include <filesystem>

#include "recover/environment/apt_sources.hpp"
#include "recover/environment/debian_tree.hpp"
#include "recover/environment/openpgp_armor.hpp"
#include "recover/environment/package_database.hpp"
#include "recover/environment_tree.hpp"
#include "recover/system/files.hpp"
#include "recover/system/tree_removal.hpp"
#include "recover/system/tree_root.hpp"

namespace recover {
namespace {

namespace fs = std::filesystem;

constexpr const char* dpkg_file = "/etc/dpkg/dpkg.cfg.d/recover";
constexpr const char* apt_file = "/etc/apt/apt.conf.d/00recover";
constexpr const char* wget_file = "/etc/apt/recover.wgetrc";
constexpr const char* keyring_file = "/etc/apt/trusted.gpg.d/recover.gpg";
// apt_auth.conf(5): passwords of mirrors.
constexpr const char* auth_file = "/etc/apt/auth.conf";
constexpr const char* auth_directory = "/etc/apt/auth.conf.d";
constexpr const char* policy =
    "#!/bin/sh\n# By recover: nothing is started in a recovery environment but by it.\nexit 101\n";

void put(const std::string& tree, const std::string& path, const std::string& text, mode_t mode) {
  system::make_directories(fs::path(tree + path).parent_path().string(), 0755);
  system::write_file(tree + path, text, mode);
}

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(directory, none))
    names.push_back(entry.path().filename().string());
  return names;
}

void take_away(const fs::path& path) {
  std::error_code none;
  if (fs::is_directory(fs::symlink_status(path, none))) {
    system::remove_tree(path.string());
  } else {
    fs::remove(path, none);
  }
}

void empty(const system::TreeRoot& root, const std::string& directory) {
  if (!root.has(directory)) return;
  const auto place = root.real_path(directory);
  for (const auto& name : names_in(place)) take_away(fs::path(place) / name);
}

// What no package brings, as on the machine; but what follows from the tree's own libraries is the tree's.
void copy_machine_files(const std::string& tree, const std::string& machine) {
  const auto accounts = accounts_of(tree);  // with those that packages have added
  system::TreeCopy copy(machine, tree, system::There::makes_way);
  for (const auto& path : environment::files_of_no_package())
    if (!path.starts_with("/etc/ld.so.")) copy.add(path);
  copy.finish();
  add_accounts(tree, accounts);
}

}  // namespace

void write_policy(const std::string& tree) {
  system::write_file(system::TreeRoot(tree).real_path("/usr/sbin") + "/policy-rc.d", policy, 0755);
}

Lent seed_tree(const std::string& tree, const Fetching& fetching, const std::string& machine) {
  const auto root = machine == "/" ? "" : machine;
  const auto copy = [&](const std::string& path, mode_t mode) {
    put(tree, path, system::read_file(root + path), mode);
  };
  copy("/etc/passwd", 0644);
  copy("/etc/group", 0644);
  // A mirror's name may be there alone.
  if (system::exists(root + "/etc/hosts")) copy("/etc/hosts", 0644);
  put(tree, dpkg_file, environment::dpkg_configuration(), 0644);
  // These may hold passwords, of a proxy or a mirror.
  put(tree, apt_file, environment::fetch_options(fetching.apt_config) + "Acquire::Languages \"none\";\n",
      0600);
  if (system::exists(root + auth_file)) copy(auth_file, 0600);
  for (const auto& name : names_in(root + auth_directory)) copy(auth_directory + ("/" + name), 0600);
  // No package makes itself a catalog: the machine's comes, and its server is not there.
  for (const auto* kind : {"sqlite3", "pgsql", "mysql"})
    put(tree, std::string("/etc/dbconfig-common/bacula-director-") + kind + ".conf",
        "dbc_install='false'\ndbc_upgrade='false'\n", 0600);
  Lent lent;
  if (const auto text = environment::wget_options(fetching.apt_config); !text.empty())
    put(tree, lent.wgetrc = wget_file, text, 0600);
  if (!fetching.keyring.empty())
    put(tree, lent.keyring = keyring_file,
        environment::without_armor(system::read_file(root + fetching.keyring)), 0644);
  for (auto* path : {&lent.wgetrc, &lent.keyring})
    if (!path->empty()) path->insert(0, tree);
  return lent;
}

void tidy_tree(const MakeEnvironment& action, const std::string& machine) {
  const system::TreeRoot root(action.path);
  // How the machine fetches; the names of sources may hold passwords too.
  for (const auto* file : {dpkg_file, apt_file, wget_file, keyring_file, auth_file, "/etc/apt/sources.list",
                           "/etc/resolv.conf", "/debootstrap"})
    take_away(action.path + file);
  for (const auto* directory : {auth_directory, "/etc/apt/sources.list.d", "/var/lib/apt/lists"})
    empty(root, directory);
  for (const auto& tree : environment::left_out_trees()) empty(root, tree);
  // What Bacula's packages bring has passwords that nobody has; the machine's is made later.
  if (root.has(action.configuration)) {
    const auto place = root.real_path(action.configuration);
    for (const auto& name : names_in(place))
      if (name.ends_with(".conf")) take_away(fs::path(place) / name);
  }
  write_policy(action.path);
  copy_machine_files(action.path, machine);
}

}  // namespace recover
