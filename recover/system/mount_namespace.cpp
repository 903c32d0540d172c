#include <sched.h>
#include <sys/mount.h>

#include <cerrno>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/mount.hpp"

namespace recover::system {

void enter_private_mount_namespace() {
  if (::unshare(CLONE_NEWNS) != 0) {
    const int error = errno;
    throw Failed(
        "Could not make a mount namespace for this run: " + answer(error),
        error == EPERM ? "Run as root, outside of any container" : remedy_for(error, "/proc/self/ns"));
  }
  // Without this, shared mounts (systemd makes all of them shared) would carry ours back,
  // mount_namespaces(7).
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) {
    const int error = errno;
    throw Failed("Could not keep the mounts of this run to itself (mount --make-rslave /): " + answer(error),
                 error == EINVAL
                     ? "The root directory is no mount point: this is a chroot. Start recover outside of "
                       "it, or bind-mount its directory over itself before entering"
                     : "Run as root, outside of any container");
  }
}

}  // namespace recover::system
