#include "recover/system/devices.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <map>
#include <thread>
#include <utility>

#include "recover/system/device_content.hpp"
#include "recover/system/device_identity.hpp"
#include "recover/system/device_use.hpp"
#include "recover/system/files.hpp"
#include "recover/system/filesystem_usage.hpp"
#include "recover/system/live_medium.hpp"

namespace recover::system {
namespace {

// O_NONBLOCK: an empty or locked CD drive answers at once.
constexpr int only_look = O_RDONLY | O_CLOEXEC | O_NONBLOCK;

bool is_node_of(const std::string& path, dev_t number) {
  struct stat info = {};
  return ::stat(path.c_str(), &info) == 0 && S_ISBLK(info.st_mode) && info.st_rdev == number;
}

// Where the node is now; empty when there is none. In sysfs a '!' stands for the '/' of /dev/cciss/c0d0.
std::string path_of(const KernelDevice& device) {
  if (!device.mapper_name.empty()) {
    auto path = "/dev/mapper/" + device.mapper_name;  // what lvm and the mount table call it
    if (is_node_of(path, device.number)) return path;
  }
  auto path = "/dev/" + device.name;
  std::replace(path.begin(), path.end(), '!', '/');
  return is_node_of(path, device.number) ? path : "";
}

// open(2): O_EXCL without O_CREAT on a block device fails with EBUSY while the kernel or somebody holds it,
// in whatever mount namespace. It is let go of at once.
bool held_exclusively(const std::string& path) {
  const Descriptor device(::open(path.c_str(), only_look | O_EXCL));
  return !device && errno == EBUSY;
}

struct Found {
  KernelDevice kernel;
  BlockDevice device;
  std::string own_use;
  bool held = false;
};

using Tables = std::map<std::string, DeviceContent>;  // of whole disks, by kernel name

Found look_at(KernelDevice kernel, const std::string& path, const DeviceUses& uses, Tables& tables) {
  Found found;
  auto& device = found.device;
  device.path = path;
  device.serial = kernel.serial;
  device.wwn = kernel.wwn;
  device.model = kernel.model;
  device.number = kernel.partition;
  device.start = kernel.partition != 0 ? kernel.start * 512 : 0;
  device.sector = kernel.sector;
  device.volume = kernel.volume;
  device.size = kernel.size;
  device.read_only = kernel.read_only;
  found.own_use = uses.of(kernel);
  found.held = held_exclusively(path);
  if (const Descriptor fd(::open(path.c_str(), only_look)); fd) {
    auto content = read_content(fd.get());
    device.fs_type = content.fs_type;
    device.fs_uuid = content.fs_uuid;
    device.fs_label = content.fs_label;
    device.usage = read_usage(fd.get(), content.fs_type);
    if (kernel.disk == kernel.name) tables[kernel.name] = std::move(content);
  }
  found.kernel = std::move(kernel);
  return found;
}

// Of a device-mapper device, of the disk beneath.
const std::string& disk_of(const KernelDevice& kernel) {
  return kernel.beneath.empty() ? kernel.disk : kernel.beneath;
}

void add_table(Found& found, const Tables& tables) {
  const auto table = tables.find(disk_of(found.kernel));
  if (table == tables.end()) return;
  auto& device = found.device;
  device.table_uuid = table->second.table_uuid;
  if (found.kernel.name == table->first) device.table_type = table->second.table_type;
  // Some disks have no serial: those of user-mode Linux, virtual ones that were given none. What they hold
  // tells them apart as long as their table is there.
  if (device.serial.empty()) device.serial = device.table_uuid;
  if (found.kernel.partition == 0) return;
  for (const auto& entry : table->second.partitions) {
    if (entry.start != found.kernel.start) continue;
    device.partition_uuid = entry.uuid;
    device.partition_type = entry.type;
    device.partition_name = entry.name;
  }
}

// Who merely looks, as another recover does, opens a device so for a moment: what is still held a little
// later is in use.
void ask_again_who_holds(std::vector<Found>& all) {
  const auto unexplained = [](const Found& found) {
    return found.held && found.own_use.empty();
  };
  for (int tries = 0; tries < 3 && std::any_of(all.begin(), all.end(), unexplained); ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    for (auto& found : all)
      if (unexplained(found)) found.held = held_exclusively(found.device.path);
  }
}

// A disk is used by what uses its partitions, and a partition by what uses all of its disk.
std::string use_of(const Found& found, const std::vector<Found>& all) {
  if (!found.own_use.empty()) return found.own_use;
  const bool whole = found.kernel.disk == found.kernel.name;
  for (const auto& other : all) {
    if (&other == &found || other.own_use.empty() || other.kernel.disk != found.kernel.disk) continue;
    if (whole) return "its partition " + other.device.path + " is " + other.own_use;
    if (other.kernel.name == found.kernel.disk)
      return "its disk " + other.device.path + " is " + other.own_use;
  }
  return found.held ? "opened exclusively by another process, or mounted in another mount namespace" : "";
}

}  // namespace

std::vector<BlockDevice> read_devices(const std::vector<MountPoint>& mounts) {
  const DeviceUses uses(mounts);
  std::vector<Found> all;
  Tables tables;
  std::map<std::string, std::string> paths;
  for (auto& kernel : read_kernel_devices()) {
    const auto path = path_of(kernel);
    if (path.empty()) continue;
    paths[kernel.name] = path;
    all.push_back(look_at(std::move(kernel), path, uses, tables));
  }
  ask_again_who_holds(all);
  std::vector<BlockDevice> devices;
  for (auto& found : all) {
    add_table(found, tables);
    const auto& name = disk_of(found.kernel);
    const auto disk = paths.find(name);
    found.device.disk = disk != paths.end() ? disk->second : "/dev/" + name;
    found.device.in_use = use_of(found, all);
    for (const auto& beneath : found.kernel.lies_on)
      found.device.beneath.push_back(paths.contains(beneath) ? paths[beneath] : "/dev/" + beneath);
  }
  devices.reserve(all.size());
  for (auto& found : all) devices.push_back(std::move(found.device));
  mark_live_medium(devices, mounts, read_file_or("/proc/cmdline", ""));
  return devices;
}

}  // namespace recover::system
