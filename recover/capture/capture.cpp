#include "recover/capture/capture.hpp"

#include <algorithm>

#include "recover/capture/parts.hpp"
#include "recover/system/text.hpp"

namespace recover::capture {

std::string to_string(Remark::Kind kind) {
  switch (kind) {
    case Remark::Kind::guess:
      return "guess";
    case Remark::Kind::missing:
      return "not found";
    case Remark::Kind::absent:
      break;
  }
  return "note";
}

bool Captured::complete() const {
  return std::none_of(remarks.begin(), remarks.end(),
                      [](const auto& remark) { return remark.kind == Remark::Kind::missing; });
}

const Remark* Captured::remark(const std::string& key) const {
  for (const auto& remark : remarks)
    if (remark.key == key) return &remark;
  return nullptr;
}

void Captured::say(Remark::Kind kind, std::string key, const std::string& text) {
  // Names of files and labels may hold anything. Paths of UEFI keep their backslashes.
  auto shown = system::printable(text);
  const std::string escaped = "\\134";
  for (auto at = shown.find(escaped); at != std::string::npos; at = shown.find(escaped, at + 1))
    shown.replace(at, escaped.size(), "\\");
  remarks.push_back({kind, std::move(key), std::move(shown)});
}

Captured conclude(const Sight& sight, const Profile* before) {
  Captured captured;
  auto& profile = captured.profile;
  profile.name = before != nullptr ? before->name : sight.host_name;
  profile.machine_id = sight.machine_id;
  profile.virtualisation = sight.virtualisation;
  if (before != nullptr) profile.notes = before->notes;
  if (before != nullptr) profile.verify = before->verify;
  if (before != nullptr) profile.environment = before->environment;
  conclude_filesystem(sight, before, captured);
  conclude_subvolumes(sight, captured);
  conclude_boot_filesystems(sight, before, captured);
  conclude_boot_loader(sight, before, captured);
  conclude_storage(sight, before, captured);
  return captured;
}

}  // namespace recover::capture
