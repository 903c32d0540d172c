#include "recover/repair_actions.hpp"

#include <unistd.h>

#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

#include "recover/bacula/keep.hpp"
#include "recover/bacula/locate.hpp"
#include "recover/bacula/lstat.hpp"
#include "recover/bacula/text_numbers.hpp"
#include "recover/bacula/volume.hpp"
#include "recover/error.hpp"
#include "recover/lost_name.hpp"
#include "recover/mend.hpp"
#include "recover/repair_list.hpp"
#include "recover/report/write.hpp"
#include "recover/system/files.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/process.hpp"
#include "recover/system/signals.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

// What is to be brought back, by number: the Director's job takes any name then.
struct Wanted {
  std::set<bacula::FileKey> files;
  std::map<std::string, std::string> named;  // as the list has it -> its name, which the volume tells again
  std::int64_t bytes = 0;
  std::vector<std::string> damaged;  // in words: those that cannot be had
  std::string damaged_names;         // a line each, printable
};

// The restore job makes a directory that leads to a file, though it cannot be had itself: such a one is not
// what was lost.
std::string damaged_list(const std::string& restored) {
  return restored + ".damaged";
}

// The list as the volumes know its files.
struct Listed {
  std::set<std::string> names;
  std::map<bacula::FileKey, std::string> nameless;  // -> as it is listed
};

Listed listed(const Losses& losses) {
  Listed all;
  for (const auto& [lost, files] : losses.lost)
    for (const auto& [path, words] : files) {
      if (path.starts_with('/')) all.names.insert(system::from_printable(path));
      if (const auto key = from_lost_name(path)) all.nameless[*key] = path;
    }
  return all;
}

// A hard link comes back only after the file that it is a link to (measured: "Could not hard link").
Wanted find_wanted(const std::string& volumes, const bacula::Bootstrap& bootstrap, const Listed& list) {
  Wanted wanted;
  std::set<bacula::FileKey> damaged;
  std::set<std::pair<bacula::FileKey, bacula::FileKey>> links;
  std::map<std::pair<std::uint32_t, std::uint32_t>, bacula::TextNumbers> numbers;  // of each session
  bacula::for_each_file(volumes, bootstrap, [&](const bacula::VolumeFile& file) {
    const bacula::FileKey key{file.session_time, file.session_id, file.index};
    auto name = file.name;
    while (name.size() > 1 && name.back() == '/') name.pop_back();
    if (!file.damage.empty()) damaged.insert(key);
    auto& numbering = numbers[{file.session_time, file.session_id}];
    numbering.add(file);
    const auto nameless = list.nameless.find(key);
    if (nameless != list.nameless.end() && !name.empty() && file.damage.empty())
      wanted.named[nameless->second] = name;
    else if (!list.names.contains(name))
      return;
    if (!file.damage.empty()) {
      wanted.damaged.push_back(system::printable(name) + ": " + system::printable(file.damage.front()));
      wanted.damaged_names += system::printable(name) + "\n";
      return;
    }
    const auto number = bacula::parse_lstat(file.lstat).link_index;
    const auto original = numbering.index_of(number);
    if (number != 0 && original == 0) {
      wanted.damaged.push_back(system::printable(name) + ": the file that it is a hard link to is not there");
      return;
    }
    if (number != 0 && original != file.index) {
      links.emplace(key, bacula::FileKey{key.session_time, key.session_id, original});
    } else {
      wanted.files.insert(key);
    }
    wanted.bytes += bacula::data_bytes({name, file.lstat});
  });
  for (const auto& [link, original] : links)
    if (!damaged.contains(original)) wanted.files.insert({link, original});
  return wanted;
}

// What could not be named when it was listed goes on the list by its name.
void give_names(const Losses& losses, const std::map<std::string, std::string>& named, Observer& observer) {
  for (const auto& [as_listed, name] : named) {
    const auto path = system::printable(name);
    const auto tell = [&](const char* event, const std::string& words, const std::string& key) {
      auto told =
          Event(event).with("lost", "data").with("files", std::vector{words}).with("paths", std::vector{key});
      record(losses, told);
      observer.observe(told);
    };
    tell("degraded", path + ": its name was lost", path);
    tell("repaired", as_listed + ": it is " + path, as_listed);
  }
}

void require_room(std::int64_t bytes, const std::string& where) {
  const auto free = system::free_bytes(Layout::repair_scratch);
  if (bytes < free) return;
  throw Failed("The files to be repaired have " + system::human_bytes(bytes) + ", and only " +
                   system::human_bytes(free) + " are free for " + where,
               "Make room there; it is needed only while they are mended");
}

