#include "recover/diagnose/smart.hpp"

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <sstream>

#include "recover/system/text.hpp"

namespace recover::diagnosis {
namespace {

std::string trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t"), to = text.find_last_not_of(" \t\r");
  return from == text.npos ? "" : std::string(text.substr(from, to - from + 1));
}

// Behind "NAME:"; nothing where the line does not begin with it.
std::optional<std::string> value_of(std::string_view line, std::string_view name) {
  if (!line.starts_with(name)) return std::nullopt;
  return trimmed(line.substr(name.size()));
}

// "1,234" and "0x04" too.
std::uint64_t count_of(const std::string& text) {
  std::string digits;
  for (const char c : text)
    if (c != ',' && c != '.') digits += c;
  return std::strtoull(digits.c_str(), nullptr, 0);
}

std::uint64_t decimal(const std::string& text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// "197 Current_Pending_Sector  0x0012   100   100   000    Old_age   Always       -       8"
void read_attribute(const std::string& line, DiskHealth& health) {
  std::istringstream words(line);
  std::string id, name, flag, value, worst, threshold, type, updated, failed, raw;
  if (!(words >> id >> name >> flag >> value >> worst >> threshold >> type >> updated >> failed >> raw))
    return;
  if (id.find_first_not_of("0123456789") != id.npos || !flag.starts_with("0x")) return;
  const auto told = id + " " + system::printable(name) + ": " + system::printable(raw);
  if (failed == "FAILING_NOW") {
    health.failing = true;
    health.findings.push_back(told + ", failing now");
    return;
  }
  // Sectors that are given up for others; that wait to be read once; that cannot be read; bad cables.
  if (id != "5" && id != "196" && id != "197" && id != "198" && id != "199" && id != "187") return;
  if (decimal(raw) == 0) return;
  health.findings.push_back(told);
  if (id == "197" || id == "198") health.failing = true;
}

// NVM Express Base Specification, SMART / Health Information: bit 1 of the warning is the temperature alone.
void read_nvme(const std::string& line, DiskHealth& health) {
  if (const auto warning = value_of(line, "Critical Warning:"); warning && count_of(*warning) != 0) {
    health.findings.push_back("critical warning " + system::printable(*warning));
    if ((count_of(*warning) & ~2ULL) != 0) health.failing = true;
  }
  if (const auto errors = value_of(line, "Media and Data Integrity Errors:");
      errors && count_of(*errors) != 0) {
    health.findings.push_back("media and data integrity errors: " + system::printable(*errors));
    health.failing = true;
  }
}

// What a SCSI disk prints, which has no attributes.
void read_scsi(const std::string& line, DiskHealth& health) {
  if (const auto defects = value_of(line, "Elements in grown defect list:");
      defects && count_of(*defects) != 0)
    health.findings.push_back("grown defects: " + system::printable(*defects));
}

}  // namespace

DiskHealth health_of(const std::string& disk, std::string_view text) {
  DiskHealth health;
  health.disk = disk;
  std::string last;
  std::istringstream lines{std::string(text)};
  for (std::string raw; std::getline(lines, raw);) {
    const auto line = trimmed(raw);
    for (const auto name : {"SMART overall-health self-assessment test result:", "SMART Health Status:"})
      if (const auto verdict = value_of(line, name)) {
        health.known = true;
        if (*verdict == "PASSED" || *verdict == "OK") continue;
        health.failing = true;
        health.findings.push_back("it says of itself: " + system::printable(*verdict));
      }
    read_attribute(line, health);
    read_nvme(line, health);
    read_scsi(line, health);
    if (!line.empty()) last = line;
  }
  if (!health.known && !health.failing)
    health.problem = last.empty() ? "smartctl says nothing" : "smartctl says: " + system::printable(last);
  return health;
}

}  // namespace recover::diagnosis
