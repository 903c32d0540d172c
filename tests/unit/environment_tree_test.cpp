// How the tree of a recovery environment is made, each way, of a machine in a directory: the programs that
// make it are played.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

#include "recover/bacula/digest.hpp"
#include "recover/environment/package_database.hpp"
#include "recover/environment/stage3.hpp"
#include "recover/environment_actions.hpp"
#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/process.hpp"
#include "tests/unit/system_temporary.hpp"

namespace recover::test {
namespace {

namespace fs = std::filesystem;
using Argv = std::vector<std::string>;

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

struct Ears : Observer {
  void observe(const Event& event) override {
    if (event.name != "progress") events.push_back(event);
  }
  std::vector<Event> events;
};

// Each program that is asked for is one of the functions.
class PlayedProcesses : public system::Processes {
 public:
  using Play = std::function<system::ProcessResult(const Argv&)>;
  system::ProcessResult run(const system::ProcessSpec& spec, const system::Sink& sink) override {
    std::string line;
    for (const auto& word : spec.argv) line += (line.empty() ? "" : " ") + word;
    lines.push_back(line);
    for (const auto& [part, play] : plays)
      if (holds(line, part)) {
        auto result = play(spec.argv);
        if (sink) sink(std::exchange(result.out, {}));
        return result;
      }
    throw std::logic_error("not in the play: " + line);
  }
  std::unique_ptr<system::Child> start(const Argv&) override { throw std::logic_error("no processes"); }
  void pause(std::chrono::milliseconds) override {}

  std::vector<std::pair<std::string, Play>> plays;  // the first whose words are in the line
  std::vector<std::string> lines;
};

system::ProcessResult ended(int status, const std::string& out = "") {
  system::ProcessResult result;
  result.status = status;
  result.out = out;
  return result;
}

constexpr const char* passwd = "root:x:0:0:root:/root:/bin/bash\nbacula:x:112:118::/var/lib/bacula:/x\n";

class EnvironmentTree : public testing::Test {
 protected:
  EnvironmentTree() {
    base.put("machine/etc/passwd", passwd);
    base.put("machine/etc/group", "root:x:0:\nbacula:x:118:\n");
    base.put("machine/etc/hosts", "the machine's");
    for (const auto& name : environment::required_programs()) program(name);
    for (const auto* name : {"unshare", "apt-config", "apt-cache", "ldconfig"}) program(name);
    fs::create_directories(base / "storage");
    action.path = base / "storage/environment.new";
    action.storage = base / "storage";
    action.configuration = "/etc/bacula";
    action.stall = std::chrono::minutes(15);
  }

  std::string machine() const { return base / "machine"; }
  std::string tree(const std::string& path) const { return action.path + path; }
  std::string text(const std::string& path) const { return system::read_file_or(tree(path), "nothing"); }
  void program(const std::string& name) const {
    ::chmod(base.put("machine/usr/bin/" + name, "of the machine").c_str(), 0755);
  }
  static std::string programs(const std::string& before = "/usr/bin/", const std::string& behind = "\n") {
    std::string lines;
    for (const auto& name : environment::required_programs()) lines += before + name + behind;
    return lines;
  }
  void make() { make_environment(processes, action, ears, machine()); }
  std::string refusal() {
    try {
      make();
    } catch (const Error& error) {
      return error.what();
    }
    return "made";
  }

