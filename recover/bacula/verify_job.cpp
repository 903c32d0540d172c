#include "recover/bacula/verify_job.hpp"

#include <algorithm>
#include <functional>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "recover/bacula/catalog.hpp"
#include "recover/bacula/file_data.hpp"
#include "recover/bacula/job_media.hpp"
#include "recover/bacula/lstat.hpp"
#include "recover/bacula/text_numbers.hpp"
#include "recover/bacula/volume.hpp"
#include "recover/bacula/volume_blocks.hpp"
#include "recover/error.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

constexpr std::size_t most_problems = 20;

// What is kept of a file of the catalog: the names themselves would be as long as the catalog.
struct Entry {
  std::uint64_t name = 0;  // 0: the catalog has no file of that FileIndex
  std::uint64_t lstat = 0;
  std::uint64_t digest = 0;  // its lowest three bits: the DigestKind
};

std::uint64_t hash_of(std::string_view text) {
  return std::hash<std::string_view>{}(text);
}

Entry fold(std::string_view name, bool is_deleted, std::string_view lstat, std::string_view digest) {
  Entry entry;
  // Never 0, and another one for the record that says that the file was deleted.
  entry.name = (hash_of(name) | 3) - (is_deleted ? 1 : 0);
  entry.lstat = hash_of(lstat);
  // The Director writes 0 where there is none.
  if (!digest.empty() && digest != "0") {
    entry.digest = (hash_of(digest) | 7) - 7 + static_cast<std::uint64_t>(digest_of_text(digest));
  }
  return entry;
}

DigestKind kind_of(const Entry& entry) {
  return static_cast<DigestKind>(entry.digest & 7);
}

std::string shown(std::string_view name, std::int64_t index) {
  return name.empty() ? "FileIndex " + std::to_string(index) : system::printable(name);
}

class Verifier : public RecordReader {
 public:
  Verifier(JobProof& proof, const std::function<void(std::int64_t)>& on_progress)
      : proof_(proof), on_progress_(on_progress), entries_(static_cast<std::size_t>(proof.expected) + 1) {
    seen_.resize(entries_.size());
  }

  void expect(const CatalogEntry& file) {
    ++rows_;
    const std::int64_t index = std::abs(file.index);
    // The Director gives a deleted file its FileIndex with a minus, bscan gives it 0 (measured with 9.6.7).
    if (index == 0) {
      deleted_.insert(fold(file.name, true, {}, {}).name);
      return;
    }
    if (static_cast<std::size_t>(index) >= entries_.size()) {
      return problem(
          file.name, index,
          "the catalog gives it FileIndex " + std::to_string(file.index) + ", which the job cannot have");
    }
    auto& entry = entries_[static_cast<std::size_t>(index)];
    if (entry.name != 0) problem(file.name, index, "the catalog has two files under its FileIndex");
    entry = fold(file.name, file.index < 0, file.lstat, file.digest);
  }
  std::int64_t rows() const { return rows_; }

  void block(std::uint64_t length) override {
    proof_.bytes += static_cast<std::int64_t>(length);
    if (on_progress_) on_progress_(proof_.bytes);
  }

  void fault(const std::string& sentence) override {
    if (faults_.size() < most_problems) faults_.push_back(sentence);
  }

  void record(const VolumeFile& file, const RecordPart& part) override {
    if (file.index != current_) {
      current_ = file.index;
      const auto* entry = entry_of(file.index);
      data_.begin(entry == nullptr ? DigestKind::none : kind_of(*entry));
    }
    data_.take(part);
  }

  void file(const VolumeFile& file) {
    const bool with_data = std::exchange(current_, 0) == file.index;
    const auto* entry = entry_of(file.index);
    const bool twice = entry != nullptr && seen_[static_cast<std::size_t>(file.index)];
    if (entry != nullptr) seen_[static_cast<std::size_t>(file.index)] = true;
    std::string what = difference(file, entry);
    if (what.empty() || !file.damage.empty()) numbers_.add(file);
    if (what.empty() && twice) what = "the volumes have two files under its FileIndex";
    if (what.empty() && with_data && entry != nullptr) what = wrong_data(file, *entry);
    if (!what.empty()) return problem(file.name, file.index, what);
    if (with_data && data_.unchecked() && data_.stored().empty()) return nothing_to_prove_by(file);
    ++proof_.examined;
  }

