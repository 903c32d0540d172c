// What capture looks at on the running machine, as values; capture.hpp concludes the profile from them.
#pragma once

#include <string>
#include <vector>

#include "recover/bacula/names.hpp"
#include "recover/facts.hpp"
#include "recover/mount_points.hpp"

namespace recover::capture {

struct Sight {
  std::string host_name, machine_id, architecture;
  bool firmware_of_32_bits = false;
  bool virtualisation = false;  // switched on
  std::vector<BlockDevice> devices;
  std::vector<MountPoint> mounts;  // sources as `devices` calls them
  FilesystemFacts root;            // what is mounted on /; devices as `devices` calls them
  std::vector<FstabEntry> fstab;
  EfiFacts efi;
  std::vector<std::string> programs;      // of GRUB and for the initramfs, those that are there
  std::vector<std::string> grub_configs;  // paths
  std::vector<std::string> loaders;       // *.efi below \EFI on the ESP, as a boot entry names them
  bool own_fallback = false;              // the fallback path on the ESP holds a copy of another of `loaders`
  bacula::Configurations bacula;
  std::vector<std::string> own_names;  // of this machine, addresses too
  std::vector<std::string> catalogs;   // kinds that are installed
  // Directories in the root of the storage volume that look like a recovery environment, and what Bacula is
  // told in each.
  std::vector<std::string> environments;
  std::vector<bacula::Configurations> environment_configurations;
};

}  // namespace recover::capture
