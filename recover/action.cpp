#include "recover/action.hpp"

#include <algorithm>
#include <cstdio>

#include "recover/bacula/catalog_server.hpp"
#include "recover/bacula/director.hpp"
#include "recover/bacula/quarantine.hpp"
#include "recover/catalog_text.hpp"
#include "recover/layout.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

using Lines = std::vector<std::string>;

std::string joined(const std::vector<std::string>& argv) {
  std::string line;
  for (const auto& word : argv) line += (line.empty() ? "" : " ") + system::shell_quoted(word);
  return line;
}

std::string octal(mode_t mode) {
  char text[16];
  std::snprintf(text, sizeof text, "%04o", static_cast<unsigned>(mode));
  return text;
}

// find -path takes a pattern.
std::string pattern_of(const std::string& path) {
  std::string pattern;
  for (const char c : path) {
    if (c == '*' || c == '?' || c == '[' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern;
}

// bconsole with its lines as a here-document, as an operator would keep it in a note.
Lines conversation(const bacula::Console& console, const Lines& said) {
  Lines lines{joined(console.argv) + " <<'END'"};
  lines.insert(lines.end(), said.begin(), said.end());
  lines.push_back("END");
  return lines;
}

}  // namespace

// The root directory of a btrfs subvolume is always inode 256 (kernel, fs/btrfs: BTRFS_FIRST_FREE_OBJECTID),
// and no other file has that number.
std::vector<std::string> scan_command(const std::vector<std::string>& devices) {
  std::vector<std::string> argv{"btrfs", "device", "scan"};
  argv.insert(argv.end(), devices.begin(), devices.end());
  return argv;
}

std::vector<std::string> empty_tree_command(const EmptyTree& tree) {
  std::vector<std::string> argv{"find", tree.path, "-mindepth", "1", "-depth", "!", "-inum", "256"};
  for (const auto& spared : tree.spared)
    for (const auto* what : {"", "/*"})
      argv.insert(argv.end(), {"!", "-path", pattern_of(tree.path + spared) + what});
  argv.insert(argv.end(), {"(", "!", "-type", "d", "-o", "-empty", ")", "-delete"});
  return argv;
}

std::vector<std::string> activate_command(const std::string& volume) {
  return {"lvchange", "--activate", "y", volume};
}

std::vector<std::string> wipe_command(const std::string& device) {
  return {"wipefs", "--all", device};
}

namespace {

struct Typed {
  Lines operator()(const Command& a) const { return {joined(a.argv)}; }
  Lines operator()(const Erase& a) const { return {joined(a.argv)}; }
  Lines operator()(const MakeTable& a) const {
    Lines lines{joined(a.argv) + " <<'END'"};
    lines.insert(lines.end(), a.script.begin(), a.script.end());
    lines.push_back("END");
    return lines;
  }
  Lines operator()(const ScanDevices& a) const { return {joined(scan_command(a.devices))}; }
  Lines operator()(const MakeDirectory& a) const {
    const auto path = a.root == "/" ? a.path : a.root + a.path;
    if (!a.mode) return {joined({"mkdir", "-p", path})};
    return {joined({"install", "-d", "-m", octal(*a.mode), path})};
  }
  Lines operator()(const EmptyTree& a) const { return {joined(empty_tree_command(a))}; }
  Lines operator()(const SettleDevices& a) const {
    std::vector<std::string> argv{"udevadm", "trigger"};
    argv.insert(argv.end(), a.devices.begin(), a.devices.end());
    return {joined(argv), "udevadm settle   # both only where udev runs"};
  }
  Lines operator()(const OpenStorage& a) const {
    Lines lines;
    for (const auto& volume : a.volumes) lines.push_back(joined(activate_command(volume)));
    lines.push_back("mount UUID=" + a.uuid + " " + a.mount_point + "   # unless it is mounted already");
    return lines;
  }
  Lines operator()(const TryMkfs& a) const {
    Lines lines{joined({"mkdir", "-p", a.directory})};
    for (const auto& [name, size] : a.files)
      lines.push_back(joined({"truncate", "--size=" + std::to_string(size), a.directory + "/" + name}));
    lines.push_back(joined(a.argv));
    lines.push_back(joined({"rm", "-r", a.directory}));
    return lines;
  }
  Lines operator()(const MakeIfLost& a) const {
    if (a.half_made)
      return {"# its filesystem was begun and not finished:", joined(wipe_command(a.device)), joined(a.argv)};
    return {"# only if blkid finds nothing on " + a.device + ":", joined(a.argv)};
  }
  Lines operator()(const FillEsp& a) const {
    const auto from = a.root + a.directory;
    return {joined({"cp", "--recursive", "--no-clobber", from + "/.", a.to}), joined({"sync", "-f", a.to}),
            joined({"find", from, "-mindepth", "1", "-delete"})};
  }
  Lines operator()(const RewriteUuid& a) const {
    std::vector<std::string> argv{"sed", "-i", "s/" + a.from + "/" + a.to + "/g"};
    for (const auto& file : a.files) argv.push_back(a.root + file);
    return {joined(argv) + "   # those that are there"};
  }
  Lines operator()(const TryEfiVariables&) const {
    return {"# write a firmware variable of recover's own, read it back, remove it"};
  }
  Lines operator()(const RestoreEfiEntry& a) const {
    // It takes slashes as well, and those nobody has to quote.
    auto loader = a.loader;
    std::replace(loader.begin(), loader.end(), '\\', '/');
    const auto data = a.data.empty() ? "" : "# with the optional data (hexadecimal) " + a.data;
    Lines lines{joined({"efibootmgr", "--create", "--disk", a.disk, "--part", std::to_string(a.number),
                        "--label", a.label, "--loader", loader}),
                "# the same entry is not made twice; remove stale duplicates, put it first in BootOrder"};
    if (!data.empty()) lines.push_back(data);
    return lines;
  }
  Lines operator()(const AskOperator& a) const {
    Lines lines;
    for (const auto& line : a.text) lines.push_back("# " + line);
    return lines;
  }
  Lines operator()(const Propose& a) const {
    Lines lines{"# " + a.why + (a.commands.empty() ? "" : ". If you say yes:")};
    for (const auto& command : a.commands) lines.push_back(joined(command));
    return lines;
  }
  Lines operator()(const MakeMountPoints& a) const {
    return {"# mkdir -p for each mount point of " + a.root + "/etc/fstab that is missing"};
  }
  Lines operator()(const Mount& a) const {
    std::vector<std::string> argv{"mount"};
    if (!a.type.empty()) argv.insert(argv.end(), {"-t", a.type});
    if (!a.options.empty()) argv.insert(argv.end(), {"-o", a.options});
    argv.insert(argv.end(), {a.source, a.target});
    return {joined(argv)};
  }
  Lines operator()(const Unmount& a) const { return {joined({"umount", a.target})}; }
  Lines operator()(const StartDaemon& a) const { return {joined(a.argv) + " &   # unless it runs already"}; }
  Lines operator()(const StartCatalog& a) const { return start_lines(a); }
  Lines operator()(const StopDaemons& a) const {
    return {"# stop those that were started above: " + joined(a.names)};
  }
  Lines operator()(const MeetBacula& a) const {
    auto said = bacula::await_lines(a.storage, a.client);
    for (auto& line : bacula::director_lines()) said.push_back(std::move(line));
    return conversation(a.console, said);
  }
  Lines operator()(const ProvideCatalog& a) const { return provide_lines(a); }
  Lines operator()(const ChooseBackup& a) const {
    auto lines = conversation(a.request.console, bacula::choose_lines(a.request));
    lines.push_back("# keep the bootstrap file that it names as " + a.request.keep + "/backup.bsr");
    return lines;
  }
  Lines operator()(const AdoptBootstrap& a) const {
    return {"# read the names on the volumes in " + a.request.volumes + ", and write",
            "# " + a.request.bootstrap + ", narrowed to the newest version of each file, as",
            "# " + a.request.keep + "/backup.bsr"};
  }
  Lines operator()(const ProveBackup& a) const {
    const auto& request = a.request;
    if (request.full)
      return {"# read the label of each volume in " + request.volumes + " that",
              "# " + request.keep + "/backup.bsr names, and every block that it points to:",
              "# checksums, and each file's digest computed from its data"};
    return {"# read the label of each volume in " + request.volumes + " that",
            "# " + request.keep + "/backup.bsr names, and the first and the last block of",
            "# each of its ranges (--prove full reads all of it)"};
  }
  Lines operator()(const TryExtract& a) const {
    return {"# write the part of backup.bsr that holds the first file as " + a.keep + "/first.bsr",
            joined(a.argv)};
  }
  Lines operator()(const RestoreByDirector& a) const {
    return conversation(a.request.console, {bacula::restore_line(a.request), "wait", "messages"});
  }
  Lines operator()(const ExtractVolumes& a) const { return {joined(a.request.argv)}; }
  Lines operator()(const NameLosses& a) const {
    return {"# read the volumes in " + a.volumes + ", check every block, compare with",
            "# " + a.target + ", and list what is missing: files, data, ACLs, xattrs"};
  }
  Lines operator()(const HoldVolumes& a) const {
    Lines lines{"# for each of the volumes that " + a.keep + "/backup.toml names:"};
    for (auto& line : conversation(a.console, {bacula::volume_status_line({"NAME", "Read-Only"})}))
      lines.push_back(std::move(line));
    return lines;
  }
  Lines operator()(const HandOverCatalog& a) const {
    if (bacula::is_served(a.kind)) return hand_over_lines(a);
    const std::string usual = "/var/lib/bacula/bacula.db";
    const auto to = a.root + usual;
    return {"# where the catalog is, both files bacula-dir.conf say: WorkingDirectory, dbname. For example",
            joined({"mv", to, to + ".before-recovery"}) + "   # if there is one",
            joined({"cp", a.environment + usual, to}),
            joined({"chown", "--reference=" + a.root + "/var/lib/bacula", to})};
  }
  Lines operator()(const LeaveReminder& a) const {
    const auto to = a.root + Layout::handed_over;
    std::vector<std::string> playbooks{"cp"};
    playbooks.insert(playbooks.end(), a.playbooks.begin(), a.playbooks.end());
    playbooks.push_back(to + "/playbooks");
    Lines lines{joined({"install", "-d", "-m", "0700", to, to + "/playbooks"}),
                joined({"install", "-m", "0755", a.program, to + "/recover"}),
                joined({"install", "-m", "0600", a.profile, to + "/machine.toml"}), joined(playbooks)};
    if (!a.libraries.empty()) {
      std::vector<std::string> libraries{"cp"};
      libraries.insert(libraries.end(), a.libraries.begin(), a.libraries.end());
      libraries.push_back(to + Layout::libraries_beside);
      lines.insert(lines.end(),
                   {joined({"install", "-d", to + Layout::libraries_beside}), joined(libraries)});
    }
    lines.insert(
        lines.end(),
        {joined({"chroot", a.root, std::string(Layout::handed_over) + "/recover", "--version"}),
         "# if it runs there: units of systemd, or a script of OpenRC, that say after each boot",
         "#   recover quarantine --hold; recover verify-backup",
         "# and what reminds of it at each login: /etc/issue.d/recover.issue, /etc/profile.d/recover.sh"});
    return lines;
  }
  Lines operator()(const RestoreLost& a) const {
    Lines lines{"# find the files that \"recover log\" lists as degraded on the volumes in",
                "# " + a.volumes + ", and write a bootstrap file for them alone as",
                "# " + a.request.bootstrap};
    for (auto& line : conversation(a.request.console, {bacula::restore_line(a.request), "wait", "messages"}))
      lines.push_back(std::move(line));
    return lines;
  }
  Lines operator()(const MendFiles& a) const {
    const auto from = a.restored + "/FILE";
    return {"# for each /FILE that is listed:",
            "# lost ACL: getfacl -p " + from + " | setfacl --set-file=- /FILE",
            "# lost xattr: getfattr -h -d -m - " + from + "; setfattr -h, for each that /FILE has not",
            "# missing: cp --archive --no-clobber " + from + " /FILE",
            "# damaged: cp --archive " + from + " /FILE, unless its time is another: then",
            "#   cp --archive " + from + " /FILE.recovered"};
  }
  Lines operator()(const MakeEnvironment& a) const { return make_environment_lines(a); }
  Lines operator()(const ConfigureEnvironment& a) const {
    return {joined({"cp", "-a", a.configuration + "/.", a.root + a.configuration}),
            "# take every Backup, Copy, Migrate and Verify job and every Schedule out of its",
            "# bacula-dir.conf, and have all its daemons listen on 127.0.0.1 alone"};
  }
  Lines operator()(const CopyCatalog& a) const {
    const std::string usual = "/var/lib/bacula/bacula.db";
    return {"# where the catalog is, bacula-dir.conf says: WorkingDirectory, dbname. For example",
            joined({"sqlite3", usual, ".backup " + a.root + usual})};
  }
  Lines operator()(const DumpCatalog& a) const { return dump_lines(a); }
  Lines operator()(const LoadCatalog& a) const { return load_lines(a); }
  Lines operator()(const EquipEnvironment& a) const {
    const auto to = a.root + Layout::handed_over;
    std::vector<std::string> playbooks{"cp"};
    playbooks.insert(playbooks.end(), a.playbooks.begin(), a.playbooks.end());
    playbooks.push_back(to + "/playbooks");
    return {joined({"install", "-d", "-m", "0700", to, to + "/playbooks"}),
            joined({"install", "-m", "0755", a.program, to + "/recover"}),
            joined({"install", "-m", "0600", a.profile, to + "/machine.toml"}), joined(playbooks)};
  }
  Lines operator()(const IsolateNetwork&) const {
    return {"unshare --net   # all below in its shell", "ip link set lo up"};
  }
  Lines operator()(const ProveEnvironment& a) const {
    Lines lines{"# find a small file of the newest backup in the catalog, and write a bootstrap file",
                "# for it alone as " + a.keep + "/proof.bsr"};
    for (auto& line : conversation(a.request.console, {bacula::restore_line(a.request), "wait", "messages"}))
      lines.push_back(std::move(line));
    lines.push_back("# compare it with its digest in the catalog; then write " + a.root + Layout::stamp);
    return lines;
  }
  Lines operator()(const SwapEnvironment& a) const {
    return {"# only when nothing is mounted in either:", joined({"sync", "-f", a.storage}),
            joined({"mv", "--exchange", a.made, a.path}) + "   # or, when there is no old one: mv",
            joined({"rm", "-r", "--one-file-system", a.made})};
  }
  Lines operator()(const Diagnose& a) const { return diagnose_lines(a); }
  Lines operator()(const ListBackup& a) const { return list_backup_lines(a); }
  Lines operator()(const SalvageFiles& a) const { return salvage_lines(a); }
  Lines operator()(const BackUpBroken& a) const { return back_up_broken_lines(a); }
  Lines operator()(const TakeSalvaged& a) const { return take_salvaged_lines(a); }
  Lines operator()(const HandOver& a) const {
    const auto to = a.root + a.directory;
    return {joined({"install", "-d", "-m", "0700", to}),
            joined({"cp", a.from + "/journal", a.from + "/backup.bsr", a.from + "/backup.toml", to}),
            "# and a report of it, report.html and report.md, beside"};
  }
};

}  // namespace

std::vector<std::string> as_typed(const Action& action) {
  return std::visit(Typed{}, action);
}

bool is_held(const Action& action) {
  return std::holds_alternative<Mount>(action) || std::holds_alternative<Unmount>(action) ||
         std::holds_alternative<MakeDirectory>(action) || std::holds_alternative<ScanDevices>(action) ||
         std::holds_alternative<OpenStorage>(action) || std::holds_alternative<IsolateNetwork>(action);
}

}  // namespace recover
