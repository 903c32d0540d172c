// Who keeps a mount busy: for the sentence that says why it cannot be unmounted.
#pragma once

#include <string>
#include <vector>

namespace recover::system {

// "bash (pid 123)", "the mount on /mnt/boot below it", "the loop device loop0". At most `most`; looks for
// about a second at the longest.
std::vector<std::string> mount_users(const std::string& target, std::size_t most);

}  // namespace recover::system
