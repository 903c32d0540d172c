// A broken btrfs as the root directory of a File Daemon: read-only, each subvolume at its place, and what the
// daemon itself needs in memory, where a running machine has a filesystem in memory too.
//
//     ClientTree tree(request, observer);
//     processes.start({"chroot", tree.root(), ...});
//     tree.release();
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "recover/event.hpp"
#include "recover/salvage_action.hpp"
#include "recover/system/read_only_view.hpp"

namespace recover::salvage {

struct ClientTreeRequest {
  BrokenPlace place;
  std::vector<BesideBroken> beside;
  std::string root;         // directory that the tree is mounted at; made
  std::string environment;  // root of what is seen read-only at `programs`
};

class ClientTree {
 public:
  // In the tree: the environment, and a directory in memory.
  static constexpr const char* programs = "/run/recover-environment";
  static constexpr const char* working = "/run/recover-bacula";

  // Tells "rung" with "rung", "options" and "answer" for each way that is tried. Throws Failed when none
  // mounts, or not all of it is at its place.
  ClientTree(const ClientTreeRequest& request, Observer& observer);
  ~ClientTree();
  ClientTree(const ClientTree&) = delete;
  ClientTree& operator=(const ClientTree&) = delete;

  const std::string& root() const { return root_; }
  // Where the machine's fstab mounts something that is not mounted here: what a backup has below is not gone.
  const std::vector<std::string>& uncovered() const { return uncovered_; }
  // Whether a directory of the machine is covered by what a running machine has in memory: its attributes are
  // not those that the broken filesystem has.
  static bool covers(std::string_view directory);
  // Throws Failed; then what is left is tried again by the destructor.
  void release();

 private:
  void mount_at(const std::string& source, const std::string& inside, const std::string& type,
                const std::string& options);
  void mount_broken(const BrokenPlace& place, Observer& observer);
  void mount_beside(const std::vector<BesideBroken>& beside);
  void look_at_fstab();

  std::string root_;
  std::unique_ptr<system::ReadOnlyView> view_;  // of the broken devices
  std::vector<std::string> mounted_, uncovered_;
};

// Mount points of an fstab's text, as it is written for a machine: absolute paths, but not the root.
std::vector<std::string> fstab_points(const std::string& fstab);

}  // namespace recover::salvage
