// What the kernel says of each block device in sysfs: which there are, and by what their hardware is known.
// Nothing is opened.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace recover::system {

struct KernelDevice {
  std::string name;  // the kernel's: "sda2", "cciss!c0d0"
  std::string disk;  // the whole disk's; its own when it is one
  dev_t number = 0;
  int partition = 0;          // its number; 0 when it is none
  std::int64_t start = 0;     // of a partition, in units of 512 bytes, as partition tables count here
  std::int64_t size = 0;      // bytes
  std::int64_t sector = 512;  // the logical one, bytes
  bool read_only = false;
  std::string serial, wwn, model;    // of the whole disk; of a device-mapper device, of the one it lies on
  std::string mapper_name;           // of a device-mapper device: "vg2-storage"
  std::string volume;                // the same as LVM calls it: "vg2/storage"; the mapper name of others
  std::string beneath;               // of a device-mapper device: the one whole disk that all of it lies on
  std::vector<std::string> lies_on;  // kernel names of all that it is built upon, through all layers
  std::vector<std::string> holders;  // kernel names of what is built upon it: "dm-0"
};

// Those of nonzero size but RAM disks, floppies and the hidden paths of NVMe multipath, sda2 before sda10.
// `sys`: where sysfs is; tests have a tree of their own.
std::vector<KernelDevice> read_kernel_devices(const std::string& sys = "/sys");

// "vg2-storage" of the device-mapper UUID "LVM-..." is "vg2/storage"; in "a--b-c" the group is "a-b". What is
// no volume of LVM, or only a layer of one, keeps its name.
std::string volume_name(const std::string& mapper_name, const std::string& mapper_uuid);

// The serial number in the SCSI vital product data page 80h (SPC-4, 7.8.15): behind a header of 4 bytes.
std::string serial_in_vpd_page_80(const std::string& page);

}  // namespace recover::system
