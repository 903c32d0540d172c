// The only file that knows libefivar.
#include <sys/statvfs.h>

extern "C" {  // efivar 37 does not say so itself
#include <efivar/efivar.h>
}

#include "recover/system/machine.hpp"

namespace recover::system {

bool efi_variables_usable() noexcept {
  if (::efi_variables_supported() == 0) return false;
  // libefivar is content with an efivarfs that is mounted read-only (as some containers and rescue systems
  // do), where no entry can be written.
  struct statvfs info = {};
  return ::statvfs("/sys/firmware/efi/efivars", &info) == 0 && (info.f_flag & ST_RDONLY) == 0;
}

}  // namespace recover::system
