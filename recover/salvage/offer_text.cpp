#include "recover/salvage/offer_text.hpp"

#include <algorithm>
#include <array>

#include "recover/system/machine.hpp"
#include "recover/system/text.hpp"

namespace recover::salvage {
namespace {

constexpr std::size_t width = 79;

std::string counted(std::int64_t count, const char* thing) {
  return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

std::string in_column(std::int64_t count) {
  auto text = std::to_string(count);
  if (text.size() < 6) text.insert(0, 6 - text.size(), ' ');
  return text;
}

// What one line holds, and "..." where that is not all.
std::string cut(const std::string& text, std::size_t most) {
  if (text.size() <= most) return text;
  auto end = most - 3;
  // Not in the middle of a letter of UTF-8.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

struct Sort {
  Change change;
  const char* words;
};
constexpr std::array<Sort, 6> sorts{{
    {Change::added, "new: nothing is there by that name"},
    {Change::replaces, "in the place of an older or other one of the backup"},
    {Change::untrusted, "BESIDE the backup's: not shown to be whole, or not the newest"},
    {Change::damaged, "BESIDE, as NAME.salvaged-damaged: something of it is missing"},
    {Change::other_kind, "BESIDE, as NAME.salvaged: a directory has that name"},
    {Change::newer_there, "NOT taken unless you say so of each: what is there is newer"},
}};

std::string group(const Offer& offer, const Sort& sort) {
  std::int64_t files = 0, directories = 0, unsure = 0;
  std::string names;
  for (const auto& proposal : offer.proposals) {
    if (proposal.change != sort.change) continue;
    (proposal.is_directory() ? directories : files) += 1;
    unsure += proposal.change == Change::added && proposal.provenance != Provenance::clean ? 1 : 0;
    if (names.size() < width && !proposal.is_directory())
      names += (names.empty() ? "" : ", ") + system::printable(proposal.path);
  }
  if (files + directories == 0) return "";
  auto text = in_column(files) + " " + sort.words;
  if (directories > 0)
    text += "; and " + std::to_string(directories) + (directories == 1 ? " directory" : " directories");
  text = cut(text, width) + "\n";
  if (!names.empty()) text += cut("         " + names, width) + "\n";
  if (unsure > 0)
    text += cut("         (" + std::to_string(unsure) + " of them not shown to be whole, or not the newest)",
                width) +
            "\n";
  return text;
}

std::string left_behind(const std::vector<Withheld>& all, const std::string& words) {
  if (all.empty()) return "";
  return cut(in_column(static_cast<std::int64_t>(all.size())) + " " + words, width) + "\n" +
         cut("         " + system::printable(all.front().path) +
                 (all.front().words.empty() ? "" : ": " + all.front().words),
             width) +
         "\n";
}

std::string trust(const Proposal& proposal) {
  switch (proposal.provenance) {
    case Provenance::clean:
      return "";
    case Provenance::unchecked:
      return proposal.problem.empty() ? "nothing shows that it is whole"
                                      : system::printable(proposal.problem);
    case Provenance::older_generation:
      return "it is not the newest: an older state of the filesystem had it";
    case Provenance::unreadable:
      break;
  }
  return "DAMAGED" + (proposal.problem.empty() ? "" : ": " + system::printable(proposal.problem));
}

std::string effect(const Proposal& proposal) {
  const auto there = proposal.instead ? system::local_time(*proposal.instead) : "";
  switch (proposal.change) {
    case Change::added:
      return "new";
    case Change::replaces:
      return proposal.is_directory() ? "its owner, mode and attributes"
                                     : "in the place of the one of " + there;
    case Change::untrusted:
      return (there.empty() ? "beside, as *" : "beside the one of " + there + ", as *") +
             std::string(proposal.suffix());
    case Change::damaged:
      return "beside, as *" + std::string(proposal.suffix());
    case Change::other_kind:
      return "beside, as *" + std::string(proposal.suffix()) + ": a directory has that name";
    case Change::newer_there:
      break;
  }
  return "what is there is NEWER, of " + there;
}

std::string facts(const Proposal& proposal) {
  if (proposal.is_directory()) return "directory";
  return (proposal.kind == "file" ? system::human_bytes(proposal.size) : proposal.kind) + " of " +
         system::local_time(proposal.mtime);
}

}  // namespace

OfferSize size_of(const Offer& offer) {
  OfferSize size;
  for (const auto& proposal : offer.proposals) {
    if (proposal.change == Change::newer_there) continue;
    size.files += proposal.is_directory() ? 0 : 1;
    size.bytes += proposal.bytes;
  }
  return size;
}

std::string summary(const Offer& offer, const OfferPlace& place) {
  const auto size = size_of(offer);
  std::string text = "\nWHAT WAS SALVAGED" + (place.taken_at.empty() ? "" : ", " + place.taken_at) + "\n";
  text += cut("   " + system::printable(place.directory), width) + "\n";
  text += cut("   " + counted(size.files, "file") + " to take, " + system::human_bytes(size.bytes) +
                  (place.free_bytes < 0 ? "" : " (" + system::human_bytes(place.free_bytes) + " are free)") +
                  "; " + std::to_string(offer.same) + " are there already",
              width) +
          "\n";
  for (const auto& sort : sorts) text += group(offer, sort);
  text += left_behind(offer.withheld, "stay in the salvage");
  text += left_behind(offer.lost, "were lost: nothing of them could be read");
  return text;
}

std::string described(const Proposal& proposal) {
  auto text = cut("   " + system::printable(proposal.path), width) + "\n" +
              cut("      " + facts(proposal) + ": " + effect(proposal), width) + "\n";
  if (const auto words = trust(proposal); !words.empty()) text += cut("      " + words, width) + "\n";
  return text;
}

std::string line_of(const Proposal& proposal) {
  const auto words = trust(proposal);
  return system::printable(proposal.path) + ": " + facts(proposal) + ", " + effect(proposal) +
         (words.empty() ? "" : "; " + words);
}

std::vector<std::string> all_lines(const Offer& offer) {
  std::vector<std::string> lines;
  for (const auto& proposal : offer.proposals) lines.push_back(line_of(proposal));
  for (const auto& withheld : offer.withheld)
    lines.push_back(system::printable(withheld.path) + ": stays in the salvage: " + withheld.words);
  for (const auto& lost : offer.lost)
    lines.push_back(system::printable(lost.path) + ": LOST" + (lost.words.empty() ? "" : ": " + lost.words));
  return lines;
}

}  // namespace recover::salvage
