// bscan: rebuilds a catalog from the volumes alone. It reads every byte of them, and its exit code is not
// believed: what the catalog then knows is looked at (catalog_sight.hpp).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "recover/system/process.hpp"

namespace recover::bacula {

struct VolumesToScan {
  struct Volume {
    std::string name;
    std::int64_t size = 0, written = 0;
    bool operator==(const Volume&) const = default;
  };
  std::vector<Volume> volumes;  // in the order in which they were written: a job goes from one to the next
  std::vector<std::string> left_out;  // sentences: what else lies there
  std::int64_t bytes = 0;
};

// All of the directory, whatever jobs are on them: a catalog that lacks one would give its name to a new one.
VolumesToScan volumes_to_scan(const std::string& directory);

// A bootstrap file that names them whole. bscan takes a list of names of 127 bytes at most.
std::string scan_list(const VolumesToScan& volumes);

// What it may take, where nothing is known of the disk. Measured: 50 MiB a second.
std::int64_t scan_seconds(std::int64_t bytes);

// Bytes that are read, and of how many.
using OnScanned = std::function<void(std::int64_t bytes, std::int64_t total, const std::string& volume)>;

// Throws Failed when it could not begin, ended badly or hung, Interrupted.
void scan(system::Processes& processes, const std::vector<std::string>& argv, const VolumesToScan& volumes,
          std::chrono::milliseconds stall, const OnScanned& on_scanned);

}  // namespace recover::bacula
