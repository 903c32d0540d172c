#include "recover/efi_entry.hpp"

#include <algorithm>
#include <cctype>

#include "recover/system/text.hpp"

namespace recover {
namespace {

using system::lower;

// As one would compare paths of a FAT: slashes single and backward, one at the front, no case.
std::string folded(const std::string& loader) {
  std::string path = "\\";
  for (const char c : lower(loader)) {
    const char backward = c == '/' ? '\\' : c;
    if (backward != '\\' || path.back() != '\\') path += backward;
  }
  return path;
}

bool contains(const std::vector<std::uint16_t>& numbers, std::uint16_t number) {
  return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

bool same_entry(const EfiEntry& entry, const EfiEntry& wanted) {
  return entry.label == wanted.label && lower(entry.partition) == lower(wanted.partition) &&
         same_loader(entry.loader, wanted.loader);
}

// On our own partition, whatever it starts there; or the very same, on a partition that is no more.
bool is_stale(const EfiEntry& entry, const EfiEntry& wanted, const std::vector<std::string>& partitions) {
  if (entry.label != wanted.label || entry.partition.empty()) return false;
  const auto partition = lower(entry.partition);
  if (partition == lower(wanted.partition)) return true;
  return same_loader(entry.loader, wanted.loader) &&
         std::none_of(partitions.begin(), partitions.end(),
                      [&](const auto& here) { return lower(here) == partition; });
}

// Of several, the one that the firmware tries first.
const EfiEntry* find_same(const EfiFacts& efi, const EfiEntry& wanted) {
  const EfiEntry* found = nullptr;
  const auto rank = [&](const EfiEntry& entry) {
    return std::find(efi.order.begin(), efi.order.end(), entry.number) - efi.order.begin();
  };
  for (const auto& entry : efi.entries)
    if (same_entry(entry, wanted) && (found == nullptr || rank(entry) < rank(*found))) found = &entry;
  return found;
}

// Not even one that will be removed: whoever writes first and removes then must not remove the new one. Nor
// one that BootOrder names, though nothing readable is there.
std::uint16_t lowest_free(const EfiFacts& efi) {
  std::uint16_t number = 0;
  const auto taken = [&] {
    return contains(efi.order, number) ||
           std::any_of(efi.entries.begin(), efi.entries.end(),
                       [&](const auto& entry) { return entry.number == number; });
  };
  while (taken() && number < 0xffff) ++number;
  return number;
}

}  // namespace

EfiChanges efi_changes(const EfiFacts& efi, const EfiEntry& wanted,
                       const std::vector<std::string>& partitions) {
  EfiChanges changes{wanted, {}, {}};
  const auto* same = find_same(efi, wanted);
  changes.entry.number = same != nullptr ? same->number : lowest_free(efi);
  changes.entry.active = true;
  for (const auto& entry : efi.entries)
    if (entry.number != changes.entry.number && is_stale(entry, wanted, partitions))
      changes.remove.push_back(entry.number);
  changes.order.push_back(changes.entry.number);
  for (const auto number : efi.order)
    if (!contains(changes.remove, number) && !contains(changes.order, number))
      changes.order.push_back(number);
  return changes;
}

bool same_loader(const std::string& a, const std::string& b) {
  return folded(a) == folded(b);
}

}  // namespace recover