  const tests::TemporaryDirectory base;
  MakeEnvironment action;
  PlayedProcesses processes;
  Ears ears;
};

TEST_F(EnvironmentTree, TakesNoOtherDirectorysPlace) {
  action.replaces = base / "storage/environment";
  const auto holiday = base.put("storage/environment/holiday.jpg", "");
  EXPECT_TRUE(holds(refusal(), "is no recovery environment"));
  EXPECT_FALSE(fs::exists(action.path));
  fs::remove(holiday);
  EXPECT_FALSE(holds(refusal(), "is no recovery environment")) << "an empty one is nobody's";
  ::chmod(base.put("storage/environment/usr/bin/bconsole", "").c_str(), 0755);
  EXPECT_FALSE(holds(refusal(), "is no recovery environment"));
}

class DebianTreeTest : public EnvironmentTree {
 protected:
  DebianTreeTest() {
    base.put("machine/var/lib/dpkg/status", status("9.6.7-7"));
    base.put("machine/var/lib/dpkg/info/tools.list", "/.\n" + programs());
    base.put("machine/var/lib/dpkg/info/bacula-fd.list", "/.\n");
    base.put("machine/etc/os-release", "VERSION_CODENAME=bookworm\n");
    base.put("machine/etc/apt/sources.list", "deb http://m/debian bookworm main contrib\n");
    base.put("machine/etc/apt/sources.list.d/off.sources", "Types: deb\nURIs: x\nSuites: y\nEnabled: no\n");
    base.put("machine/etc/apt/sources.list.d/readme.txt", "deb http://x bookworm\n");
    action.from = "mmdebstrap";
    program("mmdebstrap");
    program("debootstrap");
    base.put("machine/etc/apt/auth.conf.d/m.conf", "machine m password hush");
    processes.plays = {{"apt-config dump", [](const Argv&) {
                          return ended(
                              0, "Acquire::Retries \"3\";\nAcquire::http::Proxy \"http://me:hush@p\";\n");
                        }}};
  }
  static std::string status(const std::string& version) {
    return "Package: tools\nStatus: install ok installed\nVersion: 1\n\nPackage: bacula-fd\n"
           "Status: install ok installed\nVersion: " +
           version + "\n";
  }
  // What a mirror with that version of Bacula gives.
  void fill(const std::string& version) {
    const std::string in = "storage/environment.new/";
    seeded = text("/etc/passwd") + text("/etc/apt/apt.conf.d/00recover") +
             text("/etc/apt/auth.conf.d/m.conf") + text("/etc/apt/recover.wgetrc");
    base.put(in + "etc/apt/sources.list", "deb http://me:hush@m/debian bookworm main\n");
    base.put(in + "usr/share/doc/bash/copyright", "");
    base.put(in + "dev/null", "");
    base.put(in + "etc/passwd", std::string(passwd) + "messagebus:x:100:101::/:/x\n");
    base.put(in + "etc/hosts", "the mirror's");
    base.put(in + "etc/ld.so.conf", "the tree's");
    base.put(in + "etc/bacula/bacula-dir.conf", "Password = made by the package");
    base.put(in + "etc/bacula/scripts/x", "");
    base.put(in + "var/lib/apt/lists/m_Packages", "");
    base.put(in + "var/lib/dpkg/status", status(version));
    for (const auto& name : environment::required_programs())
      ::chmod(base.put(in + "usr/bin/" + name, "").c_str(), 0755);
    fs::create_directories(base / (in + "usr/sbin"));
  }
  void play_mmdebstrap(const std::string& version) {
    processes.plays.emplace_back("mmdebstrap", [this, version](const Argv&) {
      fill(version);
      return ended(0, "Setting up x\n");
    });
  }
  std::string seeded;
};

TEST_F(DebianTreeTest, HasTheMachinesUsersBeforeAnyPackageAndAfterAll) {
  play_mmdebstrap("9.6.7-7");
  make();
  EXPECT_TRUE(holds(seeded, passwd)) << seeded;
  for (const auto* fetching :
       {"Acquire::Retries", "machine m password hush", "http_proxy = http://me:hush@p"})
    EXPECT_TRUE(holds(seeded, fetching)) << seeded;
  EXPECT_EQ(text("/etc/passwd"), std::string(passwd) + "messagebus:x:100:101::/:/x\n");
  EXPECT_EQ(text("/etc/hosts"), "the machine's");
  EXPECT_EQ(text("/etc/ld.so.conf"), "the tree's") << "its libraries are its own";
  EXPECT_EQ(text("/var/lib/recover/packages"), "tools 1\nbacula-fd 9.6.7-7\n");
  EXPECT_TRUE(holds(text("/usr/sbin/policy-rc.d"), "exit 101"));
  for (const auto* gone :
       {"/etc/apt/apt.conf.d/00recover", "/etc/apt/recover.wgetrc", "/etc/apt/auth.conf.d/m.conf",
        "/etc/apt/sources.list", "/etc/dpkg/dpkg.cfg.d/recover", "/etc/bacula/bacula-dir.conf",
        "/var/lib/apt/lists/m_Packages", "/usr/share/doc/bash", "/dev/null"})
    EXPECT_FALSE(system::exists(tree(gone))) << gone;
  EXPECT_TRUE(system::exists(tree("/etc/bacula/scripts/x")));
  ASSERT_EQ(ears.events.size(), 1U);
  EXPECT_EQ(ears.events[0].number("packages"), 2);
  EXPECT_TRUE(processes.lines.back().ends_with(
      "--components=main,contrib --include=bacula-fd=9.6.7-7,tools bookworm " + action.path + " " +
      machine() + "/etc/apt/sources.list"))
      << processes.lines.back();
}

TEST_F(DebianTreeTest, TakesSuiteAndMirrorOfTheProfile) {
  action.suite = "trixie";
  EXPECT_TRUE(holds(refusal(), "name no mirror of trixie for mmdebstrap"));
  action.mirror = "http://own/debian";
  play_mmdebstrap("9.6.7-7");
  make();
  EXPECT_TRUE(processes.lines.back().ends_with("trixie " + action.path + " http://own/debian"))
      << processes.lines.back();
}

TEST_F(DebianTreeTest, WithAnotherBaculaIsRefusedWithBothVersions) {
  processes.plays.emplace_back(
      "apt-cache", [](const Argv&) { return ended(0, " bacula-fd | 13.0.4-1 | http://m Packages\n"); });
  processes.plays.emplace_back("mmdebstrap", [](const Argv&) {
    return ended(25, "I: running\nE: Version '9.6.7-7' for 'bacula-fd' was not found\n");
  });
  const auto said = refusal();
  EXPECT_TRUE(holds(said, "bacula-fd is 9.6.7-7 on this machine and 13.0.4-1 there")) << said;
  EXPECT_TRUE(holds(said, "[environment] mirror")) << said;
}

// An exit code is no proof.
TEST_F(DebianTreeTest, IsLookedAtAfterwards) {
  play_mmdebstrap("13.0.4-1");
  EXPECT_TRUE(holds(refusal(), "bacula-fd is 9.6.7-7 on this machine and 13.0.4-1 there"));
}

TEST_F(DebianTreeTest, ThatFailsSaysWhatWasSaidWithoutPasswords) {
  processes.plays.emplace_back(
      "mmdebstrap", [](const Argv&) { return ended(25, "E: Failed to fetch http://me:hush@m/x  404\n"); });
  const auto said = refusal();
  EXPECT_TRUE(holds(said, "mmdebstrap ended with status 25; it said: E: Failed to fetch http://***@m/x  404"))
      << said;
  EXPECT_TRUE(holds(said, "See that the mirror (")) << said;
}

TEST_F(DebianTreeTest, ThatHangsIsEnded) {
  processes.plays.emplace_back("mmdebstrap", [](const Argv&) {
    auto result = ended(143, "Get:1 http://m\n");
    result.stalled = true;
    return result;
  });
  EXPECT_TRUE(holds(refusal(), "has said nothing for 15 min, and was ended"));
}

TEST_F(DebianTreeTest, WantsItsProgramARelease) {
  fs::remove(machine() + "/usr/bin/mmdebstrap");
  EXPECT_TRUE(holds(refusal(), "wants mmdebstrap, and this machine has none"));
  program("mmdebstrap");
  base.put("machine/etc/os-release", "ID=x\n");
  EXPECT_TRUE(holds(refusal(), "has no VERSION_CODENAME"));
}

TEST_F(DebianTreeTest, OfDebootstrapIsFilledByASecondStep) {
  action.from = "debootstrap";
  std::string version = "13.0.4-1";
  processes.plays.emplace_back("apt-get", [](const Argv&) { return ended(0); });
  processes.plays.emplace_back(
      "madison", [&](const Argv&) { return ended(0, " bacula-fd | " + version + " | http://m Packages\n"); });
  processes.plays.emplace_back("debootstrap", [&](const Argv&) {
    fill("9.6.7-7");
    return ended(0);
  });
  EXPECT_TRUE(holds(refusal(), "9.6.7-7 on this machine and 13.0.4-1 there"));
  EXPECT_TRUE(holds(processes.lines.back(), "madison bacula-fd")) << "nothing is installed then";
  version = "9.6.7-7";
  make();
  EXPECT_TRUE(holds(processes.lines.back(), "install bacula-fd=9.6.7-7 tools")) << processes.lines.back();
  for (const auto& line : processes.lines) EXPECT_FALSE(holds(line, "hush")) << line;
  base.put("machine/etc/apt/sources.list", "deb [signed-by=/k.asc] http://m/debian bookworm main\n");
  base.put("machine/k.asc", "keys");
  make();
  const auto by = " --keyring=" + tree("/etc/apt/trusted.gpg.d/recover.gpg") + " bookworm ";
  EXPECT_TRUE(std::any_of(processes.lines.begin(), processes.lines.end(),
                          [&](const auto& line) { return holds(line, by); }));
  base.put("machine/etc/apt/sources.list", "deb cdrom:[x]/ bookworm main\n");
  EXPECT_TRUE(holds(refusal(), "name no mirror of bookworm for debootstrap"));
}

class Stage3Test : public EnvironmentTree {
 protected:
  Stage3Test() {
    const std::string in = "machine/var/db/pkg/app-backup/bacula-9.6.7/";
    base.put(in + "CONTENTS", programs("obj /usr/bin/", " 0 1\n"));
    base.put(in + "RDEPEND", "");
    base.put("machine/var/db/pkg/sys-libs/glibc-2.40/CHOST", "x86_64-pc-linux-gnu\n");
    fs::create_directory_symlink("usr/bin", base / "machine/bin");
    action.from = "stage3";
    action.stage3 = base.put("stage3.tar.xz", "bytes");
    listing =
        "-rwxr-xr-x 0/0 1 2026-01-04 12:00 ./usr/bin/bash\n-rw-r--r-- 0/0 1 2026-01-04 12:00 "
        "./var/db/pkg/a/b/C\n";
    processes.plays = {{"--version",
                        [](const Argv&) {
                          return ended(0, "tar (GNU tar) 1.35\n");
                        }},
                       {"--list",
                        [this](const Argv&) {
                          return ended(list_status, listing);
                        }},
                       {"--extract",
                        [this](const Argv&) {
                          return unpack();
                        }},
                       {"ldconfig -r", [](const Argv&) {
                          return ended(0);
                        }}};
    program("tar");
    program("xz");
  }
  system::ProcessResult unpack() {
    const std::string in = "storage/environment.new/";
    base.put(in + "usr/bin/bash", "of the stage3");
    base.put(in + "usr/bin/python", "of the stage3");
    base.put(in + "etc/passwd", "root:x:0:0::/:/x\nportage:x:250:250::/:/x\n");
    base.put(in + "etc/hosts", "the stage3's");
    base.put(in + "var/db/pkg/sys-libs/glibc-" + libc + "/CHOST", host + "\n");
    if (merged) fs::create_directory_symlink("usr/bin", tree("/bin"));
    if (!merged) fs::create_directory(tree("/bin"));
    return ended(0, "-rwxr-xr-x 0/0 1 2026-01-04 12:00 ./usr/bin/bash\n");
  }
  std::string listing, libc = "2.40", host = "x86_64-pc-linux-gnu";
  int list_status = 0;
  bool merged = true;
};

TEST_F(Stage3Test, GetsTheMachinesFilesInThePlaceOfItsOwn) {
  make();
  EXPECT_EQ(text("/usr/bin/bash"), "of the machine");
  EXPECT_EQ(text("/usr/bin/python"), "of the stage3");
  EXPECT_EQ(text("/etc/hosts"), "the machine's");
  EXPECT_EQ(text("/etc/passwd"), std::string(passwd) + "portage:x:250:250::/:/x\n");
  EXPECT_EQ(text("/var/lib/recover/packages"), "app-backup/bacula 9.6.7\nstage3 stage3.tar.xz\n");
  ASSERT_EQ(ears.events.size(), 2U);
  ASSERT_EQ(ears.events[0].list("remarks").size(), 2U);
  EXPECT_TRUE(holds(ears.events[0].list("remarks")[0], "no checksum beside"));
  EXPECT_TRUE(holds(ears.events[0].list("remarks")[1], "No signature lies beside it"));
  EXPECT_TRUE(ears.events[0].list("checked").empty());
  EXPECT_FALSE(system::exists(tree("/scratch")));
}

TEST_F(Stage3Test, IsComparedWithItsChecksum) {
  bacula::Digest digest;
  digest.begin(bacula::DigestKind::sha256);
  digest.add("bytes");
  const auto sum = environment::hexadecimal(digest.end());
  base.put("stage3.tar.xz.sha256", "# SHA256 HASH\n" + sum + "  stage3.tar.xz\n");
  make();
  EXPECT_EQ(ears.events[0].list("checked"), Argv{"SHA256 of stage3.tar.xz.sha256"});
  base.put("stage3.tar.xz", "other bytes");
  EXPECT_TRUE(holds(refusal(), "has not the SHA256 that"));
  base.put("stage3.tar.xz.sha256", "");
  EXPECT_TRUE(holds(refusal(), "has no SHA-256 or SHA-512 of stage3.tar.xz"));
}

TEST_F(Stage3Test, IsComparedWithItsSignature) {
  const auto remark = [&] {
    return ears.events[ears.events.size() - 2].list("remarks").back();
  };
  base.put("stage3.tar.xz.asc", "signature");
  make();
  EXPECT_TRUE(holds(remark(), "this machine has no /usr/share/openpgp-keys/gentoo-release.asc")) << remark();
  base.put("machine/usr/share/openpgp-keys/gentoo-release.asc",
           "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\na2V5cw==\n-----END PGP PUBLIC KEY BLOCK-----\n");
  make();
  EXPECT_TRUE(holds(remark(), "this machine has no gpgv")) << remark();
  program("gpgv");
  auto said = ended(0, "[GNUPG:] NEWSIG\n[GNUPG:] VALIDSIG 13EBBDBE 2026-01-04 1\n");
  processes.plays.emplace_back("gpgv", [&](const Argv& argv) {
    EXPECT_EQ(system::read_file(argv[6]), "keys");
    EXPECT_EQ((Argv{argv.end() - 2, argv.end()}), (Argv{action.stage3 + ".asc", action.stage3}));
    return said;
  });
  make();
  EXPECT_EQ(ears.events[ears.events.size() - 2].list("checked"),
            Argv{"signature stage3.tar.xz.asc by 13EBBDBE"});
  said = ended(0, "[GNUPG:] NO_PUBKEY 13EBBDBE\n");
  EXPECT_TRUE(holds(refusal(), "is not that of")) << "an exit code is no proof";
  said = ended(2, "[GNUPG:] VALIDSIG 13EBBDBE\n[GNUPG:] BADSIG 2\n");
  said.err = "gpgv: BAD signature\n";
  EXPECT_TRUE(holds(refusal(), "gpgv said: gpgv: BAD signature")) << refusal();
}

TEST_F(Stage3Test, ThatIsNoneIsRefusedBeforeAnythingIsUnpacked) {
  listing += "-rw-r--r-- 0/0 1 2026-01-04 12:00 ../../etc/x\n";
  EXPECT_TRUE(holds(refusal(), "names that lead out of it: ../../etc/x"));
  listing = "-rwxr-xr-x 0/0 1 2026-01-04 12:00 ./usr/bin/bash\n";
  EXPECT_TRUE(holds(refusal(), "is no stage3: it has no /var/db/pkg"));
  list_status = 2;
  listing = "xz: (stdin): Unexpected end of input\ntar: Error is not recoverable: exiting now\n";
  EXPECT_TRUE(holds(refusal(), "Unexpected end of input"));
  listing =
      "-rwxr-xr-x 0/0 99999999999999 2026-01-04 12:00 ./usr/bin/bash\n"
      "-rw-r--r-- 0/0 1 2026-01-04 12:00 ./var/db/pkg/a/b/C\n";
  list_status = 0;
  EXPECT_TRUE(holds(refusal(), "needs 90"));
  EXPECT_FALSE(system::exists(tree("/usr/bin/python")));
  fs::remove(machine() + "/usr/bin/xz");
  EXPECT_TRUE(holds(refusal(), "wants xz, and this machine has none"));
  action.stage3 = "/none";
  EXPECT_TRUE(holds(refusal(), "There is no stage3 /none: No such file"));
}

TEST_F(Stage3Test, ThatDoesNotFitIsRefused) {
  merged = false;
  EXPECT_TRUE(holds(refusal(), "/bin is a link to usr/bin on this machine and a directory in it"));
  merged = true;
  host = "aarch64-unknown-linux-gnu";
  EXPECT_TRUE(
      holds(refusal(), "made for aarch64-unknown-linux-gnu, and this machine is x86_64-pc-linux-gnu"));
  host = "x86_64-pc-linux-gnu";
  libc = "2.41";
  make();
  EXPECT_TRUE(holds(ears.events[0].list("remarks").back(), "newer C library (2.41)"));
}

TEST_F(Stage3Test, IsForPortageAndTheOthersForDpkg) {
  base.put("machine/var/lib/dpkg/status", "Package: bacula-fd\nStatus: install ok installed\nVersion: 1\n");
  base.put("machine/var/lib/dpkg/info/bacula-fd.list", "/.\n" + programs());
  EXPECT_TRUE(holds(refusal(), "wants a machine whose packages Portage keeps; here it is dpkg"));
  fs::remove_all(machine() + "/var/lib/dpkg");
  action.from = "debootstrap";
  EXPECT_TRUE(holds(refusal(), "wants a machine whose packages dpkg keeps; here it is portage"));
}

}  // namespace
}  // namespace recover::test