// Gathers the outcomes of one sort and passes them on by the hundred.
class Outcomes {
 public:
  Outcomes(const char* event, std::string lost, std::function<void(const Event&)> tell)
      : event_(event), lost_(std::move(lost)), tell_(std::move(tell)) {}

  void add(const std::string& path, const std::string& words) {
    paths_.push_back(path);
    words_.push_back(words.empty() ? path : path + ": " + words);
    if (paths_.size() == 100) flush();
  }
  void flush() {
    if (paths_.empty()) return;
    tell_(Event(event_)
              .with("lost", lost_)
              .with("files", std::exchange(words_, {}))
              .with("paths", std::exchange(paths_, {})));
  }

 private:
  const char* event_;
  std::string lost_;
  std::function<void(const Event&)> tell_;
  std::vector<std::string> paths_, words_;
};

std::set<std::string> lines_of(const std::string& text) {
  std::set<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.insert(line);
  return lines;
}

Mended mend_one(Mender& mender, const std::string& lost, const std::string& path) {
  if (!path.starts_with('/')) return {false, "nobody knows its name, so nobody knows where it belongs"};
  return mender.mend(lost, system::from_printable(path));
}

}  // namespace

void restore_lost(system::Processes& processes, const RestoreLost& action, Observer& observer) {
  const auto losses = find_losses(action.storage);
  const auto list = listed(losses);
  system::make_directories(action.request.where, 0700);
  if (losses.lost.empty()) return observer.observe(Event("nothing-degraded"));
  if (list.names.empty() && list.nameless.empty()) return;
  if (losses.bootstrap.empty())
    throw Failed("The bootstrap file backup.bsr of the recovery is neither in " +
                     std::string(Layout::handed_over) + " nor in the state directory",
                 "Restore the files by hand, as of the moment that \"recover log\" names");
  const auto bootstrap = bacula::parse_bootstrap(system::read_file(losses.bootstrap), losses.bootstrap);
  const auto wanted = find_wanted(action.volumes, bootstrap, list);
  give_names(losses, wanted.named, observer);
  system::write_file(damaged_list(action.request.where), wanted.damaged_names, 0600);
  if (!wanted.damaged.empty()) observer.observe(Event("still-damaged").with("files", wanted.damaged));
  if (wanted.files.empty()) return;
  require_room(wanted.bytes, action.request.where);
  auto request = action.request;
  request.files = static_cast<std::int64_t>(wanted.files.size());
  // The Director, which is not root, reads it; it holds no names of files.
  system::write_file(request.bootstrap,
                     bacula::to_text(bacula::locate_files(action.volumes, bootstrap, wanted.files)), 0644);
  const auto outcome = bacula::restore_by_director(processes, request, {});
  observer.observe(Event("restored")
                       .with("job", outcome.job_id)
                       .with("files", outcome.files)
                       .with("bytes", outcome.bytes));
}

void mend_files(system::Processes& processes, const MendFiles& action, Observer& observer) {
  const auto losses = find_losses(action.storage);
  if (losses.lost.empty()) return;
  // By a clock that has gone back since nothing can be told.
  const auto completed_at = system::now() < losses.completed_at ? 0 : losses.completed_at;
  Mender mender(processes, action.restored, "/", completed_at);
  const auto damaged = lines_of(system::read_file_or(damaged_list(action.restored), ""));
  const auto tell_repaired = [&](const Event& event) {
    ::sync();  // what the list forgets must be on the disk
    record(losses, event);
    observer.observe(event);
  };
  const auto tell = [&](const Event& event) {
    observer.observe(event);
  };
  // Whole files first: they bring their ACLs and xattrs with them.
  const std::vector<std::vector<std::string>> rounds{{"file", "data"}, {"ACL", "xattr"}};
  for (const auto& kinds : rounds) {
    std::map<std::string, Outcomes> repaired, left;
    for (const auto& lost : kinds) {
      repaired.emplace(lost, Outcomes("repaired", lost, tell_repaired));
      left.emplace(lost, Outcomes("not-repaired", lost, tell));
    }
    for (const auto& [path, all] : by_path(losses, kinds))
      for (const auto& lost : all) {
        system::throw_if_interrupted();
        const auto mended = damaged.contains(path) ? Mended{false, "it cannot be had from the volumes"}
                                                   : mend_one(mender, lost, path);
        (mended.repaired ? repaired : left).at(lost).add(path, mended.words);
      }
    for (auto* outcomes : {&repaired, &left})
      for (auto& [lost, outcome] : *outcomes) outcome.flush();
  }
  // Those of the recovery: what is repaired is no longer degraded there.
  for (const auto& recovery : losses.journals)
    if (const auto why = report::leave(recovery.directory); !why.empty())
      observer.observe(Event("report-not-left").with("why", why));
}

}  // namespace recover
