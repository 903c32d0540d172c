#include <algorithm>
#include <array>

#include "checks/checks.hpp"

namespace recover::checks {
namespace {

// What libblkid (libblkid/src/superblocks) calls a part of something larger: of a volume group, an array, a
// pool. Those of firmware RAIDs all end like "isw_raid_member".
bool is_member(const std::string& type) {
  constexpr std::array others{"bcache",
                              "drbd",
                              "drbdmanage_control_volume",
                              "drbdproxy_datalog",
                              "ceph_bluestore",
                              "DM_snapshot_cow",
                              "stratis",
                              "vdo"};
  return type.ends_with("_member") || std::find(others.begin(), others.end(), type) != others.end();
}

Answer ask(const Profile& profile, const Facts& facts) {
  for (const auto& target : find_erased(profile, facts)) {
    if (!target.device) return unknown("the disk " + target.disk.name + " was not found");
    for (const auto& device : lost_with(target, facts))
      if (is_member(device.fs_type))
        return fails(device.path + " is a part of something larger (" + device.fs_type +
                         (device.fs_uuid.empty() ? "" : " " + device.fs_uuid) +
                         "), and the plan would destroy it",
                     "See what it belongs to (lsblk, pvs, mdadm --examine, zpool import), and take it out of "
                     "that first. If all of it may go: wipefs --all " +
                         device.path);
  }
  return holds("it belongs to no volume group, array or pool");
}

}  // namespace

Check target_not_member() {
  return {.name = "target-not-member",
          .question = "Is the target no part of an LVM group, a RAID set or a pool?",
          .ask = ask,
          .refuses = true,
          .before_destroying = true};
}

}  // namespace recover::checks
