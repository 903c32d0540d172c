// From the evidence to what should be done: a pure function.
#pragma once

#include <string>
#include <vector>

#include "recover/diagnose/evidence.hpp"

namespace recover::diagnosis {

enum class Advice {
  detach_clone,  // a device is attached twice: nothing may be mounted
  attach,        // none of its devices is there
  image_first,   // the disk fails: image it, and go on with the image
  make_again,    // nothing of it can be read
  salvage,       // it can be read, and is not whole
  log_replay,    // nothing is wrong but that it was not unmounted
  boot_entry,    // nothing is wrong with the disk; the boot entry is gone
  in_use,        // it is mounted: nothing was tried
  nothing,       // nothing wrong was found
};

std::string_view to_string(Advice advice);

struct Recommendation {
  Advice advice = Advice::nothing;
  std::string playbook;              // efi, storage, salvage, none
  std::string text;                  // one paragraph
  std::vector<std::string> because;  // the evidence behind it
};

// What shows that the disk, or what it hangs on, fails; empty: nothing does.
std::vector<std::string> signs_of_failing_hardware(const Evidence& evidence);

Recommendation recommend(const Evidence& evidence);

}  // namespace recover::diagnosis
