// What a File Daemon says of files that it could not read, or not all of them: the words are Bacula's
// (src/filed/backup.c, src/findlib/find_one.c of 9.6), a job ends well with them.
#pragma once

#include <map>
#include <string>

namespace recover::bacula {

// Path to why; a directory's without a slash at its end. `messages`: the file that a Messages resource
// appends to.
std::map<std::string, std::string> unreadable_files(const std::string& messages);

}  // namespace recover::bacula
