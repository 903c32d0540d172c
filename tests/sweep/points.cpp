#include "points.hpp"

#include <sys/syscall.h>

#include <algorithm>
#include <cerrno>
#include <fstream>

namespace killpoint {
namespace {

bool is_one_of(const Call& call, std::initializer_list<long> numbers) {
  return std::any_of(numbers.begin(), numbers.end(),
                     [&](long number) { return call.number == static_cast<std::uint64_t>(number); });
}

// The value of "KEY":"VALUE"; the journal's lines are JSON without blanks.
std::string value_of(const std::string& line, const std::string& key) {
  const auto begin = line.find("\"" + key + "\":\"");
  if (begin == std::string::npos) return "";
  const auto from = begin + key.size() + 4;
  return line.substr(from, line.find('"', from) - from);
}

std::string told_by(const std::string& line) {
  std::string words;
  for (const auto* key : {"event", "step", "check"})
    if (const auto value = value_of(line, key); !value.empty()) words += (words.empty() ? "" : " ") + value;
  return words;
}

// pidfd(2) tells whose it is in /proc/PID/fdinfo.
pid_t pid_behind(const Tracee& tracee, std::uint64_t descriptor) {
  std::ifstream info("/proc/" + std::to_string(tracee.pid()) + "/fdinfo/" + std::to_string(descriptor));
  for (std::string word; info >> word;)
    if (word == "Pid:") {
      pid_t pid = -1;
      info >> pid;
      return pid;
    }
  return -1;
}

constexpr std::uint64_t by_pidfd = 3;  // P_PIDFD of waitid(2)

}  // namespace

std::vector<Point*> Points::at(const Call& call) {
  Found found;
  look_at_journal(call, found);
  look_at_children(call, found);
  look_at_mounts(call, found);
  look_at_files(call, found);
  std::vector<Point*> points;
  for (const auto index : found) points.push_back(&all_[index]);
  return points;
}

void Points::add(Found& found, const std::string& kind, const std::string& words, bool tears) {
  const auto name = kind + "@" + std::to_string(lines_) + "#" + std::to_string(++seen_[kind]);
  found.push_back(all_.size());
  all_.push_back({.number = all_.size() + 1, .name = name, .words = words, .tears = tears});
}

bool Points::is_journal(std::uint64_t descriptor) const {
  return tracee_.link("fd/" + std::to_string(descriptor)).ends_with("/journal");
}

void Points::look_at_journal(const Call& call, Found& found) {
  const auto& [descriptor, buffer, length, a, b, c] = call.arguments;
  if (is_one_of(call, {SYS_write})) {
    if (!is_journal(descriptor)) return;
    if (call.entered) {
      line_ = told_by(tracee_.text_at(buffer, length));
      add(found, "write-before", line_);
      add(found, "write-torn", line_, true);
    } else {
      ++lines_;
      seen_.clear();
      add(found, "write-after", line_);
      all_[found.back()].writes = true;
    }
  } else if (is_one_of(call, {SYS_fsync, SYS_fdatasync}) && is_journal(descriptor)) {
    // Between the return of the write and this call nothing lies: that point is "write-after".
    if (!call.entered) add(found, "sync-after", line_);
  } else if (is_one_of(call, {SYS_ftruncate}) && is_journal(descriptor)) {
    add(found, call.entered ? "truncate-before" : "truncate-after", line_);
  }
}

void Points::look_at_children(const Call& call, Found& found) {
  if (is_one_of(call, {SYS_clone, SYS_clone3, SYS_fork, SYS_vfork})) {
    // Its words are not known before it has become its program.
    if (call.entered) unnamed_.clear();
    add(found, call.entered ? "start-before" : "start-after", "");
    unnamed_.push_back(all_.size() - 1);
  } else if (is_one_of(call, {SYS_pidfd_open}) && call.entered) {
    began(static_cast<pid_t>(call.arguments[0]));
    add(found, "started", children_[static_cast<pid_t>(call.arguments[0])]);
  } else if (is_one_of(call, {SYS_waitid, SYS_wait4})) {
    const bool pidfd = is_one_of(call, {SYS_waitid}) && call.arguments[0] == by_pidfd;
    const auto pid = pidfd && call.entered          ? pid_behind(tracee_, call.arguments[1])
                     : is_one_of(call, {SYS_wait4}) ? static_cast<pid_t>(call.arguments[0])
                                                    : -1;
    if (call.entered) line_of_child_ = children_.contains(pid) ? children_[pid] : "";
    // Whoever waits here knows that it has ended: recover looks at its pidfd first.
    if (call.entered || call.result >= 0) add(found, call.entered ? "ended" : "reaped", line_of_child_);
  }
}

void Points::began(pid_t child) {
  auto& words = children_[child] = words_of_process(child);
  for (const auto index : unnamed_) all_[index].words = words;
  unnamed_.clear();
}

void Points::look_at_mounts(const Call& call, Found& found) {
  const auto& at = call.arguments;
  std::string words;
  if (is_one_of(call, {SYS_mount})) {
    words = "mount " + tracee_.path_at(at[1]);
  } else if (is_one_of(call, {SYS_umount2})) {
    words = "umount " + tracee_.path_at(at[0]);
  } else if (is_one_of(call, {SYS_move_mount})) {
    words = "move_mount " + tracee_.path_at(at[3]);
  } else if (is_one_of(call, {SYS_fsmount})) {
    words = "fsmount";
  } else if (is_one_of(call, {SYS_open_tree})) {
    words = "open_tree " + tracee_.path_at(at[1]);
  } else if (is_one_of(call, {SYS_mount_setattr})) {
    words = "mount_setattr " + tracee_.path_at(at[1]);
  } else if (is_one_of(call, {SYS_unshare})) {
    words = "unshare";
  } else {
    return;
  }
  add(found, call.entered ? "mount-before" : "mount-after", words);
}

void Points::look_at_files(const Call& call, Found& found) {
  const auto& at = call.arguments;
  std::string kind, words;
  if (is_one_of(call, {SYS_rename})) {
    kind = "rename", words = tracee_.path_at(at[0]) + " " + tracee_.path_at(at[1]);
  } else if (is_one_of(call, {SYS_renameat, SYS_renameat2})) {
    kind = "rename", words = tracee_.path_at(at[1]) + " " + tracee_.path_at(at[3]);
  } else if (is_one_of(call, {SYS_unlink, SYS_rmdir})) {
    kind = "unlink", words = tracee_.path_at(at[0]);
  } else if (is_one_of(call, {SYS_unlinkat})) {
    kind = "unlink", words = tracee_.path_at(at[1]);
  } else if (is_one_of(call, {SYS_symlink})) {
    kind = "symlink", words = tracee_.path_at(at[0]) + " " + tracee_.path_at(at[1]);
  } else {
    return;
  }
  // What failed has changed nothing: behind it is where it was before it.
  if (call.entered || call.result == 0) add(found, kind + (call.entered ? "-before" : "-after"), words);
}

}  // namespace killpoint
