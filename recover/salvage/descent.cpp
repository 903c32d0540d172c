#include "recover/salvage/descent.hpp"

#include <filesystem>
#include <map>
#include <utility>

#include "recover/error.hpp"
#include "recover/salvage/manifest.hpp"
#include "recover/system/signals.hpp"

namespace recover::salvage {
namespace {

namespace fs = std::filesystem;

bool is_directory(const std::string& path) {
  std::error_code error;
  return fs::is_directory(fs::symlink_status(path, error));
}

}  // namespace

Outcome Descent::go(const std::vector<Rung>& rungs) {
  for (const auto& rung : rungs) {
    system::throw_if_interrupted();
    if (rung.name == "usebackuproot" && outcome_.opened) {
      pass_over(rung, "not tried: the newest tree root could be read, and then it is the same");
      continue;
    }
    const auto ways = readings_.ways(rung);
    if (ways.empty()) pass_over(rung, "there is none that is known");
    for (const auto& way : ways) {
      take(way);
      if (is_enough()) break;
    }
    if (is_enough()) break;
  }
  outcome_.lost.assign(unreached_.begin(), unreached_.end());
  return outcome_;
}

bool Descent::is_enough() const {
  return outcome_.opened && unreached_.empty() && outcome_.doubts.empty() && !collector_.incomplete();
}

void Descent::take(const Way& way) {
  const auto before = collector_.totals();
  std::unique_ptr<Reading> reading;
  try {
    reading = readings_.open(way, wanting(way));
  } catch (const NotTried& error) {
    outcome_.not_tried.push_back(way.rung.name + ": " + error.problem() + ". " + error.remedy());
    return tell(way, error.problem(), before);
  } catch (const Failed& error) {
    return tell(way, error.problem(), before);
  }
  // What btrfs restore has brought to the same filesystem is moved.
  if (!std::exchange(outcome_.opened, true) && way.rung.kind == RungKind::mount) require_room(*reading);
  for (const auto& source : reading->sources()) {
    if (!is_directory(source.at)) {
      if (!reached_.contains(source.path)) unreached_.insert(source.path);
      continue;
    }
    collector_.collect(source);
    reached_.insert(source.path);
    unreached_.erase(source.path);
  }
  tell(way, reading->answer(), before);
  if (way.rung.kind == RungKind::mount) mounted_ = true;
  if (way.rung.kind == RungKind::restore && !mounted_) outcome_.doubts = reading->doubts();
  reading->close();
}

// A mount shows everything at no cost. btrfs restore copies before anything can be chosen: of a large
// filesystem that a mount has read but for some files, these alone.
Wanting Descent::wanting(const Way& way) const {
  if (!mounted_ || way.rung.kind == RungKind::mount) return {};
  std::map<std::string, std::int64_t> left;  // -1: a directory, or nothing is known of it
  read_manifest(directory_, [&](const ManifestEntry& entry) {
    if (!entry.further.empty()) return;
    if (entry.provenance != Provenance::unreadable) {
      left.erase(entry.path);
    } else {
      left[entry.path] = entry.kind == "file" && entry.size > 0 ? entry.size : -1;
    }
  });
  for (const auto& path : unreached_) left[path] = -1;
  constexpr std::size_t most = 200;  // one regular expression names them all
  if (left.size() > most) return {};
  Wanting wanting{{}, 0};
  for (const auto& [path, bytes] : left) {
    wanting.paths.push_back(path);
    wanting.bytes = bytes < 0 || wanting.bytes < 0 ? -1 : wanting.bytes + bytes;
  }
  return wanting;
}

void Descent::require_room(const Reading& reading) {
  for (const auto& source : reading.sources())
    if (is_directory(source.at)) collector_.measure(source);
  collector_.require_room();
}

void Descent::pass_over(const Rung& rung, const std::string& why) {
  tell({rung, rung.options}, why, collector_.totals());
}

void Descent::tell(const Way& way, const std::string& answer, const Totals& before) {
  const auto now = collector_.totals();
  outcome_.answers.push_back(way.rung.name + (way.date.empty() ? "" : " (" + way.date + ")") + ": " + answer);
  Event event("rung");
  event.with("rung", way.rung.name).with("options", way.words).with("answer", answer);
  event.with("trust", way.rung.trust).with("files", now.taken - before.taken);
  event.with("bytes", now.bytes - before.bytes);
  if (way.generation != 0) event.with("generation", static_cast<std::int64_t>(way.generation));
  if (!way.date.empty()) event.with("date", way.date);
  observer_.observe(event);
}

}  // namespace recover::salvage
