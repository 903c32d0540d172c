#include "recover/diagnose/kernel_words.hpp"

#include <algorithm>
#include <cctype>

#include "recover/system/text.hpp"

namespace recover::diagnosis {
namespace {

struct Known {
  std::string_view part;  // of the line
  Sign sign;
  std::string_view meaning;
};

// fs/btrfs/{disk-io,tree-checker,volumes,inode,super,extent-tree,messages,tree-log}.c, block/blk-core.c,
// fs/buffer.c, drivers/scsi/sd.c, drivers/nvme/host/core.c, drivers/ata/libata-eh.c. The first that fits
// counts.
constexpr Known known[] = {
    {"parent transid verify failed", Sign::metadata,
     "a block of a tree is older than what points to it: a write that the disk had confirmed is not on it"},
    {"bad tree block start", Sign::metadata,
     "a block of a tree is not where it should be: something else, or nothing, is there"},
    {"bad tree block", Sign::metadata, "a block of a tree is not what it should be"},
    {"write time tree block corruption", Sign::metadata,
     "a block of a tree was wrong before it was written, and was not written: suspect the memory (memtest)"},
    {"checksum verify failed", Sign::metadata, "a block of a tree has a wrong checksum"},
    {"tree level mismatch", Sign::metadata, "a block of a tree is not of the level that it should be of"},
    {"tree first key mismatch", Sign::metadata, "a block of a tree is not the one that is pointed to"},
    {"corrupt leaf", Sign::metadata,
     "a block of a tree has a right checksum and makes no sense: suspect the memory (memtest)"},
    {"corrupt node", Sign::metadata,
     "a block of a tree has a right checksum and makes no sense: suspect the memory (memtest)"},
    {"csum failed", Sign::data, "the content of a file has a wrong checksum"},
    {"csum hole found", Sign::data, "content of a file has no checksum any more"},
    {"unable to fixup", Sign::data, "a scrub has found what no second copy can mend"},
    {"failed to read chunk root", Sign::metadata, "the chunk tree cannot be read: where its blocks lie"},
    {"failed to read chunk tree", Sign::metadata, "the chunk tree cannot be read: where its blocks lie"},
    {"failed to read the system array", Sign::metadata, "the superblock's own list of chunks is not usable"},
    {"failed to read tree root", Sign::metadata, "the root of all trees cannot be read"},
    {"failed to load root", Sign::metadata, "the root of one of its trees cannot be read"},
    {"couldn't read tree root", Sign::metadata, "the root of all trees cannot be read"},
    {"failed to read block groups", Sign::metadata, "the extent tree, or its block groups, cannot be read"},
    {"failed to read log tree", Sign::log,
     "the log of the last seconds cannot be read: btrfs rescue zero-log gives those up"},
    {"failed to recover log tree", Sign::log,
     "the log of the last seconds cannot be played back: btrfs rescue zero-log gives those up"},
    {"superblock checksum mismatch", Sign::metadata, "the first superblock is damaged"},
    {"no valid FS found", Sign::metadata, "the first superblock is damaged"},
    {"unable to find logical", Sign::metadata, "something points to where the filesystem has no chunk"},
    {"attempt to access beyond end of device", Sign::hardware,
     "the filesystem is larger than its device: the device or its partition has become smaller"},
    {"duplicate device", Sign::clone, "two devices say that they are the same one of its devices"},
    {"too many missing devices", Sign::device,
     "a device is missing, and it may be mounted only with \"degraded\""},
    {"devices missing", Sign::device, "a device of it is missing"},
    {"is missing", Sign::device, "a device of it is missing"},
    {"lost page write", Sign::hardware, "a write to the disk has failed"},
    {"No space left", Sign::space, "it was full"},
    {"errno=-28", Sign::space, "it was full in the middle of a change, and took none any more"},
    {"errno=-5", Sign::other, "an input or output error ended a change in the middle"},
    {"forced readonly", Sign::other, "it was made read-only by an error: nothing was written from then on"},
    {"Transaction aborted", Sign::other, "a change was given up in the middle: nothing was written after it"},
    {"open_ctree failed", Sign::other, "it could not be mounted"},
    {"Kernel panic", Sign::other, "the kernel gave up"},
    {"critical medium error", Sign::hardware, "the disk cannot read what is on it"},
    {"Medium Error", Sign::hardware, "the disk cannot read what is on it"},
    {"Unrecovered read error", Sign::hardware, "the disk cannot read what is on it"},
    {"critical target error", Sign::hardware, "the disk has refused what it was told"},
    {"I/O error", Sign::hardware, "the disk did not do what it was told"},
    {"rejecting I/O to offline device", Sign::hardware, "the disk does not answer any more"},
    {"controller is down", Sign::hardware, "the disk does not answer any more"},
    {"failed command: READ", Sign::hardware, "the disk has failed at a read"},
    {"failed command: WRITE", Sign::hardware, "the disk has failed at a write"},
};

bool tells_of_btrfs(std::string_view line) {
  return line.find("BTRFS") != line.npos;
}

// "errs: wr 0, rd 5, flush 0, corrupt 0, gen 0"
std::optional<KernelWord> counters(std::string_view line) {
  const auto at = line.find(" errs: wr ");
  if (at == line.npos) return std::nullopt;
  const auto rest = line.substr(at);
  const bool io = rest.find("wr 0, rd 0, flush 0,") == rest.npos;
  return KernelWord{"", std::string(line),
                    io ? "the filesystem has counted reads or writes that failed on this device"
                       : "the filesystem has counted blocks that were wrong on this device",
                    io ? Sign::hardware : Sign::metadata};
}

// A word of the line: "sda" is not in "sda1", nor in "nvme-sda".
bool names(std::string_view line, const std::string& name) {
  const auto in_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
  };
  for (auto at = line.find(name); at != line.npos; at = line.find(name, at + 1)) {
    const auto end = at + name.size();
    if ((at == 0 || !in_word(line[at - 1])) && (end == line.size() || !in_word(line[end]))) return true;
  }
  return false;
}

// "(device sda2 state E)", "dev sda, sector 5", "on dev sda2,"; empty: it names none.
std::string_view device_in(std::string_view line) {
  for (const std::string_view before : {"(device ", " dev ", "/dev/"}) {
    const auto at = line.find(before);
    if (at == line.npos) continue;
    const auto name = line.substr(at + before.size());
    const auto word = name.substr(0, name.find_first_of(" ,):"));
    if (!word.empty() && word != "<unknown>") return word;
  }
  return {};
}

}  // namespace

