#include "recover/system/attributes.hpp"

#include <sys/xattr.h>

#include <cerrno>
#include <cstring>

#include "recover/error.hpp"
#include "recover/system/text.hpp"

namespace recover::system {
namespace {

constexpr const char* look = "See what the filesystem says: getfattr -d -m - FILE";

// A list or a value may grow between asking for its size and reading it.
template <typename Read>
std::string read_whole(const Read& read, const std::string& what) {
  for (int tries = 0; tries < 10; ++tries) {
    const auto size = read(nullptr, 0);
    if (size <= 0) {
      if (size == 0 || errno == ENOTSUP || errno == ENODATA) return "";
      break;
    }
    std::string bytes(static_cast<std::size_t>(size), '\0');
    const auto length = read(bytes.data(), bytes.size());
    if (length >= 0) {
      bytes.resize(static_cast<std::size_t>(length));
      return bytes;
    }
    if (errno != ERANGE) break;
  }
  throw Failed("Could not read " + what + ": " + std::strerror(errno), look);
}

}  // namespace

Attributes read_attributes(const std::string& path) {
  const auto names =
      read_whole([&](char* to, std::size_t size) { return ::listxattr(path.c_str(), to, size); },
                 "the names of the extended attributes");
  Attributes attributes;
  for (std::size_t at = 0; at < names.size();) {
    const std::string name = names.c_str() + at;
    at += name.size() + 1;
    attributes[name] = read_whole(
        [&](char* to, std::size_t size) { return ::getxattr(path.c_str(), name.c_str(), to, size); },
        "the extended attribute " + printable(name));
  }
  return attributes;
}

void set_attribute(const std::string& path, const std::string& name, const std::string& value) {
  if (::setxattr(path.c_str(), name.c_str(), value.data(), value.size(), 0) != 0)
    throw Failed("Could not set " + printable(name) + ": " + std::strerror(errno), look);
}

void remove_attribute(const std::string& path, const std::string& name) {
  if (::removexattr(path.c_str(), name.c_str()) != 0)
    throw Failed("Could not remove " + printable(name) + ": " + std::strerror(errno), look);
}

bool is_acl(const std::string& name) {
  return name == "system.posix_acl_access" || name == "system.posix_acl_default";
}

}  // namespace recover::system
