// Real mounts of tmpfs and of directories, in a mount namespace of the test's own. Needs root.
#include "recover/system/mount.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/process.hpp"
#include "tests/system/in_child.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::system {
namespace {

class Mounts : public testing::Test {
 protected:
  void SetUp() override {
    if (!running_as_root()) GTEST_SKIP() << "needs root";
  }
  // In a child with its own mounts, which vanish with it.
  static std::string apart(const std::function<std::string()>& what) {
    return tests::in_child([&]() -> std::string {
      try {
        enter_private_mount_namespace();
        return what();
      } catch (const Failed& error) {
        return error.problem();
      }
    });
  }
  static MountPoint shown_on(const std::string& target) {
    MountPoint last;
    for (const auto& each : read_mounts()) {
      if (each.target == target) last = each;
    }
    return last;
  }
  std::string directory(const std::string& name) const {
    std::filesystem::create_directories(dir_ / name);
    return dir_ / name;
  }

  tests::TemporaryDirectory dir_;
};

TEST_F(Mounts, AreSeenHereAndNowhereElse) {
  const auto target = directory("a b");  // mountinfo writes the blank as \040
  EXPECT_EQ(apart([&] {
              mount("tmpfs", target, "tmpfs", "size=1m,mode=0700");
              const auto seen = shown_on(target);
              return seen.type + (seen.options.find("size=1024k") != std::string::npos ? " sized" : "");
            }),
            "tmpfs sized");
  EXPECT_EQ(shown_on(target), MountPoint{});
}

TEST_F(Mounts, StackAndComeOffOneByOne) {
  const auto target = directory("t");
  EXPECT_EQ(apart([&]() -> std::string {
              mount("tmpfs", target, "tmpfs", "");
              mount("tmpfs", target, "tmpfs", "ro");
              unmount(target);
              unmount(target);
              unmount(target);
              return "three times";
            }),
            "Could not unmount " + target + ": nothing is mounted there");
}

TEST_F(Mounts, BoundReadOnlyAreReadOnly) {
  const auto from = directory("from"), to = directory("to");
  EXPECT_EQ(apart([&]() -> std::string {
              mount(from, to, "", "bind,ro");
              std::ofstream(to + "/x") << "x";
              std::ofstream(from + "/y") << "y";
              return std::string(exists(to + "/x") ? "written " : "") + (exists(to + "/y") ? "same" : "");
            }),
            "same");
}

TEST_F(Mounts, BoundReadOnlyWithAllBelowAreReadOnlyBelow) {
  const auto from = directory("from"), to = directory("to");
  directory("from/below");
  EXPECT_EQ(apart([&]() -> std::string {
              mount("tmpfs", from + "/below", "tmpfs", "");
              mount(from, to, "none", "rbind,ro");
              std::ofstream(to + "/below/x") << "x";
              std::ofstream(from + "/below/y") << "y";
              return std::string(exists(to + "/below/x") ? "written " : "") +
                     (exists(to + "/below/y") ? "same" : "");
            }),
            "same");
}

TEST_F(Mounts, ThatAreFullLeaveTheOldFileAsItWas) {
  const auto target = directory("t");
  EXPECT_EQ(apart([&]() -> std::string {
              mount("tmpfs", target, "tmpfs", "size=64k");
              write_file(target + "/f", "old", 0644);
              std::string problem;
              try {
                write_file(target + "/f", std::string(1 << 20, 'x'), 0644);
              } catch (const Failed& error) {
                problem = error.problem();
              }
              const auto names = std::distance(std::filesystem::directory_iterator(target), {});
              return problem + ", " + read_file(target + "/f") + ", " + std::to_string(names);
            }),
            "Could not write " + target + "/f: No space left on device, old, 1");
}

TEST_F(Mounts, FailWithTheSystemsWords) {
  const auto target = directory("t");
  EXPECT_EQ(apart([&]() -> std::string {
              mount("/dev/recover-no-such-device", target, "btrfs", "noatime");
              return "";
            }),
            "Could not mount /dev/recover-no-such-device on " + target +
                " with the options noatime: special device /dev/recover-no-such-device does not exist");
  EXPECT_NE(apart([&]() -> std::string {
              mount("tmpfs", target + "/nope", "tmpfs", "");
              return "";
            }).find("mount point does not exist"),
            std::string::npos);
  EXPECT_NE(apart([&]() -> std::string {
              mount("tmpfs", target, "recoverfs", "");
              return "";
            }).find("unknown filesystem type 'recoverfs'"),
            std::string::npos);
}

TEST_F(Mounts, InUseNameTheirUsers) {
  const auto target = directory("t");
  const auto problem = apart([&]() -> std::string {
    mount("tmpfs", target, "tmpfs", "");
    directory("t/below");
    mount("tmpfs", target + "/below", "tmpfs", "");
    const auto user = real_processes()->start({"sh", "-c", "exec 5<" + target + "; exec sleep 30"});
    ::usleep(200'000);
    unmount(target);
    return "";
  });
  EXPECT_TRUE(problem.starts_with("Could not unmount " + target + ": it is in use by the mount on " + target +
                                  "/below below it, sleep (pid "))
      << problem;
}

TEST_F(Mounts, ComeOffWhenTheLastUserLeaves) {
  const auto target = directory("t");
  EXPECT_EQ(apart([&]() -> std::string {
              mount("tmpfs", target, "tmpfs", "");
              const auto user = real_processes()->start({"sh", "-c", "cd " + target + "; sleep 1"});
              ::usleep(200'000);
              unmount(target);
              return shown_on(target).type + "off";
            }),
            "off");
}

TEST_F(Mounts, OfTheRestOfTheSystemStillArrive) {
  // A slave, not private: what is mounted outside later is seen. Played in two namespaces below the test's
  // own.
  const auto shared = directory("s");
  EXPECT_EQ(
      apart([&]() -> std::string {
        mount("tmpfs", shared, "tmpfs", "");
        const auto processes = real_processes();
        processes->run({.argv = {"mount", "--make-shared", shared}});
        directory("s/in");
        directory("s/out");
        const auto inside = tests::in_child([&]() -> std::string {
          enter_private_mount_namespace();
          mount("tmpfs", shared + "/in", "tmpfs", "");
          // By the first namespace, where the parent lives.
          processes->run({.argv = {"nsenter", "--mount=/proc/" + std::to_string(::getppid()) + "/ns/mnt",
                                   "mount", "-t", "tmpfs", "tmpfs", shared + "/out"}});
          return shown_on(shared + "/out").type;
        });
        return inside + " arrived, " + (shown_on(shared + "/in").type.empty() ? "nothing left" : "leaked");
      }),
      "tmpfs arrived, nothing left");
}

}  // namespace
}  // namespace recover::system
