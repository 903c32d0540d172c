#include "recover/system/network_namespace.hpp"

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/files.hpp"

namespace recover::system {
namespace {

[[noreturn]] void fail(const std::string& tried, int error) {
  throw Failed("Could not " + tried + ": " + answer(error),
               error == EPERM ? "Run as root, outside of any container" : remedy_for(error, "/proc/self/ns"));
}

}  // namespace

void enter_private_network() {
  if (::unshare(CLONE_NEWNET) != 0) fail("make a network namespace for this run", errno);
  // It is born down, network_namespaces(7); netdevice(7) tells how to bring it up.
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  struct ifreq request {};
  std::strncpy(request.ifr_name, "lo", IFNAMSIZ - 1);
  if (!socket || ::ioctl(socket.get(), SIOCGIFFLAGS, &request) != 0)
    fail("ask for the loopback device of a new network namespace", errno);
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  if (::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0)
    fail("bring up the loopback device of a new network namespace", errno);
}

}  // namespace recover::system
