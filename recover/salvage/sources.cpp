#include "recover/salvage/sources.hpp"

#include <algorithm>

namespace recover::salvage {
namespace {

constexpr const char* nowhere = "/.subvolumes";

std::string plain(std::string path) {
  while (path.starts_with('/')) path.erase(0, 1);
  while (path.ends_with('/')) path.pop_back();
  return path;
}

// "a" and "a/b", not "ab"; all are below "".
bool is_at_or_below(const std::string& path, const std::string& top) {
  return top.empty() || path == top || path.starts_with(top + "/");
}

std::string below(const std::string& mount_point, const std::string& rest) {
  const auto base = plain(mount_point);
  return "/" + base + (base.empty() || rest.empty() ? "" : "/") + rest;
}

// Which of the mounted ones has the longest `text` that `path` is at or below.
const std::pair<std::string, std::string>* nearest(const MountedPaths& mounted, const std::string& path,
                                                   std::string std::pair<std::string, std::string>::*text) {
  const std::pair<std::string, std::string>* best = nullptr;
  for (const auto& pair : mounted)
    if (is_at_or_below(path, plain(pair.*text)) &&
        (!best || plain(pair.*text).size() > plain(best->*text).size()))
      best = &pair;
  return best;
}

}  // namespace

std::string place_on_machine(const std::string& subvolume, const MountedPaths& mounted) {
  using Pair = std::pair<std::string, std::string>;
  const auto path = plain(subvolume);
  const std::string otherwise = below(nowhere, path);
  const auto* in = nearest(mounted, path, &Pair::first);
  if (!in) return otherwise;
  const auto top = plain(in->first);
  const auto place = below(in->second, plain(path.substr(top.size())));
  // Behind what is mounted there it is not seen.
  return nearest(mounted, plain(place), &Pair::second) == in ? place : otherwise;
}

std::string place_on_filesystem(const std::string& path, const MountedPaths& mounted) {
  using Pair = std::pair<std::string, std::string>;
  const auto on_machine = plain(path), top = plain(nowhere);
  if (is_at_or_below(on_machine, top)) return plain(on_machine.substr(top.size()));
  const auto* in = nearest(mounted, on_machine, &Pair::second);
  if (!in) return on_machine;
  const auto rest = plain(on_machine.substr(plain(in->second).size()));
  return plain(plain(in->first) + "/" + rest);
}

Parts parts_of(const MountedPaths& mounted, const std::vector<Subvolume>& found, bool snapshots) {
  Parts parts;
  const auto is_mounted = [&](const std::string& path) {
    return std::any_of(mounted.begin(), mounted.end(),
                       [&](const auto& pair) { return plain(pair.first) == plain(path); });
  };
  const auto is_there = [&](const std::string& path) {
    return found.empty() || plain(path).empty() ||
           std::any_of(found.begin(), found.end(),
                       [&](const auto& subvolume) { return plain(subvolume.path) == plain(path); });
  };
  for (const auto& [path, point] : mounted) {
    parts.read.push_back({plain(path), below(point, "")});
    if (!is_there(path)) continue;  // what lies at its mount point is no part of it
    parts.elsewhere.push_back(below(point, ""));
    // The part that it lies in has an entry for it as well, by which it is not entered.
    parts.elsewhere.push_back(below(nowhere, plain(path)));
  }
  for (const auto& subvolume : found) {
    if (is_mounted(subvolume.path)) continue;
    const auto place = place_on_machine(subvolume.path, mounted);
    if (snapshots || !subvolume.read_only) parts.read.push_back({plain(subvolume.path), place});
    parts.elsewhere.push_back(place);
    parts.elsewhere.push_back(below(nowhere, plain(subvolume.path)));
  }
  if (!is_mounted("")) parts.read.push_back({"", nowhere});
  auto& all = parts.elsewhere;
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return parts;
}

Source source_of(const Part& part, const Parts& parts, const std::string& at, const Rung& rung,
                 std::uint64_t generation, bool scratch) {
  Source source{at + (part.subvolume.empty() ? "" : "/" + part.subvolume), part.path, rung, generation};
  source.scratch = scratch;
  for (const auto& path : parts.elsewhere)
    if (path != part.path && is_at_or_below(plain(path), plain(part.path))) source.elsewhere.push_back(path);
  return source;
}

}  // namespace recover::salvage
