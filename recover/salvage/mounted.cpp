#include "recover/salvage/mounted.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <map>

#include "recover/error.hpp"
#include "recover/system/btrfs.hpp"
#include "recover/system/btrfs_walk.hpp"
#include "recover/system/files.hpp"
#include "recover/system/kernel_log.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/read_only_view.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"

namespace recover::salvage {
namespace {

// As the kernel's messages have it: "loop3", "dm-0".
std::string kernel_name(const std::string& device) {
  std::error_code error;
  const auto real = std::filesystem::canonical(device, error);
  return (error ? std::filesystem::path(device) : real).filename().string();
}

class RealMounts : public Mounts {
 public:
  explicit RealMounts(const std::vector<std::string>& devices) {
    for (const auto& device : devices) devices_.push_back(kernel_name(device));
  }

  std::string readable(const std::string& device) override {
    auto& view = views_[device];
    if (!view) {
      view = std::make_unique<system::ReadOnlyView>(std::vector<std::string>{device});
      devices_.push_back(kernel_name(view->paths().front()));
    }
    return view->paths().front();
  }
  void mount(const std::string& device, const std::string& target, const std::string& options) override {
    system::make_directories(target, 0700);
    system::mount(device, target, "btrfs", options);
  }
  void unmount(const std::string& target) override { system::unmount(target); }
  std::uint64_t generation(const std::string& uuid) override {
    const auto text = system::read_file_or("/sys/fs/btrfs/" + uuid + "/generation", "");
    return std::strtoull(text.c_str(), nullptr, 10);
  }
  std::vector<Subvolume> subvolumes(const std::string& target) override {
    try {
      return system::read_filesystem(target).subvolumes;
    } catch (const Failed&) {
      return system::walk_subvolumes(target);  // a tree that it asks is damaged
    }
  }
  std::vector<std::string> kernel_words() override {
    auto words = log_.btrfs_words(devices_);
    for (auto& word : words)
      for (const auto& [device, view] : views_) word = view->with_real_names(word);
    return words;
  }

 private:
  std::vector<std::string> devices_;
  std::map<std::string, std::unique_ptr<system::ReadOnlyView>> views_;
  system::KernelLog log_;
};

class MountedReading : public Reading {
 public:
  MountedReading(Mounts& mounts, const MountRequest& request, const Rung& rung)
      : mounts_(mounts), log_(request.log), options_(mount_options(rung, request.devices)) {
    try {
      open(request, rung);
    } catch (...) {
      release();
      throw;
    }
  }
  ~MountedReading() override { release(); }
  MountedReading(const MountedReading&) = delete;
  MountedReading& operator=(const MountedReading&) = delete;

  const std::vector<Source>& sources() const override { return sources_; }
  std::string answer() const override {
    auto words = refused_;
    for (const auto& word : mounts_.kernel_words()) words.push_back(word);
    words.insert(
        words.begin(),
        log_ ? "mounted; what programs synced last is in its log, which is not replayed" : "mounted");
    return system::joined(words, "; ");
  }
  void close() override {
    while (!targets_.empty()) {
      mounts_.unmount(targets_.back());
      targets_.pop_back();
    }
  }

 private:
  void open(const MountRequest& request, const Rung& rung) {
    mounts_.kernel_words();  // of what was before
    const auto& place = request.place;
    const bool whole = try_mount(request, place.mount_point, "subvolid=5");
    const auto found = whole ? mounts_.subvolumes(place.mount_point) : std::vector<Subvolume>();
    auto parts = parts_of(place.subvolumes, found, request.snapshots);
    if (!whole) std::erase_if(parts.read, [](const auto& part) { return part.subvolume.empty(); });
    bool any = whole;
    auto way = rung;
    auto generation = request.generation;
    for (const auto& part : parts.read) {
      system::throw_if_interrupted();
      if (any) find_generation(place.uuid, way, generation);
      auto source = source_of(part, parts, place.mount_point, way, generation, false);
      if (whole && errno_of(source.at) == ENOENT) continue;  // it is gone, as the filesystem itself says
      if (!whole || errno_of(source.at) != 0) {
        source.at = mount_alone(request, part, found);
        any |= !targets_.empty();
        if (any) find_generation(place.uuid, way, generation);
        source.rung = way;
        source.generation = generation;
      }
      sources_.push_back(std::move(source));
    }
    if (any) return;
    for (const auto& word : mounts_.kernel_words()) refused_.push_back(word);
    throw Failed(system::joined(refused_, "; "), "See what the kernel says: dmesg | tail");
  }

  // By an older tree root all is as it was then, however right its checksums.
  void find_generation(const std::string& uuid, Rung& rung, std::uint64_t& generation) {
    const auto mounted = mounts_.generation(uuid);
    if (mounted == 0 || mounted >= generation) return;
    refused_.push_back("the state of generation " + std::to_string(mounted) + ", and the newest is " +
                       std::to_string(generation));
    rung.kind = RungKind::older;
    generation = mounted;
  }

  bool try_mount(const MountRequest& request, const std::string& target, const std::string& subvolume) {
    try {
      mounts_.mount(request.devices.front(), target, options_ + "," + subvolume);
    } catch (const Failed& error) {
      // Of several for the same reason the first is enough; and its beginning, device, place and options, is
      // told already.
      const auto& problem = error.problem();
      const auto at = problem.find(subvolume + ": ");
      const auto begin = at == std::string::npos ? 0 : at + subvolume.size() + 2;
      if (refused_.empty()) refused_.push_back("not mounted: " + problem.substr(begin));
      return false;
    }
    targets_.push_back(target);
    return true;
  }

  // The directory that its root is at then; nothing is there when it cannot be mounted either.
  std::string mount_alone(const MountRequest& request, const Part& part,
                          const std::vector<Subvolume>& found) {
    const auto known = std::find_if(found.begin(), found.end(), [&](const auto& subvolume) {
      return subvolume.path == part.subvolume && subvolume.id != 0;
    });
    const auto target = request.place.mount_point + "." + std::to_string(++alone_);
    const auto by =
        known == found.end() ? "subvol=" + part.subvolume : "subvolid=" + std::to_string(known->id);
    return try_mount(request, target, by) ? target : target + ".not-mounted";
  }

  static int errno_of(const std::string& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 ? 0 : errno;
  }

  // The private mount namespace takes with it what cannot be unmounted now.
  void release() noexcept {
    const system::Uninterrupted until_released;
    while (!targets_.empty()) {
      try {
        mounts_.unmount(targets_.back());
      } catch (const std::exception&) {
      }
      targets_.pop_back();
    }
  }

  Mounts& mounts_;
  bool log_;
  std::string options_;
  int alone_ = 0;
  std::vector<std::string> targets_, refused_;
  std::vector<Source> sources_;
};

}  // namespace

std::unique_ptr<Mounts> real_mounts(const std::vector<std::string>& devices) {
  return std::make_unique<RealMounts>(devices);
}

std::string mount_options(const Rung& rung, const std::vector<std::string>& devices) {
  auto options = rung.options;
  for (std::size_t i = 1; i < devices.size(); ++i) options += ",device=" + devices[i];
  return options;
}

std::unique_ptr<Reading> open_mounted(Mounts& mounts, const MountRequest& request, const Rung& rung) {
  return std::make_unique<MountedReading>(mounts, request, rung);
}

}  // namespace recover::salvage
