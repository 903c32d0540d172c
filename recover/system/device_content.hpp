// What lies on a block device: its filesystem and its partition table.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace recover::system {

struct PartitionEntry {
  int number = 0;
  std::int64_t start = 0, size = 0;  // in units of 512 bytes
  std::string uuid, type, name;      // GPT: the partition's GUID, its type's, its name
};

struct DeviceContent {
  std::string fs_type, fs_uuid, fs_label;  // fs_type "ambivalent": several lie over each other;
                                           // "unreadable": nobody knows
  std::string table_type, table_uuid;      // "gpt", "dos"; its GUID or number
  std::vector<PartitionEntry> partitions;
};

// Only reads. `fd` is an open block device, or a file that looks like one; it stays open. What cannot be read
// stays empty.
DeviceContent read_content(int fd);

}  // namespace recover::system
