// From what was seen on the healthy machine to its profile, with what is a guess and what was not found.
//
//     const auto captured = conclude(look(), nullptr);
//     write_file("machine.toml", profile_text(captured.profile, captured.remarks, local_time(now())), 0600);
#pragma once

#include <string>
#include <vector>

#include "recover/capture/sight.hpp"
#include "recover/profile.hpp"

namespace recover::capture {

struct Remark {
  enum class Kind {
    guess,    // there is a value, and a doubt
    missing,  // a recovery needs it
    absent,   // nice to know
  };
  Kind kind = Kind::guess;
  // Where in the profile: "bacula.client", "esp", "disk.system.serial", "subvolume.@home.mount".
  std::string key;
  std::string text;  // a sentence without a full stop, printable
  bool operator==(const Remark&) const = default;
};

std::string to_string(Remark::Kind kind);  // "guess", "not found", "note"

struct Captured {
  Profile profile;
  std::vector<Remark> remarks;
  std::string storage_mount;  // where the root directory of the storage volume is now; empty: nowhere

  bool complete() const;  // nothing is missing
  const Remark* remark(const std::string& key) const;
  void say(Remark::Kind kind, std::string key, const std::string& text);
};

// `before`: an earlier profile of this machine, or nullptr. Its names of disks stay; where the machine leaves
// a choice, its answer counts; its notes are kept.
Captured conclude(const Sight& sight, const Profile* before);

}  // namespace recover::capture
