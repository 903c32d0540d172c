#include "recover/system/device_identity.hpp"

#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <set>

#include "recover/system/files.hpp"

namespace recover::system {
namespace {

namespace fs = std::filesystem;

// Firmware pads with blanks and zero bytes; an operator has to be able to type what is left.
std::string trimmed(std::string text) {
  std::erase_if(text, [](unsigned char c) { return c < ' ' || c == 0x7f; });
  const auto from = text.find_first_not_of(' ');
  if (from == std::string::npos) return "";
  return text.substr(from, text.find_last_not_of(' ') - from + 1);
}

std::string attribute(const std::string& path) {
  return trimmed(read_file_or(path, ""));
}

std::int64_t number_in(const std::string& path) {
  return std::strtoll(attribute(path).c_str(), nullptr, 10);
}

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    names.push_back(at->path().filename().string());
  }
  std::sort(names.begin(), names.end(),
            [](const auto& a, const auto& b) { return ::strverscmp(a.c_str(), b.c_str()) < 0; });
  return names;
}

// A USB bridge often hides the disk's own serial number; the one of the bridge is what udev shows then. It
// stands some directories above the SCSI device, in the one that has an idVendor.
std::string usb_serial(const fs::path& device) {
  std::error_code error;
  for (auto at = fs::canonical(device, error); !error && at.has_relative_path(); at = at.parent_path()) {
    if (fs::exists(at / "idVendor", error)) return attribute(at / "serial");
  }
  return "";
}

std::string loop_serial(const std::string& block) {
  auto file = read_file_or(block + "/loop/backing_file", "");
  if (file.ends_with('\n')) file.pop_back();
  // " (deleted)" stays: such a device is not the one that the path names now.
  const auto offset = attribute(block + "/loop/offset");
  return offset.empty() || offset == "0" || file.empty() ? file : file + "@" + offset;
}

// What a driver says that has none: printf("%s", NULL) in arch/um/drivers/ubd_kern.c, and some USB bridges.
bool says_nothing(const std::string& serial) {
  return serial == "(null)" || serial.find_first_not_of('0') == std::string::npos;
}

// Of a partition, its disk; of anything else, itself.
std::string disk_of(const std::string& block, const std::string& name) {
  if (!exists(block + "/partition")) return name;
  std::error_code error;
  const auto real = fs::canonical(block, error);
  return error ? name : real.parent_path().filename().string();
}

std::string serial_of(const std::string& block) {
  if (auto file = loop_serial(block); !file.empty()) return file;
  for (const char* place : {"/device/serial", "/serial"}) {  // NVMe and MMC; virtio
    if (auto serial = attribute(block + place); !says_nothing(serial)) return serial;
  }
  auto scsi = serial_in_vpd_page_80(read_file_or(block + "/device/vpd_pg80", ""));
  if (!says_nothing(scsi)) return scsi;
  for (const char* place : {"/dm/uuid", "/md/uuid"}) {
    if (auto uuid = attribute(block + place); !uuid.empty()) return uuid;
  }
  return usb_serial(block + "/device");
}

std::string wwn_of(const std::string& block) {
  for (const char* place : {"/wwid", "/device/wwid"}) {  // NVMe namespaces; SCSI
    auto wwid = attribute(block + place);
    // The same number as udev and lsblk show it.
    if (wwid.starts_with("naa.")) return "0x" + wwid.substr(4);
    if (!wwid.empty()) return wwid;
  }
  return "";
}

// The whole disks that a device lies on, through all layers of device-mapper; an array of md is a disk of its
// own. At most two: more tell nothing more.
void add_disks_beneath(const std::string& directory, const std::string& name, std::set<std::string>& disks,
                       int depth = 0) {
  const auto slaves = names_in(directory + name + "/slaves");
  if (depth > 0 && (slaves.empty() || !name.starts_with("dm-")))
    disks.insert(disk_of(directory + name, name));
  if (depth < 16 && (depth == 0 || name.starts_with("dm-")))
    for (const auto& slave : slaves) add_disks_beneath(directory, slave, disks, depth + 1);
}

std::string only_disk_beneath(const std::string& directory, const std::string& name) {
  std::set<std::string> disks;
  add_disks_beneath(directory, name, disks);
  return disks.size() == 1 ? *disks.begin() : "";
}

