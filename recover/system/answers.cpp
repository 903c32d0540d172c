#include "recover/system/answers.hpp"

#include <cerrno>
#include <system_error>

namespace recover::system {

std::string answer(int error) {
  return std::generic_category().message(error);
}

std::string remedy_for(int error, const std::string& path) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
      return "Make room on its filesystem (see: df -h " + path + ") and try again";
    case EROFS:
      return "Its filesystem is mounted read-only: find out why (dmesg | tail), then mount -o remount,rw";
    case EACCES:
    case EPERM:
      return "Run as root; when you are root, see: ls -ld " + path + " and lsattr -d " + path;
    case ENOENT:
      return "See whether the path is right and its filesystem mounted: findmnt -T " + path;
    case ENOTDIR:
    case EISDIR:
    case EEXIST:
      return "Something else is in its place: ls -ld " + path;
    case EIO:
      return "The device below it has errors: dmesg | tail, and smartctl -a on its disk";
    case EMFILE:
    case ENFILE:
    case ENOMEM:
    case EAGAIN:
      return "The system is out of memory, processes or open files: end what is not needed and try again";
    default:
      return "See what the kernel says (dmesg | tail) and look at it: ls -ld " + path;
  }
}

}  // namespace recover::system
