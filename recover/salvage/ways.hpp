// The real ways to read a broken btrfs: mounts, btrfs restore, and btrfs restore of the older tree roots that
// the superblock keeps, or btrfs-find-root finds.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "recover/broken_btrfs.hpp"
#include "recover/event.hpp"
#include "recover/salvage/mounted.hpp"
#include "recover/salvage/reading.hpp"
#include "recover/salvage/restore.hpp"
#include "recover/salvage_action.hpp"
#include "recover/system/process.hpp"

namespace recover::salvage {

// All of them outlive what is made from them.
struct WaysRequest {
  const BrokenPlace& place;
  const BrokenBtrfs& broken;
  std::string directory;  // of the salvage: scratch/ in it
  bool snapshots = false;
  std::function<std::int64_t()> free_bytes;  // there
};

// The kernel reads the first superblock of each device, and no other copy: one that has lost it is to a mount
// as one that is missing. Where all have lost it, all are tried.
std::vector<std::string> to_mount(const BrokenBtrfs& broken);
bool is_degraded(const BrokenBtrfs& broken);

std::unique_ptr<Readings> real_readings(system::Processes& processes, Mounts& mounts, WaysRequest request,
                                        Observer& observer);

}  // namespace recover::salvage
