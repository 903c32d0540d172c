// What a grub.cfg would boot: its menu entries that start a Linux, read without running its script language.
//
//     for (const auto& entry : parse_grub_config(text)) entry.kernel, entry.root ...
#pragma once

#include <string>
#include <vector>

#include "recover/facts.hpp"

namespace recover {

// Entries in order, those of submenus too. Of a BootMenuEntry the fields title, root, filesystem, kernel and
// initramfs are set. grub-mkconfig's forms are known: linux, linux16, linuxefi, initrd, initrd16, initrdefi,
// search --fs-uuid with --hint options, quotes.
std::vector<BootMenuEntry> parse_grub_config(const std::string& text);

// A boot loader specification file (loader/entries/*.conf), which a grub.cfg with "blscfg" reads at boot.
BootMenuEntry parse_boot_loader_entry(const std::string& text);

// Every filesystem UUID in root=, search --fs-uuid and --fs-uuid --set, each once.
std::vector<std::string> named_uuids(const std::string& text);

// "6.1.0-18-amd64" of "/@/boot/vmlinuz-6.1.0-18-amd64"; empty when the name tells no version.
std::string kernel_version(const std::string& kernel);

}  // namespace recover
