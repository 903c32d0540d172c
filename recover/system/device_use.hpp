// Who holds a block device, as far as the system's tables tell.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "recover/facts.hpp"
#include "recover/system/device_identity.hpp"

namespace recover::system {

class DeviceUses {
 public:
  explicit DeviceUses(const std::vector<MountPoint>& mounts, const std::string& sys = "/sys");
  // Of the device itself, not of its partitions: "mounted on /x", "used as swap", "held by dm-0
  // (vg2-storage)", "part of the btrfs that is mounted on /x"; empty when nothing is known.
  std::string of(const KernelDevice& device) const;

 private:
  void read_btrfs(const std::string& sys);

  std::string sys_;
  std::map<dev_t, std::string> mounted_on_;          // the first mount point of each
  std::map<dev_t, std::string> swaps_;               // the word
  std::map<std::string, std::string> btrfs_member_;  // by kernel name: the words
};

}  // namespace recover::system
