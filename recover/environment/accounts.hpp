// /etc/passwd and /etc/group of a tree that others have filled: the machine's users and groups, so that an
// owner in it is whom the machine means by that number, and those besides that only the tree has.
#pragma once

#include <string>
#include <string_view>

namespace recover::environment {

// All lines of the machine's file, as they are; behind them the tree's with a name that the machine has not.
std::string merged_accounts(std::string_view machine, std::string_view tree);

}  // namespace recover::environment
