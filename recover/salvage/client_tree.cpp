#include "recover/salvage/client_tree.hpp"

#include <fcntl.h>

#include <algorithm>
#include <sstream>

#include "recover/error.hpp"
#include "recover/system/files.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"
#include "recover/system/tree_root.hpp"

namespace recover::salvage {
namespace {

// Each asks every checksum: what is read unchecked must not become a backup.
struct Way {
  const char *name, *options;
};
constexpr Way ways[] = {{"nologreplay", "ro,noatime,rescue=nologreplay"},
                        {"usebackuproot", "ro,noatime,rescue=nologreplay,rescue=usebackuproot"}};

std::string read_only(const std::string& type) {
  // A journal would be replayed, which writes.
  if (type.starts_with("ext")) return "ro,noload";
  if (type == "xfs") return "ro,norecovery";
  if (type == "btrfs") return "ro,rescue=nologreplay";
  return "ro";
}

// "\040" is a blank.
std::string unescaped(const std::string& word) {
  std::string text;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const auto digits = word.substr(i + 1, 3);
    if (word[i] == '\\' && digits.size() == 3 && digits.find_first_not_of("01234567") == std::string::npos) {
      text += static_cast<char>((digits[0] - '0') * 64 + (digits[1] - '0') * 8 + (digits[2] - '0'));
      i += 3;
    } else {
      text += word[i];
    }
  }
  return text;
}

}  // namespace

std::vector<std::string> fstab_points(const std::string& fstab) {
  std::vector<std::string> points;
  std::istringstream lines(fstab);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string source, point, type;
    words >> source >> point >> type;
    if (source.starts_with('#') || !point.starts_with('/') || type.empty()) continue;
    point = unescaped(point);
    while (point.size() > 1 && point.ends_with('/')) point.pop_back();
    if (point != "/") points.push_back(std::move(point));
  }
  return points;
}

ClientTree::ClientTree(const ClientTreeRequest& request, Observer& observer) : root_(request.root) {
  try {
    system::make_directories(root_, 0700);
    mount_broken(request.place, observer);
    const system::TreeRoot tree(root_);
    if (!system::Descriptor(tree.open_without_links("/run", O_PATH | O_DIRECTORY | O_NOFOLLOW)))
      throw Failed("The broken filesystem has no directory /run, where Bacula's own files would be in memory",
                   "Take the files as files: recover --playbook salvage");
    mount_at("tmpfs", "/run", "tmpfs", "mode=0755");
    system::make_directories(root_ + programs, 0755);
    system::make_directories(root_ + working, 0700);
    mount_at(request.environment, programs, "", "bind,ro");
    // As on the machine when it runs: FileSets that do not name them see another filesystem there.
    const auto has = [&](const char* directory) {
      return bool(system::Descriptor(tree.open_without_links(directory, O_PATH | O_DIRECTORY | O_NOFOLLOW)));
    };
    if (has("/proc")) mount_at("proc", "/proc", "proc", "");
    if (has("/sys")) mount_at("sysfs", "/sys", "sysfs", "ro");
    if (has("/dev")) mount_at("/dev", "/dev", "", "bind");
    mount_beside(request.beside);
    look_at_fstab();
  } catch (Error& error) {
    const system::Uninterrupted until_released;
    try {
      release();
    } catch (const Error& failure) {
      error.add_aftermath(failure.problem());
    }
    throw;
  }
}

ClientTree::~ClientTree() {
  const system::Uninterrupted until_released;
  try {
    release();
  } catch (const std::exception&) {
    // The run's mounts end with it.
  }
}

bool ClientTree::covers(std::string_view directory) {
  return directory == "/run" || directory == "/proc" || directory == "/sys" || directory == "/dev";
}

void ClientTree::release() {
  while (!mounted_.empty()) {
    system::unmount(mounted_.back());
    mounted_.pop_back();
  }
}

void ClientTree::mount_at(const std::string& source, const std::string& inside, const std::string& type,
                          const std::string& options) {
  // No link of the broken tree leads out of it.
  const auto where = inside == "/" ? root_ : system::TreeRoot(root_).real_path(inside);
  system::mount(source, where, type, options);
  mounted_.push_back(where);
}

void ClientTree::mount_broken(const BrokenPlace& place, Observer& observer) {
  auto subvolumes = place.subvolumes;
  std::sort(subvolumes.begin(), subvolumes.end(),
            [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
  if (place.devices.empty() || subvolumes.empty() || subvolumes.front().second != "/")
    throw Failed("There is no device, or no root subvolume, of the broken filesystem to be mounted",
                 "Compare the machine profile with: btrfs filesystem show");
  view_ = std::make_unique<system::ReadOnlyView>(place.devices);
  const auto& devices = view_->paths();
  std::string more;
  for (std::size_t i = 1; i < devices.size(); ++i) more += ",device=" + devices[i];
  if (place.devices.size() < place.expected) more += ",degraded";
  std::vector<std::string> answers;
  for (const auto& way : ways) {
    const auto options = way.options + more;
    const auto told = [&](const std::string& answer) {
      observer.observe(Event("rung").with("rung", way.name).with("options", options).with("answer", answer));
    };
    try {
      for (const auto& [path, point] : subvolumes)
        mount_at(devices.front(), point, "btrfs", options + ",subvol=/" + path);
      return told("every subvolume is mounted at its place");
    } catch (const Failed& error) {
      const auto problem = view_->with_real_names(error.problem());
      told(problem);
      answers.push_back(std::string(way.name) + ": " + problem);
      release();
    }
  }
  throw Failed("The broken filesystem cannot be mounted as it was with its checksums asked: " +
                   system::joined(answers, "; "),
               "What can be read of it in other ways is taken as files: recover --playbook salvage");
}

void ClientTree::mount_beside(const std::vector<BesideBroken>& beside) {
  for (const auto& one : beside) {
    try {
      mount_at(one.device, one.mount, one.type, read_only(one.type));
    } catch (const Failed&) {
      // What a backup has below it is not taken for deleted: uncovered().
      uncovered_.push_back(one.mount);
    }
  }
}

void ClientTree::look_at_fstab() {
  const system::TreeRoot tree(root_);
  std::string text;
  if (const auto file = tree.open("/etc/fstab", O_RDONLY | O_NONBLOCK))
    text = system::read_file_or("/proc/self/fd/" + std::to_string(file.get()), "");
  for (auto& point : fstab_points(text)) {
    const bool mounted =
        std::any_of(mounted_.begin(), mounted_.end(), [&](const auto& one) { return one == root_ + point; });
    if (!mounted) uncovered_.push_back(std::move(point));
  }
}

}  // namespace recover::salvage
