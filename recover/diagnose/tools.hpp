// What the tools tell that read a btrfs without the kernel, and of its disks. None of them writes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "recover/broken_btrfs.hpp"
#include "recover/diagnose/evidence.hpp"
#include "recover/system/process.hpp"

namespace recover::diagnosis {

// Of what `btrfs device stats` prints: "[/dev/sda2].write_io_errs    0".
std::vector<DeviceCounters> counters_of(std::string_view text);

// Of what `btrfs check` prints and how it ends. A line that only names a phase is no complaint.
CheckOutcome check_of(std::string_view text, int status);

// The addresses of the subvolumes' logs in what `btrfs inspect-internal dump-tree -b LOG_ROOT` prints.
std::vector<std::uint64_t> logs_of(std::string_view text);

// All throw what Processes::run() throws. `devices`: paths.
CheckOutcome check_filesystem(system::Processes& processes, const BrokenBtrfs& broken);
// By the newest whole superblock, whichever copy that is.
bool tools_open(system::Processes& processes, const BrokenBtrfs& broken);
LogTree look_at_log(system::Processes& processes, const BrokenBtrfs& broken);
// `mount_point`: where it is mounted.
std::vector<DeviceCounters> count_errors(system::Processes& processes, const std::string& mount_point);
DiskHealth ask_smart(system::Processes& processes, const std::string& disk);

}  // namespace recover::diagnosis
