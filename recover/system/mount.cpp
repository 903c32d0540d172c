// The only file that knows libmount.
#include "recover/system/mount.hpp"

#include <fcntl.h>
#include <libmount/libmount.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <optional>
#include <set>
#include <string_view>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/files.hpp"

namespace recover::system {
namespace {

struct Release {
  void operator()(libmnt_table* table) const { ::mnt_unref_table(table); }
  void operator()(libmnt_iter* iterator) const { ::mnt_free_iter(iterator); }
  void operator()(libmnt_context* context) const { ::mnt_free_context(context); }
  void operator()(char* text) const { std::free(text); }
};
template <typename T>
using Owned = std::unique_ptr<T, Release>;

struct Entry {
  int id;
  MountPoint mount;
};

std::string text_of(const char* text) {
  return text == nullptr ? "" : text;
}

std::vector<Entry> read_table() {
  // Not mnt_table_parse_mtab(): that mixes in /run/mount/utab, which is hearsay.
  const Owned<libmnt_table> table(::mnt_new_table_from_file("/proc/self/mountinfo"));
  const Owned<libmnt_iter> iterator(::mnt_new_iter(MNT_ITER_FORWARD));
  if (!table || !iterator) {
    throw Failed("Could not read the mount table /proc/self/mountinfo",
                 "Mount /proc: mount -t proc proc /proc");
  }
  std::vector<Entry> all;
  libmnt_fs* fs = nullptr;
  while (::mnt_table_next_fs(table.get(), iterator.get(), &fs) == 0) {
    all.push_back({::mnt_fs_get_id(fs),
                   {text_of(::mnt_fs_get_source(fs)), text_of(::mnt_fs_get_target(fs)),
                    text_of(::mnt_fs_get_fstype(fs)), text_of(::mnt_fs_get_options(fs)),
                    text_of(::mnt_fs_get_root(fs))}});
  }
  return all;
}

bool has_option(const std::string& options, const char* name) {
  char* value = nullptr;
  std::size_t size = 0;
  return ::mnt_optstr_get_option(options.c_str(), name, &value, &size) == 0;
}

std::optional<std::string> option_value(const std::string& options, const char* name) {
  char* value = nullptr;
  std::size_t size = 0;
  if (::mnt_optstr_get_option(options.c_str(), name, &value, &size) != 0) return {};
  return std::string(value == nullptr ? "" : value, size);
}

bool asks_read_only(const std::string& options) {
  // The last of the two counts, mount(8).
  bool read_only = false;
  std::string copy = options;
  char* rest = copy.data();
  char *name = nullptr, *value = nullptr;
  std::size_t name_size = 0, value_size = 0;
  while (::mnt_optstr_next_option(&rest, &name, &name_size, &value, &value_size) == 0) {
    const std::string_view option(name, name_size);
    if (option == "ro") read_only = true;
    if (option == "rw") read_only = false;
  }
  return read_only;
}

std::string canonical(const std::string& path) {
  const Owned<char> real(::realpath(path.c_str(), nullptr));
  return real ? real.get() : path;
}

// What is wrong with the mount that `entry` shows, or empty.
std::string discrepancy(const MountPoint& entry, const std::string& type, const std::string& options) {
  const bool bind = has_option(options, "bind") || has_option(options, "rbind");
  if (!bind && !type.empty() && type != "auto" && entry.type != type) return "it is of type " + entry.type;
  if (asks_read_only(options) && !has_option(entry.options, "ro")) return "it is writable";
  if (auto subvolume = option_value(options, "subvol"); subvolume && !bind) {
    // The kernel takes subvol=@ and subvol=/@ alike and shows the latter.
    const auto wanted = subvolume->starts_with('/') ? *subvolume : "/" + *subvolume;
    if (entry.root != wanted) return "it shows the subvolume " + entry.root;
  }
  return "";
}

std::string spoken(const std::string& source, const std::string& target, const std::string& options) {
  return source + " on " + target + (options.empty() ? "" : " with the options " + options);
}

std::string remedy(libmnt_context* context, const std::string& type, const std::string& options) {
  if (::mnt_context_syscall_called(context) == 1 && ::mnt_context_get_syscall_errno(context) == ENOENT &&
      type == "btrfs") {
    // fs/btrfs: ENOENT also means a device that was never scanned, as where no udev runs.
    if (has_option(options, "subvol")) return "See which subvolumes there are: btrfs subvolume list";
    return "One of its devices may not be known to the kernel: btrfs device scan, then btrfs filesystem show";
  }
  return "See what the kernel says: dmesg | tail";
}

// mount(2) lets a recursive bind mount become read-only at its top only; mount_setattr(2), Linux 5.12, does
// all.
bool make_all_read_only(const std::string& target) {
  mount_attr attributes = {};
  attributes.attr_set = MOUNT_ATTR_RDONLY;
  return ::mount_setattr(AT_FDCWD, target.c_str(), AT_RECURSIVE, &attributes, sizeof attributes) == 0;
}

[[noreturn]] void undo(const std::string& target, Failed error) {
  if (::umount2(target.c_str(), UMOUNT_NOFOLLOW) != 0) {
    error.add_aftermath("Could not unmount " + target + " again: " + answer(errno));
  }
  throw error;
}

}  // namespace

std::vector<MountPoint> read_mounts() {
  std::vector<MountPoint> mounts;
  for (auto& entry : read_table()) mounts.push_back(std::move(entry.mount));
  return mounts;
}

void mount(const std::string& source, const std::string& target, const std::string& type,
           const std::string& options) {
  const auto what = "Could not mount " + spoken(source, target, options);
  const Owned<libmnt_context> context(::mnt_new_context());
  if (!context) throw Failed(what + ": out of memory", "End what is not needed and try again");
  ::mnt_context_disable_mtab(context.get(), 1);
  ::mnt_context_disable_helpers(context.get(), 1);
  ::mnt_context_disable_swapmatch(context.get(), 1);
  ::mnt_context_set_optsmode(context.get(), MNT_OMODE_NOTAB);
  const auto where = canonical(target);
  std::set<int> before;  // the numbers of what is mounted there already: mounts stack
  for (const auto& entry : read_table()) {
    if (entry.mount.target == where) before.insert(entry.id);
  }
  if (::mnt_context_set_source(context.get(), source.c_str()) != 0 ||
      ::mnt_context_set_target(context.get(), where.c_str()) != 0 ||
      (!type.empty() && ::mnt_context_set_fstype(context.get(), type.c_str()) != 0) ||
      (!options.empty() && ::mnt_context_set_options(context.get(), options.c_str()) != 0)) {
    throw Failed(what + ": the options cannot be understood", "Compare them with mount(8)");
  }
  const int result = ::mnt_context_mount(context.get());
  char words[1024] = {};
  if (::mnt_context_get_excode(context.get(), result, words, sizeof words) != MNT_EX_SUCCESS) {
    throw Failed(what + ": " + (words[0] == '\0' ? "no reason was given" : words),
                 remedy(context.get(), type, options));
  }
  if (has_option(options, "rbind") && asks_read_only(options) && !make_all_read_only(where)) {
    const int error = errno;
    undo(where, {what + ": making all below it read-only: " + answer(error),
                 "A kernel of 5.12 or newer is needed for that"});
  }
  // The last entry of a target is the one that is seen.
  std::optional<MountPoint> seen;
  for (auto& entry : read_table()) {
    if (entry.mount.target == where && !before.contains(entry.id)) seen = std::move(entry.mount);
  }
  if (!seen) {
    throw Failed(what + ": the system says that it is mounted, but the mount table does not show it",
                 "See: findmnt " + where);
  }
  if (const auto wrong = discrepancy(*seen, type, options); !wrong.empty()) {
    undo(where, {what + ": it was mounted, but " + wrong, "See what the kernel says: dmesg | tail"});
  }
}

}  // namespace recover::system