  // `names_of` asks the catalog for the names of the files that the volumes did not name.
  template <typename NameOf>
  void finish(const NameOf& names_of) {
    for (std::size_t index = 1; index < entries_.size(); ++index) {
      if (entries_[index].name != 0 && !seen_[index]) {
        problem({}, static_cast<std::int64_t>(index), "not found on the volumes");
      }
    }
    if (!deleted_.empty()) {
      add("of the files that the catalog has as deleted, " + std::to_string(deleted_.size()) +
          " are not on the volumes");
    }
    if (proof_.unprovable > 0) {
      const auto others = proof_.unprovable - 1;
      add(unprovable_ +
          (others == 0 ? " has" : " and " + std::to_string(others) + " more of the job's files have") +
          " neither a block checksum nor a digest: set Signature = SHA1 in the FileSet's Options");
    }
    // Blocks that no file was lost with: of the job's labels, or where nothing is known of what stood there.
    for (const auto& fault : faults_) add(fault);
    const auto names = names_of(nameless_);
    for (std::size_t i = 0; i < nameless_.size(); ++i)
      add(shown(names[i], nameless_[i].first) + ": " + nameless_[i].second);
    if (proof_.problems.empty() && proof_.examined != proof_.expected) {
      add("the job's record counts " + std::to_string(proof_.expected) + " files, the catalog holds " +
          std::to_string(rows_));
    }
  }

  using Nameless = std::vector<std::pair<std::int64_t, std::string>>;

 private:
  const Entry* entry_of(std::int64_t index) const {
    if (index <= 0 || static_cast<std::size_t>(index) >= entries_.size()) return nullptr;
    return &entries_[static_cast<std::size_t>(index)];
  }

  // What there is against it, besides its data.
  std::string difference(const VolumeFile& file, const Entry* entry) {
    if (!file.damage.empty()) {
      for (const auto& sentence : file.damage) std::erase(faults_, sentence);
      const std::size_t more = file.damage.size() - 1;
      return file.damage.front() + (more == 0 ? "" : ", and " + std::to_string(more) + " more");
    }
    if (file.type == file_type::deleted && (entry == nullptr || entry->name == 0)) {
      const auto found = deleted_.find(fold(file.name, true, {}, {}).name);
      if (found == deleted_.end()) return "it is not in the catalog";
      deleted_.erase(found);
      return {};
    }
    if (entry == nullptr || entry->name == 0) return "it is not in the catalog";
    const Entry found = fold(file.name, file.type == file_type::deleted, file.lstat, {});
    if (found.name != entry->name) {
      return "the catalog has another file under its FileIndex " + std::to_string(file.index);
    }
    if (found.lstat != entry->lstat) return "its attributes (LStat) are not those in the catalog";
    return {};
  }

  std::string wrong_data(const VolumeFile& file, const Entry& entry) {
    if (!data_.problem().empty()) return data_.problem();
    const std::string stored = data_.stored();
    if (fold({}, false, {}, stored).digest != entry.digest) return "its digest is not the one in the catalog";
    const auto kind = kind_of(entry);
    // The second name of a file: no data, and its first name's digest.
    if (file.type == file_type::hard_link && !data_.has_data()) {
      const auto* first = entry_of(numbers_.index_of(parse_lstat(file.lstat).link_index));
      if (stored.empty() || (first != nullptr && first->digest == entry.digest)) return {};
      return "its digest is not that of the file which it is a hard link to";
    }
    if (stored.empty()) {
      if (data_.has_data()) ++proof_.without_digest;
      return {};
    }
    if (kind == DigestKind::none) return "its digest is of a kind that cannot be checked";
    if (data_.digest(kind) != stored) return "its data does not give the stored " + name_of(kind);
    ++proof_.digests;
    return {};
  }

