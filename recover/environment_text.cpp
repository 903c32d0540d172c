// What an operator would type to make the tree of a recovery environment.
#include "recover/action.hpp"
#include "recover/environment/debian_tree.hpp"
#include "recover/environment/stage3.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

using Lines = std::vector<std::string>;

std::string typed(const std::vector<std::string>& argv) {
  std::string line;
  for (const auto& word : argv) line += (line.empty() ? "" : " ") + system::shell_quoted(word);
  return line;
}

void add_debian(Lines& lines, const MakeEnvironment& make) {
  const auto suite = make.suite.empty() ? "SUITE" : make.suite;
  const auto mirror = !make.mirror.empty()        ? make.mirror
                      : make.from == "mmdebstrap" ? "/etc/apt/sources.list"
                                                  : "MIRROR";
  const environment::DebianRequest request{
      make.path, suite, {"PACKAGE", "BACULA=VERSION"}, {mirror}, {"main"}, "", ""};
  if (make.suite.empty())
    lines.emplace_back("# SUITE: the VERSION_CODENAME of this machine's /etc/os-release");
  if (make.mirror.empty())
    lines.push_back(make.from == "mmdebstrap" ? "# and all other files of sources that this machine's apt has"
                                              : "# MIRROR: that of the suite in this machine's apt sources");
  lines.emplace_back("# the packages above; Bacula's at the version that this machine has");
  lines.emplace_back("# from the network some 150 MB; on the volume some 700 MB, for a while 1 GB");
  lines.push_back(
      typed({"install", "-D", "-m", "0644", "-t", make.path + "/etc", "/etc/passwd", "/etc/group"}));
  if (make.from == "mmdebstrap") {
    lines.push_back(typed(environment::mmdebstrap_command(request)));
  } else {
    lines.push_back(typed(environment::debootstrap_command(request)));
    for (const auto& argv : {environment::update_command(), environment::install_command(request.packages)})
      lines.push_back(typed(environment::in_tree(make.path, argv)));
  }
  lines.emplace_back("# then /etc/hosts, /etc/localtime and the like, as this machine has them");
}

void add_stage3(Lines& lines, const MakeEnvironment& make) {
  lines.emplace_back("# compare it with its checksum, where a .sha256 or .DIGESTS lies beside it");
  lines.push_back(typed(environment::stage3_list_command(make.stage3)));
  lines.emplace_back("# refused when a name in it leads out of it; nothing from the network; on the volume");
  lines.emplace_back("# what it unpacks to (1 to 2 GB) and what is copied from this machine");
  lines.push_back(
      typed({"tar", "--extract", "--numeric-owner", "--preserve-permissions", "--acls", "--xattrs",
             "--xattrs-include=*.*", "--directory=" + make.path, "--file=" + make.stage3}));
  lines.emplace_back("# without documentation, translations, headers, /dev/*");
  lines.emplace_back("# over it, in the place of what it has, the packages above with all that they need:");
  lines.push_back("rsync -aHAX --files-from=LIST / " + system::shell_quoted(make.path));
  lines.push_back(typed({"ldconfig", "-r", make.path}));
}

}  // namespace

std::vector<std::string> make_environment_lines(const MakeEnvironment& make) {
  const auto more = make.packages.empty() ? "" : "; and of " + system::joined(make.packages);
  Lines lines{"# remove " + make.path + ", if an earlier run has left it and nothing is mounted in it",
              "# for the packages of bacula-dir, bash, btrfs and the others that docs/environment.md",
              "# names" + more + ", and of all that they need:"};
  if (make.from == "stage3") {
    add_stage3(lines, make);
  } else if (make.from != "packages") {
    add_debian(lines, make);
  } else {
    lines.push_back("dpkg -L PACKAGE... | rsync -aHAX --files-from=- / " + system::shell_quoted(make.path));
    lines.emplace_back(
        "# and the links of update-alternatives, /etc/passwd, /etc/group, /etc/ld.so.cache ...");
  }
  return lines;
}

}  // namespace recover
