// The only file that knows libefivar.
#include "recover/system/efi.hpp"

#include <linux/magic.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>

extern "C" {
#include <efivar/efivar.h>
}

#include "recover/error.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/efi_load_option.hpp"

namespace recover::system {
namespace {

constexpr const char* firmware = "/sys/firmware/efi";
constexpr const char* order_name = "BootOrder";
// For the trial alone; nobody else's.
constexpr efi_guid_t own_vendor =
    EFI_GUID(0x6e0c4e3b, 0x7d54, 0x4f0a, 0x9c1d, 0x2f, 0x8e, 0x5b, 0x60, 0xa7, 0x13);
constexpr const char* own_name = "RecoverTrial";
constexpr std::uint32_t attributes =
    EFI_VARIABLE_NON_VOLATILE | EFI_VARIABLE_BOOTSERVICE_ACCESS | EFI_VARIABLE_RUNTIME_ACCESS;

efi_guid_t global_vendor() {
  return EFI_GLOBAL_GUID;
}

// libefivar reads EFIVARFS_PATH when it is loaded, and never again; tests set it. It ends in a slash.
std::string efivarfs_path() {
  const auto* path = std::getenv("EFIVARFS_PATH");
  return path != nullptr ? path : "/sys/firmware/efi/efivars/";
}

bool is_efivarfs(const std::string& path) {
  struct statfs filesystem {};
  return ::statfs(path.c_str(), &filesystem) == 0 &&
         static_cast<std::uint32_t>(filesystem.f_type) == EFIVARFS_MAGIC;
}

std::string entry_name(std::uint16_t number) {
  char name[16];
  std::snprintf(name, sizeof name, "Boot%04X", static_cast<unsigned>(number));
  return name;
}

std::optional<std::uint16_t> entry_number(std::string_view name) {
  if (name.size() != 8 || !name.starts_with("Boot")) return std::nullopt;
  name.remove_prefix(4);
  if (name.find_first_not_of("0123456789ABCDEF") != std::string_view::npos) return std::nullopt;
  return static_cast<std::uint16_t>(std::strtoul(std::string(name).c_str(), nullptr, 16));
}

struct Free {
  void operator()(std::uint8_t* memory) const { std::free(memory); }
};

struct Variable {
  std::string data;
  std::uint32_t attributes = 0;
};

// Nothing: it is not there, or cannot be read; then errno says why.
std::optional<Variable> read_variable(const efi_guid_t& vendor, const std::string& name) {
  std::uint8_t* data = nullptr;
  std::size_t size = 0;
  Variable variable;
  if (::efi_get_variable(vendor, name.c_str(), &data, &size, &variable.attributes) < 0) return std::nullopt;
  const std::unique_ptr<std::uint8_t, Free> owner(data);
  variable.data.assign(reinterpret_cast<const char*>(data), size);
  return variable;
}

// What libefivar was doing when it got the system's answer.
std::string innermost() {
  char *file = nullptr, *function = nullptr, *message = nullptr;
  int line = 0, error = 0;
  std::string text;
  if (::efi_error_get(0, &file, &function, &line, &message, &error) > 0 && message != nullptr) text = message;
  ::efi_error_clear();
  return text.empty() ? "" : " (" + text + ")";
}

// How the kernel turns the firmware's answers into an errno: drivers/firmware/efi/efi.c, efi_status_to_err.
std::string firmware_remedy(int error) {
  switch (error) {
    case ENOSPC:
    case ENOMEM:
      return "The firmware's store for variables is full. Remove crash dumps that the kernel left in it (rm "
             "/sys/fs/pstore/* and rm /sys/firmware/efi/efivars/dump-type0-*) and old boot entries "
             "(efibootmgr, then efibootmgr -b NUMBER -B), then reboot once: firmware often makes room only "
             "then";
    case EROFS:
      return "Mount it writable: mount -o remount,rw /sys/firmware/efi/efivars. When it is, the firmware "
             "itself protects its variables: look for that in its setup";
    case EACCES:
    case EPERM:
      return "Run as root. When you are root, the firmware or the kernel's lockdown forbids it: look for a "
             "protection of the boot entries in the firmware's setup";
    case EINVAL:
      return "The firmware does not take it. Update the firmware, or boot by the fallback path: "
             "--without-efi-variables";
    case ENOSYS:
    case ENOENT:
      return "The kernel does not reach the firmware's variables: boot the rescue system in UEFI mode, "
             "without noefi and efi=noruntime, and mount -t efivarfs efivarfs /sys/firmware/efi/efivars";
    default:
      return "See what the kernel says: dmesg | grep -i efi. Where the firmware cannot, boot by the fallback "
             "path: --without-efi-variables";
  }
}

[[noreturn]] void fail(const std::string& tried, int error) {
  throw Failed("Could not " + tried + " in the firmware: " + answer(error) + innermost(),
               firmware_remedy(error));
}

void remove_variable(const efi_guid_t& vendor, const std::string& name) {
  ::efi_error_clear();
  if (::efi_del_variable(vendor, name.c_str()) == 0) return;
  const int error = errno;
  if (error != ENOENT) fail("remove the variable " + name, error);
  ::efi_error_clear();
}

void write_variable(const efi_guid_t& vendor, const std::string& name, std::string data) {
  // libefivar does not truncate. efivarfs replaces a variable as a whole; a directory in its place does not.
  if (!is_efivarfs(efivarfs_path())) remove_variable(vendor, name);
  ::efi_error_clear();
  if (::efi_set_variable(vendor, name.c_str(), reinterpret_cast<std::uint8_t*>(data.data()), data.size(),
                         attributes, 0600) != 0)
    fail("write the variable " + name, errno);
  const auto read = read_variable(vendor, name);
  if (!read) fail("read back the variable " + name, errno);
  if (read->data != data || read->attributes != attributes)
    throw Failed("The firmware took the variable " + name + " but gives back something else",
                 "Its store may be damaged: load the defaults in its setup, or update it. Until then the "
                 "machine can boot by the fallback path: --without-efi-variables");
}

// Empty when libefivar reaches the variables, and they can be written.
std::string why_not_usable() {
  const auto path = efivarfs_path();
  if (std::getenv("EFIVARFS_PATH") == nullptr) {
    if (::access(firmware, F_OK) != 0)
      return "this system was not started by UEFI firmware (there is no /sys/firmware/efi)";
    if (::access(path.c_str(), F_OK) != 0)
      return "the kernel does not offer the firmware's variables (there is no /sys/firmware/efi/efivars): it "
             "was started with noefi or efi=noruntime, or is a real-time kernel";
    if (!is_efivarfs(path)) return "efivarfs is not mounted at /sys/firmware/efi/efivars";
  }
  if (::efi_variables_supported() == 0)
    return "libefivar found no variables when recover was started; if efivarfs was mounted since, start "
           "recover again";
  struct statvfs filesystem {};
  if (::statvfs(path.c_str(), &filesystem) != 0) return "efivarfs does not answer: " + answer(errno);
  if ((filesystem.f_flag & ST_RDONLY) != 0)
    return "efivarfs is mounted read-only at /sys/firmware/efi/efivars";
  return {};
}

// fs/efivarfs/super.c, efivarfs_statfs, since Linux 6.7: bytes, as the firmware's QueryVariableInfo gives
// them, less what the kernel keeps back. All zero before that, and where the firmware does not tell.
std::optional<std::int64_t> free_for_variables() {
  struct statvfs filesystem {};
  if (::statvfs(efivarfs_path().c_str(), &filesystem) != 0 || filesystem.f_blocks == 0) return std::nullopt;
  return static_cast<std::int64_t>(filesystem.f_bavail * filesystem.f_frsize);
}

std::vector<std::uint16_t> numbers(const std::string& data) {
  std::vector<std::uint16_t> read;
  for (std::size_t i = 0; i + 2 <= data.size(); i += 2)
    read.push_back(static_cast<std::uint16_t>(static_cast<unsigned char>(data[i]) |
                                              static_cast<unsigned char>(data[i + 1]) << 8));
  return read;
}

// The names first: the iterator is one for the whole library, and must come to its end.
std::vector<std::uint16_t> entry_numbers() {
  std::vector<std::uint16_t> found;
  efi_guid_t* vendor = nullptr;
  char* name = nullptr;
  const auto global = global_vendor();
  while (::efi_get_next_variable_name(&vendor, &name) > 0) {
    if (::efi_guid_cmp(vendor, &global) != 0) continue;
    if (const auto number = entry_number(name)) found.push_back(*number);
  }
  std::sort(found.begin(), found.end());
  return found;
}

void read_variables(EfiFacts& facts) {
  // What is no load option, or cannot be read, is not an entry by which anything would boot.
  for (const auto number : entry_numbers())
    if (const auto variable = read_variable(global_vendor(), entry_name(number)))
      if (auto entry = read_load_option(variable->data)) {
        entry->number = number;
        facts.entries.push_back(std::move(*entry));
      }
  if (const auto order = read_variable(global_vendor(), order_name)) facts.order = numbers(order->data);
  if (const auto current = read_variable(global_vendor(), "BootCurrent");
      current && current->data.size() == 2)
    facts.current = numbers(current->data).front();
  ::efi_error_clear();
}

}  // namespace

EfiFacts read_efi() noexcept {
  EfiFacts facts;
  facts.booted = ::access(firmware, F_OK) == 0;
  facts.problem = why_not_usable();
  facts.usable = facts.problem.empty();
  // Read-only variables tell as much as others.
  if (::efi_variables_supported() == 0) return facts;
  facts.free_bytes = free_for_variables();
  read_variables(facts);
  return facts;
}

void write_efi_entry(const EfiEntry& entry, const EfiPartition& partition) {
  write_variable(global_vendor(), entry_name(entry.number), load_option(entry, partition));
}

void remove_efi_entry(std::uint16_t number) {
  remove_variable(global_vendor(), entry_name(number));
}

void write_boot_order(const std::vector<std::uint16_t>& order) {
  std::string data;
  for (const auto number : order)
    (data += static_cast<char>(number & 0xff)) += static_cast<char>(number >> 8);
  // An empty variable is none: UEFI specification 2.10, 8.2, SetVariable.
  if (data.empty()) return remove_variable(global_vendor(), order_name);
  write_variable(global_vendor(), order_name, data);
}

void try_efi_variable() {
  const std::string data(256, 'r');
  try {
    write_variable(own_vendor, own_name, data);
  } catch (Error& error) {
    try {
      remove_variable(own_vendor, own_name);
    } catch (const Error& left) {
      error.add_aftermath(left.problem());
    }
    throw;
  }
  remove_variable(own_vendor, own_name);
}

}  // namespace recover::system
