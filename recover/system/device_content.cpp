// The only file that knows libblkid.
#include "recover/system/device_content.hpp"

#include <blkid/blkid.h>

#include <memory>

namespace recover::system {
namespace {

struct Release {
  void operator()(blkid_probe probe) const { ::blkid_free_probe(probe); }
};
using Probe = std::unique_ptr<blkid_struct_probe, Release>;

constexpr int ambivalent = -2, unreadable = -1;  // blkid_do_safeprobe()

std::string text_of(const char* text) {
  return text == nullptr ? "" : text;
}

std::string value_of(blkid_probe probe, const char* name) {
  const char* value = nullptr;
  return ::blkid_probe_lookup_value(probe, name, &value, nullptr) == 0 ? text_of(value) : "";
}

void read_filesystem_signature(blkid_probe probe, DeviceContent& content) {
  ::blkid_probe_enable_superblocks(probe, 1);
  ::blkid_probe_set_superblocks_flags(probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_UUID | BLKID_SUBLKS_LABEL);
  const int result = ::blkid_do_safeprobe(probe);
  if (result == ambivalent) content.fs_type = "ambivalent";
  if (result == unreadable) content.fs_type = "unreadable";
  if (result != 0) return;
  content.fs_type = value_of(probe, "TYPE");
  content.fs_uuid = value_of(probe, "UUID");
  content.fs_label = value_of(probe, "LABEL");
}

void read_partition_table(blkid_probe probe, DeviceContent& content) {
  ::blkid_probe_enable_partitions(probe, 1);
  const blkid_partlist list = ::blkid_probe_get_partitions(probe);
  if (list == nullptr) return;
  if (const blkid_parttable table = ::blkid_partlist_get_table(list); table != nullptr) {
    content.table_type = text_of(::blkid_parttable_get_type(table));
    content.table_uuid = text_of(::blkid_parttable_get_id(table));
  }
  for (int i = 0; i < ::blkid_partlist_numof_partitions(list); ++i) {
    const blkid_partition partition = ::blkid_partlist_get_partition(list, i);
    content.partitions.push_back({::blkid_partition_get_partno(partition),
                                  static_cast<std::int64_t>(::blkid_partition_get_start(partition)),
                                  static_cast<std::int64_t>(::blkid_partition_get_size(partition)),
                                  text_of(::blkid_partition_get_uuid(partition)),
                                  text_of(::blkid_partition_get_type_string(partition)),
                                  text_of(::blkid_partition_get_name(partition))});
  }
}

}  // namespace

DeviceContent read_content(int fd) {
  DeviceContent content;
  const Probe probe(::blkid_new_probe());
  if (!probe || ::blkid_probe_set_device(probe.get(), fd, 0, 0) != 0) return content;
  read_filesystem_signature(probe.get(), content);
  ::blkid_probe_enable_superblocks(probe.get(), 0);
  read_partition_table(probe.get(), content);
  return content;
}

}  // namespace recover::system
