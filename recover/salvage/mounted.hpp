// A broken btrfs, mounted so that nothing is written to it, and unmounted again on every way out.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "recover/facts.hpp"
#include "recover/salvage/reading.hpp"
#include "recover/salvage/sources.hpp"
#include "recover/salvage_action.hpp"

namespace recover::salvage {

// What mounts: a test hands in another.
class Mounts {
 public:
  virtual ~Mounts() = default;
  // What is mounted in the place of that device: a view of it that nothing can be written through. Throws
  // Failed.
  virtual std::string readable(const std::string& device) = 0;
  // Makes the directory; of type btrfs. Throws Failed.
  virtual void mount(const std::string& device, const std::string& target, const std::string& options) = 0;
  virtual void unmount(const std::string& target) = 0;  // throws Failed
  // Of the tree roots by which that filesystem is mounted; 0: the kernel does not tell.
  virtual std::uint64_t generation(const std::string& uuid) = 0;
  // Of what is mounted there: its top level. Throws Failed when that cannot be told; Interrupted.
  virtual std::vector<Subvolume> subvolumes(const std::string& target) = 0;
  // What the kernel said of the devices since it was asked last.
  virtual std::vector<std::string> kernel_words() = 0;
};

// `devices`: paths, of which the kernel's words tell.
std::unique_ptr<Mounts> real_mounts(const std::vector<std::string>& devices);

struct MountRequest {
  const BrokenPlace& place;
  std::vector<std::string> devices;  // paths; the first is mounted, the others are named to the kernel
  std::uint64_t generation = 0;      // of the newest superblock
  bool snapshots = false;
  bool log = false;  // a log tree is there: what programs synced last, which is not replayed
};

// The options of a rung's mount, without which subvolume: those of the rung, and the other devices.
std::string mount_options(const Rung& rung, const std::vector<std::string>& devices);

// The top level at the place's mount point; where that cannot be mounted, each subvolume of the profile that
// can, at "MOUNT POINT.1" and on. What of the profile cannot be reached below the top level is mounted
// likewise. Throws Failed when nothing can be mounted, with what the kernel said; Interrupted.
std::unique_ptr<Reading> open_mounted(Mounts& mounts, const MountRequest& request, const Rung& rung);

}  // namespace recover::salvage
