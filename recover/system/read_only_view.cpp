#include "recover/system/read_only_view.hpp"

#include <fcntl.h>
#include <linux/btrfs.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"

namespace recover::system {
namespace {

[[noreturn]] void failed(const std::string& device, int error) {
  throw Failed("No read-only loop device could be put over " + device + ": " + answer(error),
               "Loop devices are needed to read it without any risk of writing: modprobe loop");
}

// Those that are there; and first the one that the kernel gives, where it can be asked.
std::vector<std::string> candidates() {
  std::vector<std::string> paths;
  if (const Descriptor control(::open("/dev/loop-control", O_RDWR | O_CLOEXEC)); control) {
    const int number = ::ioctl(control.get(), LOOP_CTL_GET_FREE);
    if (number >= 0) paths.push_back("/dev/loop" + std::to_string(number));
  }
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/dev", error)) {
    const auto name = entry.path().filename().string();
    if (name.size() > 4 && name.starts_with("loop") && std::isdigit(static_cast<unsigned char>(name[4])))
      paths.push_back(entry.path());
  }
  return paths;
}

loop_config configuration(const Descriptor& backing, const std::string& device) {
  loop_config config{};
  config.fd = static_cast<__u32>(backing.get());
  int sector = 0;
  if (::ioctl(backing.get(), BLKSSZGET, &sector) == 0) config.block_size = static_cast<__u32>(sector);
  // Direct: an error of the device comes as one of the sectors that were asked for, and nothing is cached
  // twice.
  config.info.lo_flags = LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO;
  device.copy(reinterpret_cast<char*>(config.info.lo_file_name), LO_NAME_SIZE - 1);
  return config;
}

// Another program may take the same one between two calls: then the next is tried.
std::pair<Descriptor, std::string> attach(const std::string& device) {
  const Descriptor backing(::open(device.c_str(), O_RDONLY | O_CLOEXEC));
  if (!backing) failed(device, errno);
  const auto config = configuration(backing, device);
  int error = ENODEV;
  for (int round = 0; round < 8; ++round)
    for (const auto& path : candidates()) {
      Descriptor loop(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
      if (!loop) continue;
      if (::ioctl(loop.get(), LOOP_CONFIGURE, &config) == 0) return {std::move(loop), path};
      error = errno;
      if (error != EBUSY) failed(device, error);
    }
  failed(device, error);
}

// Else what comes to that number later would be taken for a part of this filesystem.
void forget(const std::string& path) noexcept {
  const Descriptor control(::open("/dev/btrfs-control", O_RDWR | O_CLOEXEC));
  if (!control || path.size() >= BTRFS_PATH_NAME_MAX) return;
  btrfs_ioctl_vol_args arguments{};
  path.copy(arguments.name, BTRFS_PATH_NAME_MAX - 1);
  (void)::ioctl(control.get(), BTRFS_IOC_FORGET_DEV, &arguments);
}

}  // namespace

ReadOnlyView::ReadOnlyView(const std::vector<std::string>& devices) : devices_(devices) {
  for (const auto& device : devices) {
    auto [loop, path] = attach(device);
    int read_only = 0;
    if (::ioctl(loop.get(), BLKROGET, &read_only) != 0 || read_only == 0) failed(device, EACCES);
    held_.push_back(std::move(loop));
    paths_.push_back(path);
  }
}

ReadOnlyView::~ReadOnlyView() {
  for (const auto& path : paths_) forget(path);
}

std::string ReadOnlyView::with_real_names(std::string text) const {
  const auto name = [](const std::string& path) {
    return path.substr(path.rfind('/') + 1);
  };
  std::vector<std::pair<std::string, std::string>> names;  // none of which is looked for in another's place
  for (std::size_t i = 0; i < paths_.size(); ++i) names.emplace_back(name(paths_[i]), name(devices_[i]));
  for (std::size_t at = 0; at < text.size();) {
    const auto found = std::find_if(names.begin(), names.end(), [&](const auto& pair) {
      const auto end = at + pair.first.size();
      return text.compare(at, pair.first.size(), pair.first) == 0 &&
             (end >= text.size() || !std::isdigit(static_cast<unsigned char>(text[end]))) &&
             (at == 0 || !std::isalnum(static_cast<unsigned char>(text[at - 1])));
    });
    if (found != names.end()) text.replace(at, found->first.size(), found->second);
    at += found == names.end() ? 1 : found->second.size();
  }
  return text;
}

}  // namespace recover::system
