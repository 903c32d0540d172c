// What the parts of verify-backup share.
#pragma once

#include <string>
#include <vector>

#include "recover/bacula/console.hpp"
#include "recover/facts.hpp"
#include "recover/profile.hpp"
#include "recover/recoveries.hpp"
#include "recover/verify/canary.hpp"
#include "recover/verify/findings.hpp"
#include "recover/verify/places.hpp"
#include "recover/verify/record.hpp"

namespace recover::verify {

inline constexpr const char* once_more = "run recover verify-backup again";

struct Context {
  const Profile& profile;
  const Facts& facts;
  system::Processes& processes;
  Findings& findings;
  Reporter& reporter;
  bacula::Console console;           // of the machine's own Director
  std::string own;                   // directory of the journal that travelled, and of the record
  std::vector<Recovery> recoveries;  // all that are on record here
  bool lost_journal;                 // there was a recovery whose journal is gone, or cannot be believed
  std::vector<Place> places;
  Record record;  // of earlier verifications

  // Where the Bacula volumes are; empty: the storage volume is not mounted.
  std::string volumes() const {
    return facts.storage ? facts.storage->mount_point + "/" + profile.storage.volumes : "";
  }
};

}  // namespace recover::verify
