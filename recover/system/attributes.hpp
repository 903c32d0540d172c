// Extended attributes, ACLs and file capabilities among them, as the kernel holds them: names and bytes.
#pragma once

#include <map>
#include <string>

namespace recover::system {

using Attributes = std::map<std::string, std::string>;

// `path` is followed: give /proc/self/fd/N of a descriptor that was opened with O_PATH | O_NOFOLLOW, and it
// is that very file, a symbolic link too. Empty where the filesystem knows none. Throws Failed.
Attributes read_attributes(const std::string& path);
void set_attribute(const std::string& path, const std::string& name, const std::string& value);
void remove_attribute(const std::string& path, const std::string& name);

// xattr(7): ACLs are attributes with these names (acl(5)).
bool is_acl(const std::string& name);

}  // namespace recover::system
