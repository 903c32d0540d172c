#include "recover/mount_points.hpp"

#include <algorithm>
#include <sstream>

#include "recover/system/files.hpp"
#include "recover/system/tree_root.hpp"

namespace recover {
namespace {

std::string unescaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool octal = text[i] == '\\' && i + 3 < text.size() &&
                       std::all_of(text.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                   text.begin() + static_cast<std::ptrdiff_t>(i) + 4,
                                   [](char c) { return c >= '0' && c <= '7'; });
    if (!octal) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(std::stoi(text.substr(i + 1, 3), nullptr, 8));
    i += 3;
  }
  return out;
}

bool has_option(const std::string& options, const std::string& wanted) {
  return ("," + options + ",").find("," + wanted + ",") != std::string::npos;
}

}  // namespace

std::vector<FstabEntry> read_fstab(const std::string& root) {
  std::vector<FstabEntry> entries;
  std::istringstream lines(system::read_file_or(root + "/etc/fstab", ""));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    FstabEntry entry;
    if (!(words >> entry.source) || entry.source.front() == '#') continue;
    if (!(words >> entry.mount_point >> entry.type)) continue;
    words >> entry.options;
    entry.source = unescaped(entry.source);
    entry.mount_point = unescaped(entry.mount_point);
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<std::string> missing_mount_points(const std::string& root) {
  std::vector<std::string> missing;
  const system::TreeRoot tree(root);
  for (const auto& entry : read_fstab(root)) {
    const auto& point = entry.mount_point;
    if (entry.type == "swap" || point.empty() || point.front() != '/') continue;
    if ((point + "/").find("/../") != std::string::npos) continue;
    if (!tree.has(point)) missing.push_back(point);
  }
  return missing;
}

std::vector<std::string> unresolved_uuids(const std::vector<FstabEntry>& entries,
                                          const std::vector<BlockDevice>& devices) {
  std::vector<std::string> unresolved;
  for (const auto& entry : entries) {
    if (!entry.source.starts_with("UUID=") && !entry.source.starts_with("PARTUUID=")) continue;
    if (has_option(entry.options, "noauto") || has_option(entry.options, "nofail")) continue;
    auto uuid = entry.source.substr(entry.source.find('=') + 1);
    std::erase(uuid, '"');
    const bool known = std::any_of(devices.begin(), devices.end(), [&](const auto& device) {
      return entry.source.starts_with("UUID=") ? device.fs_uuid == uuid : device.partition_uuid == uuid;
    });
    if (!known) unresolved.push_back(entry.source);
  }
  return unresolved;
}

}  // namespace recover
