#include "disks.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace killpoint {
namespace {

void sync_filesystem(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;  // unmounted meanwhile, which has written it
  ::syncfs(fd);
  ::close(fd);
}

void sync_device(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw std::runtime_error("could not open " + path);
  ::fsync(fd);
  ::close(fd);
}

// Documentation/admin-guide/iostats.rst: behind the name fields 5 to 7 are writes, writes merged and sectors
// written, 12 to 14 the same of discards. The times among them are of no interest.
std::string written(const std::string& device) {
  std::ifstream file("/sys/class/block/" + device.substr(device.rfind('/') + 1) + "/stat");
  std::vector<std::string> fields;
  for (std::string field; file >> field;) fields.push_back(field);
  if (fields.size() < 14) throw std::runtime_error("no statistics of " + device);
  return fields[6] + " " + fields[13];
}

}  // namespace

Disks::Disks(std::vector<std::string> devices) : devices_(std::move(devices)), before_(devices_.size()) {}

bool Disks::changed(pid_t process) {
  flush(process);
  std::vector<std::string> now;
  for (const auto& device : devices_) now.push_back(written(device));
  return std::exchange(before_, now) != now;
}

void Disks::flush(pid_t process) const {
  const auto root = "/proc/" + std::to_string(process);
  std::ifstream table(root + "/mountinfo");
  std::set<std::string> synced;  // one mount of a device is enough
  for (std::string line; std::getline(table, line);) {
    std::istringstream before(line), behind(line.substr(line.find(" - ") + 3));
    std::string word, point, type, source;
    before >> word >> word >> word >> word >> point;
    behind >> type >> source;
    if (std::find(devices_.begin(), devices_.end(), source) == devices_.end()) continue;
    if (synced.insert(source).second) sync_filesystem(root + "/root" + point);
  }
  for (const auto& device : devices_) sync_device(device);
}

}  // namespace killpoint
