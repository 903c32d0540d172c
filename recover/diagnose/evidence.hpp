// What a diagnosis has found: plain values. Nothing in them can act.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "recover/broken_btrfs.hpp"
#include "recover/diagnose/kernel_words.hpp"
#include "recover/diagnose/pstore.hpp"
#include "recover/diagnose/smart.hpp"

namespace recover::diagnosis {

// Names, inodes and extents that were read, not the content of files.
struct LookedAt {
  std::int64_t things = 0;            // that could be read
  std::int64_t unreadable = 0;        // that could not
  std::vector<std::string> problems;  // the first of these, printable: "/home/x: Input/output error"
  bool all = true;                    // false: the time was up
};

struct TriedSubvolume {
  std::string path, mount;  // from the top level; on the machine
  LookedAt looked;
};

// A rung of the ladder that mounts.
struct MountTrial {
  std::string rung, options;
  bool mounted = false;
  std::string answer;                   // why it was not; else empty
  std::vector<std::string> kernel;      // what the kernel said of it meanwhile
  std::vector<std::string> subvolumes;  // that are there, by their paths; nothing where they cannot be listed
  std::vector<TriedSubvolume> tried;
};

// What the filesystem has counted on a device: btrfs device stats.
struct DeviceCounters {
  std::string device;
  std::int64_t write = 0, read = 0, flush = 0, corruption = 0, generation = 0;
};

struct CheckOutcome {
  bool clean = false;
  bool finished = false;           // else it gave up
  std::vector<std::string> words;  // the lines that complain, the first 20
};

struct LogTree {
  std::uint64_t at = 0;  // logical address; 0: there is none, nothing waits to be played back
  std::string problem;   // why it cannot be read; empty: it can
};

// The machine's own entry among those of the firmware.
struct BootEntry {
  bool known = false;    // the firmware was asked
  bool present = false;  // it is there and active
  std::string words;     // a sentence without a full stop
};

struct BackupAge {
  std::string words;      // "BackupAlder (job 7), Incremental, 2026-11-23 01:14:41"; empty: none is known
  std::int64_t time = 0;  // seconds since 1970; 0: not known
  std::string problem;    // why none is known
};

struct Evidence {
  std::int64_t now = 0;  // seconds since 1970
  BrokenBtrfs broken;
  std::uint64_t expected = 1;        // devices that the profile gives it
  std::uint64_t attached = 0;        // of the profile's
  std::vector<BlockDevice> devices;  // of those of `broken`, and the disks that they are on
  std::string in_use;                // who holds it, so that nothing was mounted; else empty
  bool spared = false;               // the disk fails: it was not mounted, nor read any further
  std::vector<MountTrial> trials;    // in their order; the last one mounted, if any did
  std::optional<bool> tools_open;    // btrfs restore finds its trees without the kernel; nothing: not tried
  LogTree log;
  std::vector<DeviceCounters> counters;
  std::optional<CheckOutcome> check;              // nothing: not asked for
  std::vector<DiskHealth> health;                 // of each disk
  std::optional<std::vector<KernelWord>> kernel;  // nothing: its log cannot be read
  std::vector<CrashRecord> crashes;
  std::vector<KernelWord> crash_words;  // of the crashes
  std::string storage;                  // mount point of the storage volume; empty: not mounted
  std::int64_t free_bytes = 0;          // on it
  BackupAge backup;
  std::optional<std::int64_t> written;  // when the filesystem was last written, seconds since 1970
  BootEntry entry;

  // That mounted; none if none did.
  const MountTrial* mounted() const;
};

// All of it in lines for people, most weighty first.
std::vector<std::string> lines_of(const Evidence& evidence);

}  // namespace recover::diagnosis