  // Told once for all of them: without Signature it is true of each file.
  void nothing_to_prove_by(const VolumeFile& file) {
    if (proof_.unprovable++ == 0) unprovable_ = shown(file.name, file.index);
  }

  void problem(std::string_view name, std::int64_t index, const std::string& what) {
    if (!name.empty()) return add(shown(name, index) + ": " + what);
    if (nameless_.size() < most_problems) {
      nameless_.emplace_back(index, what);
    } else {
      ++proof_.more_problems;
    }
  }

  void add(std::string sentence) {
    if (proof_.problems.size() < most_problems) {
      proof_.problems.push_back(std::move(sentence));
    } else {
      ++proof_.more_problems;
    }
  }

  JobProof& proof_;
  const std::function<void(std::int64_t)>& on_progress_;
  std::vector<Entry> entries_;                      // by FileIndex
  std::vector<bool> seen_;                          // on the volumes
  std::unordered_multiset<std::uint64_t> deleted_;  // names of those without FileIndex
  std::int64_t rows_ = 0;
  std::int32_t current_ = 0;  // FileIndex of the file that data_ is of
  FileData data_;
  TextNumbers numbers_;
  std::string unprovable_;  // the first of them
  std::vector<std::string> faults_;
  Nameless nameless_;  // FileIndex and what is wrong
};

}  // namespace

bool JobProof::good() const {
  return problems.empty() && more_problems == 0 && examined == expected;
}

JobProof verify_job(system::Processes& processes, const VerifyRequest& request,
                    const std::function<void(std::int64_t)>& on_progress) {
  const std::string id = std::to_string(request.job);
  JobMedia media = job_media(processes, request.console, request.job);
  JobProof proof;
  proof.job = request.job;
  proof.expected = media.files;
  proof.volumes = media.bootstrap.volumes();
  // A job that found nothing to back up writes nothing.
  if (media.bootstrap.ranges.empty() && media.files == 0) return proof;
  if (media.bootstrap.ranges.empty()) {
    throw Failed("The catalog does not say on which volumes job " + id + " stands",
                 "It was purged: bring it back into the catalog with bscan, or verify another job");
  }
  // All of them, before the first is read for long.
  for (const auto& volume : proof.volumes) VolumeBlocks(request.volumes + "/" + volume, {}).forget();

  Verifier verifier(proof, on_progress);
  job_files(processes, request.console, request.catalog_kind, request.job, {},
            [&](const CatalogEntry& file) { verifier.expect(file); });
  if (verifier.rows() == 0 && proof.expected > 0) {
    throw Failed("The catalog no longer holds the files of job " + id,
                 "They were pruned (File Retention): bring them back with bscan, or verify another job");
  }
  const auto examine = [&](const VolumeFile& file) {
    if (file.type == file_type::base && file.damage.empty())
      throw Refused(
          "Job " + id + " builds on a Base job, which cannot be proven: the data of some of its files (" +
              system::printable(file.name) + " is one) stands in that job alone",
          "Take Base out of the Job in the Director's configuration (reload in bconsole), and run a "
          "Full backup");
    verifier.file(file);
  };
  // Every file of the session that stands there, whatever the catalog says of FileIndexes.
  for (auto& range : media.bootstrap.ranges) range.file_indexes.clear();
  for_each_file(request.volumes, media.bootstrap, examine, &verifier);

  verifier.finish([&](const Verifier::Nameless& nameless) {
    std::vector<std::string> names(nameless.size());
    std::vector<std::int64_t> indexes;
    for (const auto& [index, what] : nameless) indexes.insert(indexes.end(), {index, -index});
    if (indexes.empty()) return names;
    job_files(processes, request.console, request.catalog_kind, request.job, indexes,
              [&](const CatalogEntry& file) {
                for (std::size_t i = 0; i < nameless.size(); ++i) {
                  if (nameless[i].first == std::abs(file.index)) names[i] = file.name;
                }
              });
    return names;
  });
  return proof;
}

}  // namespace recover::bacula
