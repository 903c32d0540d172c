// Whether a stage3 tarball is what Gentoo has published, by what lies beside it, for environment_stage3.cpp
// alone. A checksum tells a damaged one; who made it, only a signature.
#pragma once

#include <string>
#include <vector>

#include "recover/event.hpp"
#include "recover/system/process.hpp"

namespace recover {

struct Stage3Check {
  std::vector<std::string> by;       // "SHA512 of FILE.DIGESTS", "signature FILE.asc by FINGERPRINT"
  std::vector<std::string> remarks;  // sentences: what was not checked, and why
};

// Refused when a checksum or signature is there and is another's. `scratch` is a directory of root's alone.
Stage3Check check_stage3(system::Processes& processes, const std::string& tarball, const std::string& scratch,
                         const std::string& machine, Observer& observer);

}  // namespace recover
