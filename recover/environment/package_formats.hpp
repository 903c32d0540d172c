// What package managers keep about what is installed, as values. Text in, packages out; docs: dpkg's
// deb-control(5), Portage's "vdb" (PMS, chapter "Installed packages database").
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace recover::environment {

struct Package {
  std::string name;  // "libc6", "sys-libs/glibc"
  std::string version;
  std::string key;                    // what its own files are found by: "libc6:amd64", "sys-libs/glibc-2.38"
  std::vector<std::string> needs;     // names, of alternatives all: those that are installed count
  std::vector<std::string> provides;  // other names that it answers to
  bool operator==(const Package&) const = default;
};

// /var/lib/dpkg/status: those that are installed.
std::vector<Package> parse_dpkg_status(std::string_view text);
// /var/lib/dpkg/info/NAME.list: absolute paths.
std::vector<std::string> parse_dpkg_list(std::string_view text);

// "sys-libs/glibc-2.38-r10": name and version; the version is empty when there is none.
Package portage_package(const std::string& key);
// CONTENTS: the paths of files, links and directories.
std::vector<std::string> parse_portage_contents(std::string_view text);
// RDEPEND: every package that is named in it, whatever the condition, without version, slot and USE flags.
std::vector<std::string> parse_portage_atoms(std::string_view text);
// REQUIRES and PROVIDES: "x86_64: libc.so.6 libm.so.6" as "x86_64:libc.so.6" ...
std::vector<std::string> parse_portage_libraries(std::string_view text);

}  // namespace recover::environment
