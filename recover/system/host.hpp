// What this machine calls itself, and what it is.
#pragma once

#include <string>
#include <vector>

namespace recover::system {

std::string host_name();                   // without a domain
std::string architecture();                // uname -m: "x86_64"
std::vector<std::string> own_addresses();  // names and addresses, lower case; "localhost" is one

}  // namespace recover::system