std::optional<KernelWord> explained(std::string_view line) {
  if (tells_of_btrfs(line))
    if (auto word = counters(line)) return word;
  for (const auto& each : known) {
    if (line.find(each.part) == line.npos) continue;
    // These words others use as well.
    const bool of_btrfs_alone = each.sign != Sign::hardware && each.part != "Kernel panic";
    if (of_btrfs_alone && !tells_of_btrfs(line)) continue;
    return KernelWord{"", std::string(line), std::string(each.meaning), each.sign};
  }
  if (line.find("BTRFS error") != line.npos || line.find("BTRFS critical") != line.npos ||
      line.find("BTRFS: error") != line.npos)
    return KernelWord{"", std::string(line), "an error of btrfs", Sign::other};
  return std::nullopt;
}

std::vector<KernelWord> words_about(const std::vector<std::string>& lines,
                                    const std::set<std::string>& names_of, bool nameless,
                                    const std::string& from) {
  std::vector<KernelWord> words;
  for (const auto& line : lines) {
    auto word = explained(line);
    if (!word) continue;
    const bool ours =
        std::any_of(names_of.begin(), names_of.end(), [&](const auto& name) { return names(line, name); });
    if (!ours && (!nameless || !device_in(line).empty())) continue;
    word->from = from;
    const auto same = std::find_if(words.begin(), words.end(),
                                   [&](const auto& other) { return other.meaning == word->meaning; });
    if (same == words.end()) {
      words.push_back(std::move(*word));
    } else {
      ++same->times;
    }
  }
  return words;
}

}  // namespace recover::diagnosis