// The device that a loop device's file lies on, or is, where the filesystem is on one alone. A btrfs has a
// device number of its own, and none in sysfs.
std::string device_of_file(const std::string& sys, std::string file) {
  struct stat info = {};
  if (file.ends_with('\n')) file.pop_back();
  if (file.empty() || ::stat(file.c_str(), &info) != 0) return "";
  std::error_code error;
  const auto number = S_ISBLK(info.st_mode) ? info.st_rdev : info.st_dev;
  const auto block = fs::canonical(
      sys + "/dev/block/" + std::to_string(major(number)) + ":" + std::to_string(minor(number)), error);
  return error ? "" : block.filename().string();
}

// What is written through `name` ends on these: LVM over an array over partitions over disks.
void add_all_beneath(const std::string& sys, const std::string& name, std::vector<std::string>& found) {
  const auto block = sys + "/class/block/" + name;
  auto next = names_in(block + "/slaves");
  next.push_back(disk_of(block, name));
  next.push_back(device_of_file(sys, read_file_or(block + "/loop/backing_file", "")));
  for (const auto& beneath : next) {
    if (beneath.empty() || beneath == name || std::find(found.begin(), found.end(), beneath) != found.end())
      continue;
    found.push_back(beneath);
    add_all_beneath(sys, beneath, found);
  }
}

std::string model_of(const std::string& block) {
  auto model = attribute(block + "/device/model");
  return model.empty() ? attribute(block + "/device/name") : model;  // MMC
}

bool passed_over(const std::string& name, const std::string& block) {
  for (const char* kind :
       {"ram", "zram", "fd"}) {  // opening a floppy drive takes seconds, with or without a disk
    if (name.starts_with(kind)) return true;
  }
  return attribute(block + "/hidden") == "1";
}

}  // namespace

std::string volume_name(const std::string& mapper_name, const std::string& mapper_uuid) {
  // lib/misc/lvm-string.c, build_dm_name(): '-' within a name is doubled, a single one separates.
  if (!mapper_uuid.starts_with("LVM-")) return mapper_name;
  std::string name;
  int separators = 0;
  for (std::size_t i = 0; i < mapper_name.size(); ++i) {
    if (mapper_name[i] != '-') {
      name += mapper_name[i];
    } else if (i + 1 < mapper_name.size() && mapper_name[i + 1] == '-') {
      name += '-';
      ++i;
    } else {
      name += '/';
      ++separators;
    }
  }
  return separators == 1 ? name : mapper_name;
}

std::string serial_in_vpd_page_80(const std::string& page) {
  if (page.size() < 4 || static_cast<unsigned char>(page[1]) != 0x80) return "";
  const auto length = static_cast<std::size_t>(static_cast<unsigned char>(page[2])) * 256 +
                      static_cast<unsigned char>(page[3]);
  return trimmed(page.substr(4, length));
}

std::vector<KernelDevice> read_kernel_devices(const std::string& sys) {
  const auto directory = sys + "/class/block/";
  std::vector<KernelDevice> devices;
  for (const auto& name : names_in(directory)) {
    const auto block = directory + name;
    KernelDevice device;
    device.name = device.disk = name;
    device.size = number_in(block + "/size") * 512;  // always in units of 512, whatever the sector size
    if (device.size <= 0 || passed_over(name, block)) continue;
    unsigned major_number = 0, minor_number = 0;
    if (std::sscanf(attribute(block + "/dev").c_str(), "%u:%u", &major_number, &minor_number) != 2) continue;
    device.number = makedev(major_number, minor_number);
    device.read_only = attribute(block + "/ro") == "1";
    device.disk = disk_of(block, name);
    device.partition = static_cast<int>(number_in(block + "/partition"));
    device.start = number_in(block + "/start");
    device.mapper_name = attribute(block + "/dm/name");
    if (!device.mapper_name.empty()) {
      device.volume = volume_name(device.mapper_name, attribute(block + "/dm/uuid"));
      device.beneath = only_disk_beneath(directory, name);
    }
    const auto disk = directory + (device.beneath.empty() ? device.disk : device.beneath);
    device.sector = std::max<std::int64_t>(512, number_in(disk + "/queue/logical_block_size"));
    device.serial = serial_of(disk);
    device.wwn = wwn_of(disk);
    device.model = model_of(disk);
    add_all_beneath(sys, name, device.lies_on);
    device.holders = names_in(block + "/holders");
    devices.push_back(std::move(device));
  }
  return devices;
}

}  // namespace recover::system
