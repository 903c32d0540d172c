#include <sys/mount.h>
#include <time.h>

#include <cerrno>
#include <chrono>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/mount_users.hpp"

namespace recover::system {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto patience = std::chrono::seconds(5);
constexpr std::size_t most_users = 8;

std::string users_of(const std::string& target) {
  std::string list;
  for (const auto& user : mount_users(target, most_users)) list += (list.empty() ? "" : ", ") + user;
  return list;
}

}  // namespace

void unmount(const std::string& target) {
  const auto give_up = Clock::now() + patience;
  while (::umount2(target.c_str(), UMOUNT_NOFOLLOW) != 0) {
    const int error = errno;
    // What was just ended may still be closing its files. A signal does not stop this: it is a release.
    if (error == EBUSY && Clock::now() < give_up) {
      const timespec moment = {0, 100'000'000};
      ::nanosleep(&moment, nullptr);
      continue;
    }
    const auto problem = "Could not unmount " + target + ": ";
    if (error == EINVAL) throw Failed(problem + "nothing is mounted there", "See: findmnt " + target);
    if (error != EBUSY) throw Failed(problem + answer(error), remedy_for(error, target));
    const auto users = users_of(target);
    throw Failed(problem + "it is in use" + (users.empty() ? "" : " by " + users),
                 users.empty() ? "Find out by what: fuser -vm " + target + "; then umount " + target
                               : "End or leave what uses it, then: umount " + target);
  }
}

}  // namespace recover::system
