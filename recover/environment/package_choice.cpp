// What the recovery environment is to have of the running system, and what not.
#include <algorithm>

#include "recover/environment/package_database.hpp"

namespace recover::environment {

const std::vector<std::string>& required_programs() {
  static const std::vector<std::string> programs{
      "bacula-dir", "bacula-sd", "bacula-fd", "bconsole", "bextract", "bash",  "sh",        "cat",
      "chmod",      "chown",     "cp",        "date",     "dd",       "df",    "ln",        "ls",
      "mkdir",      "mv",        "rm",        "sort",     "stat",     "sync",  "chroot",    "grep",
      "sed",        "find",      "tar",       "blkid",    "wipefs",   "btrfs", "mkfs.btrfs"};
  return programs;
}

const std::vector<std::string>& useful_programs() {
  static const std::vector<std::string> programs{"bls",           "bscan",        "dbcheck",
                                                 "awk",           "gzip",         "xz",
                                                 "zstd",          "less",         "vi",
                                                 "nano",          "ps",           "ip",
                                                 "getfacl",       "getfattr",     "getcap",
                                                 "mount",         "umount",       "findmnt",
                                                 "lsblk",         "sfdisk",       "lvm",
                                                 "lvs",           "mdadm",        "cryptsetup",
                                                 "mkfs.vfat",     "mkfs.ext4",    "mkfs.xfs",
                                                 "xfs_repair",    "rsync",        "sqlite3",
                                                 "efibootmgr",    "grub-install", "grub-mkconfig",
                                                 "grub2-install", "psql",         "mysql",
                                                 "ldconfig",      "getent"};
  return programs;
}

bool is_bacula(const std::string& name) {
  return name.find("bacula") != std::string::npos;
}

const std::vector<std::string>& left_out_trees() {
  static const std::vector<std::string> trees{"/usr/share/doc",
                                              "/usr/share/man",
                                              "/usr/share/info",
                                              "/usr/share/locale",
                                              "/usr/share/lintian",
                                              "/usr/share/bug",
                                              "/usr/share/gtk-doc",
                                              "/usr/share/help",
                                              "/usr/include",
                                              "/usr/libexec/gcc",
                                              "/usr/src",
                                              "/usr/lib/modules",
                                              "/lib/modules",
                                              "/usr/lib/firmware",
                                              "/lib/firmware",
                                              "/boot",
                                              "/proc",
                                              "/sys",
                                              "/dev",
                                              "/run",
                                              "/tmp",
                                              "/var/tmp",
                                              "/var/cache",
                                              "/home",
                                              "/mnt",
                                              "/media"};
  return trees;
}

bool is_left_out(const std::string& path) {
  const auto& trees = left_out_trees();
  return std::any_of(trees.begin(), trees.end(), [&](const auto& tree) {
    return path.size() > tree.size() && path.starts_with(tree) && path[tree.size()] == '/';
  });
}

// No passwords among them: nobody logs in there.
const std::vector<std::string>& files_of_no_package() {
  static const std::vector<std::string> files{"/etc/passwd",
                                              "/etc/group",
                                              "/etc/nsswitch.conf",
                                              "/etc/hosts",
                                              "/etc/hostname",
                                              "/etc/machine-id",
                                              "/etc/localtime",
                                              "/etc/timezone",
                                              "/etc/ld.so.conf",
                                              "/etc/ld.so.cache",
                                              "/etc/profile",
                                              "/etc/shells",
                                              "/etc/services",
                                              "/etc/protocols",
                                              "/etc/locale.conf",
                                              "/etc/default/locale",
                                              "/etc/default/grub",
                                              "/etc/lvm/lvm.conf",
                                              "/etc/ssl/certs/ca-certificates.crt"};
  return files;
}

}  // namespace recover::environment
