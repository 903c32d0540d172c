#include "recover/system/machine.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <ctime>
#include <sstream>
#include <string_view>

#include "recover/error.hpp"
#include "recover/system/files.hpp"

namespace recover::system {

bool in_chroot() noexcept {
  struct stat first {
  }, own{};
  return ::stat("/proc/1/root/.", &first) != 0 || ::stat("/", &own) != 0 || first.st_dev != own.st_dev ||
         first.st_ino != own.st_ino;
}

namespace {

std::string line_of(const char* file) {
  auto text = read_file_or(file, "");
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

bool running_as_root() noexcept {
  return ::geteuid() == 0;
}

bool has_virtualisation() {
  return names_virtualisation(read_file_or("/proc/cpuinfo", ""));
}

// The kernel takes the flag away when the firmware has locked the feature off: arch/x86/kernel/cpu/feat_ctl.c
// for vmx (since Linux 5.6), cpu/amd.c for svm (since 2023). Before that it stands for the processor alone.
bool names_virtualisation(const std::string& cpuinfo) {
  std::istringstream lines(cpuinfo);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string word;
    if (!(words >> word) || word != "flags") continue;
    while (words >> word)
      if (word == "vmx" || word == "svm") return true;
    return false;  // all processors have the same
  }
  return false;
}

std::string machine_id() {
  return line_of("/etc/machine-id");
}

std::string boot_id() {
  return line_of("/proc/sys/kernel/random/boot_id");
}

std::int64_t now() {
  return static_cast<std::int64_t>(std::time(nullptr));
}

namespace {

std::string read_own_program() {
  char path[PATH_MAX];
  const auto size = ::readlink("/proc/self/exe", path, sizeof path);
  if (size <= 0) {
    throw Failed("Could not find out where this program lies: /proc/self/exe cannot be read",
                 "Mount /proc: mount -t proc proc /proc");
  }
  // proc_pid_exe(5): appended after an upgrade under a running program. What lies there now is the program.
  constexpr std::string_view gone = " (deleted)";
  const std::string file(path, static_cast<std::size_t>(size));
  return file.ends_with(gone) ? file.substr(0, file.size() - gone.size()) : file;
}

}  // namespace

// Asked once, before there is a mount namespace for the run: in a chroot the kernel would name it from the
// host's root afterwards.
std::string own_program() {
  static const std::string program = read_own_program();
  return program;
}

std::string own_directory() {
  const auto file = own_program();
  const auto slash = file.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : file.substr(0, slash);
}

}  // namespace recover::system
