// The lock across processes: who ends, however, lets go; a child that lives on does not hold it.
#include "recover/system/lock.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "recover/error.hpp"
#include "recover/system/process.hpp"
#include "tests/system/in_child.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::system {
namespace {

TEST(LockAcrossProcesses, IsRefusedToAnotherAndNamesTheHolder) {
  const tests::TemporaryDirectory dir;
  const Lock lock(dir / "lock");
  const auto other = tests::in_child([&]() -> std::string {
    try {
      const Lock second(dir / "lock");
    } catch (const Locked& error) {
      return error.problem();
    }
    return "taken";
  });
  EXPECT_NE(other.find(": pid " + std::to_string(::getpid())), std::string::npos) << other;
}

TEST(LockAcrossProcesses, IsFreeAfterASigkillAlsoWhileAChildOfTheDeadLivesOn) {
  const tests::TemporaryDirectory dir;
  EXPECT_EQ(tests::in_child([&]() -> std::string {
              const Lock lock(dir / "lock");
              // setsid: out of the group, and no child of ours: it survives.
              real_processes()->run({.argv = {"sh", "-c", "setsid -f sleep 5; kill -KILL $PPID; sleep 5"}});
              return "";
            }),
            "signal 9");
  const Lock again(dir / "lock");
}

}  // namespace
}  // namespace recover::system
