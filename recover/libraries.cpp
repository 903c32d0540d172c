// Knows nothing of the libraries but their versions. Those that tell theirs only to the compiler are named by
// CMakeLists.txt, which has found them.
#include "recover/libraries.hpp"

#include <blkid/blkid.h>
#include <gnu/libc-version.h>
#include <libmount/libmount.h>
#include <lzo/lzoconf.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <zlib.h>

namespace recover {
namespace {

std::string told(int (*ask)(const char**)) {
  const char* version = nullptr;
  ask(&version);
  return version == nullptr ? "" : version;
}

std::string blkid_version() {
  const char *version = nullptr, *date = nullptr;
  ::blkid_get_library_version(&version, &date);
  return version == nullptr ? "" : version;
}

}  // namespace

std::vector<Library> libraries() {
  return {
      {"glibc", ::gnu_get_libc_version()},
      {"libblkid", blkid_version()},
      {"libmount", told(::mnt_get_library_version)},
      {"OpenSSL", ::OpenSSL_version(OPENSSL_VERSION_STRING)},
      {"zlib", ::zlibVersion()},
      {"LZO", ::lzo_version_string()},
      {"SQLite", ::sqlite3_libversion()},
      {"libefivar", RECOVER_BUILT_WITH_EFIVAR, false},
      {"libbtrfsutil", RECOVER_BUILT_WITH_BTRFSUTIL, false},
      {"Boost", RECOVER_BUILT_WITH_BOOST, false},
      {"spdlog", RECOVER_BUILT_WITH_SPDLOG, false},
      {"nlohmann-json", RECOVER_BUILT_WITH_JSON, false},
      {"toml++", RECOVER_BUILT_WITH_TOMLPLUSPLUS, false},
  };
}

std::string version_text() {
  std::string text = "recover " RECOVER_VERSION "\n";
  for (const auto& library : libraries())
    text += "  " + library.name + " " + library.version + (library.as_loaded ? "\n" : " (built with)\n");
  return text;
}

}  // namespace recover
