#include "recover/system/host.hpp"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cctype>

namespace recover::system {
namespace {

utsname names() {
  utsname all = {};
  ::uname(&all);
  return all;
}

std::string address_text(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = {};
  const void* bytes = nullptr;
  if (address->sa_family == AF_INET) bytes = &reinterpret_cast<const sockaddr_in*>(address)->sin_addr;
  if (address->sa_family == AF_INET6) bytes = &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr;
  if (bytes == nullptr || ::inet_ntop(address->sa_family, bytes, text, sizeof text) == nullptr) return "";
  return text;
}

}  // namespace

std::string host_name() {
  const std::string name = names().nodename;
  return name.substr(0, name.find('.'));
}

std::string architecture() {
  return names().machine;
}

std::vector<std::string> own_addresses() {
  std::vector<std::string> all{"localhost", "127.0.0.1", "::1", names().nodename, host_name()};
  ifaddrs* first = nullptr;
  if (::getifaddrs(&first) == 0) {
    for (const auto* at = first; at != nullptr; at = at->ifa_next)
      if (at->ifa_addr != nullptr)
        if (auto text = address_text(at->ifa_addr); !text.empty()) all.push_back(std::move(text));
    ::freeifaddrs(first);
  }
  for (auto& name : all)
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::tolower(c); });
  return all;
}

}  // namespace recover::system
