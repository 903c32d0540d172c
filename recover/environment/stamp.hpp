// environment.toml at the root of a recovery environment: that it was made by recover, from what, and what
// its proof was. It is written when all else is there, and proven.
#pragma once

#include <optional>
#include <string>

#include "recover/facts.hpp"

namespace recover::environment {

std::string to_text(const EnvironmentStamp& stamp);

// Of the environment at `root`. Nothing where there is none, or one that cannot be read.
std::optional<EnvironmentStamp> read_stamp(const std::string& root);

}  // namespace recover::environment
