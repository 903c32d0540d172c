// Small facts of the running system.
#pragma once

#include <cstdint>
#include <string>

namespace recover::system {

bool running_as_root() noexcept;
// Whether the root directory is another than that of the system's first process. True also when that cannot
// be seen: no /proc, not root.
bool in_chroot() noexcept;
// Whether the processor can run virtual machines, and the firmware lets it.
bool has_virtualisation();
bool names_virtualisation(const std::string& cpuinfo);  // the same of the text of /proc/cpuinfo
std::string machine_id();                               // /etc/machine-id; empty: there is none
std::string boot_id();                                  // /proc/sys/kernel/random/boot_id
std::int64_t now();                                     // seconds since 1970
std::string own_program();                              // the running executable
std::string own_directory();                            // of it

// The one form in which times are shown and kept: local, with the zone: "2026-11-23 01:20:27 +0100".
std::string local_time(std::int64_t seconds);
// As Bacula writes it, who knows no zone: "2026-11-23 01:20:27".
std::string bacula_time(std::int64_t seconds);
// For names of files: "2026-11-23_01:20:27".
std::string local_time_stamp(std::int64_t seconds);
// Of YYYY-MM-DD HH:MM:SS, as Bacula writes it; 0 when it is none.
std::int64_t seconds_of_local_time(const std::string& text);
// Of that, or of what local_time() gives; 0 when it is neither.
std::int64_t seconds_of_time(const std::string& text);

}  // namespace recover::system
