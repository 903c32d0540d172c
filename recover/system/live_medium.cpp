#include "recover/system/live_medium.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <sstream>

#include "recover/system/text.hpp"

namespace recover::system {
namespace {

constexpr std::array places{
    "/run/archiso/bootmnt",       // mkinitcpio-archiso: Arch, SystemRescue
    "/run/archiso/copytoram",     // the same
    "/run/archiso/img_dev",       // the same, booted from an image file
    "/run/live/medium",           // live-boot: Debian, Grml, Clonezilla
    "/lib/live/mount/medium",     // live-boot before 2018
    "/run/live/findiso",          // the same, booted from an image file
    "/run/live/fromiso",          // the same
    "/run/initramfs/live",        // dracut's dmsquash-live: Fedora, Gentoo, openSUSE
    "/run/initramfs/isoscan",     // the same, booted from an image file
    "/run/initramfs/livedev",     // the same
    "/run/overlay/live",          // kiwi-live: openSUSE
    "/cdrom",                     // casper: Ubuntu
    "/mnt/cdrom",                 // Gentoo before dracut
    "/mnt/livecd",                // the same
    "/iso",                       // NixOS
    "/mnt-system",                // Knoppix
    "/run/initramfs/memory/data"  // Slax, Porteus
};

// The image that a live system's root comes from.
bool is_image(const std::string& type) {
  return type == "squashfs" || type == "erofs";
}

// udev writes "\x20" for what may not stand in a name of /dev/disk.
std::string decoded(const std::string& text) {
  std::string plain;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text.compare(at, 2, "\\x") == 0 && at + 4 <= text.size()) {
      plain += static_cast<char>(std::strtol(text.substr(at + 2, 2).c_str(), nullptr, 16));
      at += 3;
    } else {
      plain += text[at];
    }
  }
  return plain;
}

struct Way {
  const char* before;
  const std::string BlockDevice::*what;
};

// How a kernel's command line names a device (dracut.cmdline(7), live-boot(7)).
constexpr std::array ways{
    Way{"CDLABEL=", &BlockDevice::fs_label},
    Way{"LABEL=", &BlockDevice::fs_label},
    Way{"PARTUUID=", &BlockDevice::partition_uuid},
    Way{"PARTLABEL=", &BlockDevice::partition_name},
    Way{"UUID=", &BlockDevice::fs_uuid},
    Way{"/dev/disk/by-label/", &BlockDevice::fs_label},
    Way{"/dev/disk/by-partuuid/", &BlockDevice::partition_uuid},
    Way{"/dev/disk/by-partlabel/", &BlockDevice::partition_name},
    Way{"/dev/disk/by-uuid/", &BlockDevice::fs_uuid},
};

bool names(const std::string& specification, const BlockDevice& device) {
  for (const auto& way : ways)
    if (specification.starts_with(way.before)) {
      const auto wanted = decoded(specification.substr(std::char_traits<char>::length(way.before)));
      return !wanted.empty() && same_uuid(device.*way.what, wanted);
    }
  // live-boot's fromiso=/dev/sdb1/path/of.iso has a path behind the device.
  return specification.starts_with("/dev/") &&
         (specification == device.path || specification.starts_with(device.path + "/"));
}

// What a parameter names, as the ways above have it; empty when it names no medium.
std::string medium_of(const std::string& parameter) {
  const auto equals = parameter.find('=');
  if (equals == std::string::npos) return "";
  const auto name = parameter.substr(0, equals);
  auto value = parameter.substr(equals + 1);
  // docs/README.bootparams of mkinitcpio-archiso.
  if (name == "archisolabel") return "LABEL=" + value;
  if (name == "archisosearchuuid") return "UUID=" + value;
  if (name == "archisodevice" || name == "img_dev") return value;
  // live-boot(7): "live-media" also takes words like "removable", which name no device.
  if (name == "live-media" || name == "fromiso") return value;
  // dracut.cmdline(7), "Booting live images".
  if (name == "root" && value.starts_with("live:")) return value.substr(5);
  return name == "cdroot" ? value : "";  // Gentoo before dracut
}

bool is_place(const std::string& target) {
  return std::find(places.begin(), places.end(), target) != places.end();
}

}  // namespace

void mark_live_medium(std::vector<BlockDevice>& devices, const std::vector<MountPoint>& mounts,
                      const std::string& command_line) {
  for (const auto& mount : mounts) {
    if (!is_place(mount.target) && !is_image(mount.type)) continue;
    for (auto& device : devices)
      if (device.path == mount.source && device.live.empty()) device.live = "mounted on " + mount.target;
  }
  std::istringstream parameters(command_line);
  for (std::string parameter; parameters >> parameter;) {
    const auto medium = medium_of(parameter);
    if (medium.empty()) continue;
    for (auto& device : devices)
      if (device.live.empty() && names(medium, device))
        device.live = "the kernel was started with " + printable(parameter);
  }
}

}  // namespace recover::system
