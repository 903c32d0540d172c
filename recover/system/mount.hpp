// Mounts, through libmount. The only place that mounts and unmounts.
//
//     enter_private_mount_namespace();
//     mount("/dev/sda2", "/run/recover/target", "btrfs", "subvol=@,noatime");
//     unmount("/run/recover/target");
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "recover/facts.hpp"

namespace recover::system {

std::vector<MountPoint> read_mounts();  // /proc/self/mountinfo, in order; throws Failed

// options as mount -o takes them ("bind,ro" is done in two steps by the kernel's rules; with "rbind,ro"
// everything below becomes read-only too). fstab is not asked, mount helpers are not run. Throws Failed with
// the system's words and a remedy. Verifies afterwards that the mount table shows it: a new mount, of that
// type, that subvolume, and read-only when that was asked; what came out otherwise is unmounted again.
void mount(const std::string& source, const std::string& target, const std::string& type,
           const std::string& options);

// What was written to the filesystem that is mounted there is on its disk, and not in a cache of the kernel's
// or of the disk's. Throws Error, which no fallback answers: the only way to hear of what the kernel could
// not write behind its writer's back.
void write_out(const std::string& target);

// Not lazy. Retries while busy for at most 5 s; then throws Failed naming the processes that use it.
void unmount(const std::string& target);

// From here on mounts made by this process and its children are seen by them alone and vanish with them, even
// after a SIGKILL; what the rest of the system mounts still arrives (slave propagation). Throws Failed.
void enter_private_mount_namespace();

// What root can still write there: free blocks by statvfs, on btrfs those that the allocator can really give
// (it counts on metadata). Throws Failed.
std::int64_t free_bytes(const std::string& path);
// How large it is, used or not.
std::int64_t total_bytes(const std::string& path);

}  // namespace recover::system
