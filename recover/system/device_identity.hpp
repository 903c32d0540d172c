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
  std::int64_t start = 0;  // of a partition, in units of 512 bytes, as partition tables count here
  std::int64_t size = 0;   // bytes
  bool read_only = false;
  std::string serial, wwn, model;    // of the whole disk
  std::string mapper_name;           // of a device-mapper device: "vg2-storage"
  std::vector<std::string> holders;  // kernel names of what is built upon it: "dm-0"
};

// Those of nonzero size but RAM disks, floppies and the hidden paths of NVMe multipath, sda2 before sda10.
// `sys`: where sysfs is; tests have a tree of their own.
std::vector<KernelDevice> read_kernel_devices(const std::string& sys = "/sys");

// The serial number in the SCSI vital product data page 80h (SPC-4, 7.8.15): behind a header of 4 bytes.
std::string serial_in_vpd_page_80(const std::string& page);

}  // namespace recover::system
