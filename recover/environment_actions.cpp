#include "recover/environment_actions.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "recover/bacula/catalog_copy.hpp"
#include "recover/bacula/catalog_file.hpp"
#include "recover/error.hpp"
#include "recover/layout.hpp"
#include "recover/leave_actions.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/files.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/text.hpp"
#include "recover/system/tree_removal.hpp"
#include "recover/system/tree_root.hpp"

namespace recover {
namespace {

namespace fs = std::filesystem;

// A file that is gone with its owner unless it has got another name.
struct Beside {
  explicit Beside(std::string file) : path(std::move(file)) { remove(); }
  ~Beside() { remove(); }
  Beside(const Beside&) = delete;
  Beside& operator=(const Beside&) = delete;
  // With what SQLite writes beside it.
  void remove() const {
    for (const auto* part : {"", "-journal"}) ::unlink((path + part).c_str());
  }
  std::string path;
};

}  // namespace

void copy_catalog(const CopyCatalog& action, Observer& observer) {
  const system::TreeRoot machine("/"), root(action.root);
  const auto catalog = bacula::find_catalog_file(machine, action.configuration, action.client);
  if (!catalog) throw Failed(action.configuration + "/bacula-dir.conf names no SQLite catalog", "Correct it");
  struct stat status {
  }, directory{};
  if (::stat(catalog->path().c_str(), &status) != 0 || ::stat(catalog->directory.c_str(), &directory) != 0)
    throw Failed("There is no catalog " + catalog->path() + ": " + system::answer(errno),
                 "Correct WorkingDirectory and dbname in " + action.configuration + "/bacula-dir.conf");
  root.make_directories(catalog->directory, std::nullopt);
  const auto to = root.real_path(catalog->directory);
  if (::chown(to.c_str(), directory.st_uid, directory.st_gid) != 0 ||
      ::chmod(to.c_str(), directory.st_mode & 07777) != 0)
    throw Failed("Could not give " + to + " to its owner: " + system::answer(errno),
                 system::remedy_for(errno, to));
  const auto file = to + "/" + catalog->name;
  // An environment that is in use keeps the one that it has until the new one is whole.
  const Beside beside(to + "/." + catalog->name + ".recover-new");
  const auto bytes = bacula::copy_sqlite_catalog(catalog->path(), beside.path);
  if (::chown(beside.path.c_str(), status.st_uid, status.st_gid) != 0 ||
      ::chmod(beside.path.c_str(), status.st_mode & 07777) != 0 ||
      ::rename(beside.path.c_str(), file.c_str()) != 0)
    throw Failed("Could not put the copy of the catalog in its place, " + file + ": " + system::answer(errno),
                 system::remedy_for(errno, file));
  system::sync_directory(to);
  observer.observe(Event("catalog-copied").with("from", catalog->path()).with("bytes", bytes));
}

void equip_environment(const EquipEnvironment& action) {
  copy_program({action.root, action.program, action.profile, action.playbooks, action.libraries});
}

void swap_environment(const SwapEnvironment& action, Observer& observer) {
  const auto stamp_of = [](const std::string& root) {
    return system::read_file_or(root + Layout::stamp, "");
  };
  const auto proven = stamp_of(action.keep);
  // A run that was killed behind the swap does it once more: it must not swap the old one back.
  const bool swapped = !proven.empty() && stamp_of(action.path) == proven;
  if (!swapped && (proven.empty() || stamp_of(action.made) != proven))
    throw Refused("The environment in " + action.made + " is not the one that this run has proven",
                  "Make it anew: recover --playbook environment --restart");
  for (const auto& path : {action.path, action.made})
    if (const auto points = system::mounted_below(path, system::read_mounts()); !points.empty())
      throw Refused("The recovery environment is in use: mounted in it is " + system::joined(points),
                    "Unmount it, then continue with --resume: umount " + points.back());
  if (!swapped) {
    // All of it is on the disk before it has its name.
    system::write_out(action.storage);
    const bool replaces = system::exists(action.path);
    const unsigned flags = replaces ? RENAME_EXCHANGE : RENAME_NOREPLACE;
    if (::renameat2(AT_FDCWD, action.made.c_str(), AT_FDCWD, action.path.c_str(), flags) != 0)
      throw Failed(
          "Could not put " + action.made + " in the place of " + action.path + ": " + system::answer(errno),
          "It must be a directory of the storage volume, no mount point, and no link; see renameat2(2) "
          "for filesystems that cannot exchange two");
    system::sync_directory(fs::path(action.path).parent_path().string());
  }
  observer.observe(Event("environment-swapped").with("path", action.path));
  system::remove_tree(action.made);
}

}  // namespace recover
