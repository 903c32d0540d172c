// Which files of a restored tree are not the backup's any more, because salvaged ones took their place: a
// list as backup.files, beside it. It is written before the first file is taken, so of each of them either
// may be there.
#pragma once

#include <sys/stat.h>

#include <map>
#include <string>

namespace recover {

inline constexpr const char* taken_list_name = "/salvaged.files";

using TakenFiles = std::map<std::string, std::string>;  // path, any bytes -> LSTAT

// As Bacula writes it (bacula/lstat.hpp).
std::string to_lstat(const struct stat& status);

// `keep`: the state directory. None when nothing was taken. Throws Failed.
TakenFiles read_taken(const std::string& keep);
// Those of an earlier run stay on it. Durable. Throws Failed.
void add_taken(const std::string& keep, const TakenFiles& taken);

}  // namespace recover
