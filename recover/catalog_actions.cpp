#include "recover/catalog_actions.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "recover/bacula/bootstrap.hpp"
#include "recover/bacula/catalog_load.hpp"
#include "recover/bacula/catalog_sight.hpp"
#include "recover/bacula/restore.hpp"
#include "recover/bacula/scan.hpp"
#include "recover/error.hpp"
#include "recover/layout.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/files.hpp"
#include "recover/system/process.hpp"
#include "recover/system/text.hpp"
#include "recover/system/tree_removal.hpp"
#include "recover/system/tree_root.hpp"

namespace recover {
namespace {

namespace fs = std::filesystem;

// Where Bacula's script for empty tables is: Debian, Gentoo, Bacula's own build.
constexpr std::array makers{"/usr/share/bacula-director/make_sqlite3_tables",
                            "/usr/libexec/bacula/make_sqlite3_tables", "/etc/bacula/make_sqlite3_tables",
                            "/etc/bacula/scripts/make_sqlite3_tables",
                            "/opt/bacula/scripts/make_sqlite3_tables"};
constexpr int most_kept = 99;

[[noreturn]] void cannot_keep(const std::string& file, int error) {
  throw Failed("Could not keep the former catalog " + file + " beside the new one: " + system::answer(error),
               system::remedy_for(error, file));
}

bool same_file(const std::string& a, const std::string& b) {
  struct stat one {
  }, other{};
  return ::lstat(a.c_str(), &one) == 0 && ::lstat(b.c_str(), &other) == 0 && one.st_dev == other.st_dev &&
         one.st_ino == other.st_ino;
}

// A second name: the first stays until the new one takes it. What a killed run has kept is not kept twice.
std::string keep_former(const std::string& file) {
  for (int number = 1; number <= most_kept; ++number) {
    const auto kept = file + ".before-recovery" + (number == 1 ? "" : "." + std::to_string(number));
    if (same_file(file, kept)) return kept;
    if (::link(file.c_str(), kept.c_str()) == 0) return kept;
    if (errno == ENOENT) return "";
    if (errno != EEXIST) cannot_keep(file, errno);
  }
  cannot_keep(file, EEXIST);
}

// What SQLite would roll back into the new one. A catalog that could be read has none any more.
void keep_unfinished(const std::string& file, const std::string& kept) {
  for (const std::string part : {"-journal", "-wal", "-shm"})
    if (::rename((file + part).c_str(), ((kept.empty() ? file + ".before-recovery" : kept) + part).c_str()) !=
            0 &&
        errno != ENOENT)
      cannot_keep(file + part, errno);
}

void give_like(const std::string& made, const std::string& file) {
  struct stat status {};
  mode_t mode = 0640;
  if (::lstat(file.c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
    mode = status.st_mode & 07777;
  } else if (::stat(fs::path(file).parent_path().c_str(), &status) != 0) {
    cannot_keep(file, errno);
  }
  if (::chown(made.c_str(), status.st_uid, status.st_gid) != 0 || ::chmod(made.c_str(), mode) != 0)
    throw Failed("Could not give " + made + " to its owner: " + system::answer(errno),
                 system::remedy_for(errno, made));
}

// The dump, and not what a FileSet may hold beside it.
std::string largest_file(const std::string& directory) {
  std::string largest;
  std::uintmax_t size = 0;
  std::error_code unreadable;
  for (fs::recursive_directory_iterator at(directory, unreadable), end; !unreadable && at != end;
       at.increment(unreadable)) {
    std::error_code gone;
    if (!fs::is_regular_file(at->symlink_status(gone)) || at->file_size(gone) < size) continue;
    size = at->file_size(gone);
    largest = at->path().string();
  }
  return largest;
}

class Provider {
 public:
  Provider(system::Processes& processes, const ProvideCatalog& action, Observer& observer)
      : processes_(processes), action_(action), observer_(observer), root_(action.request.environment) {}

  // Whatever goes wrong here, there is a way without a Director; and the own catalog is in its place until
  // the new one takes it.
  void provide() {
    try {
      try_each();
    } catch (const Failed& error) {
      tried_.push_back(error.problem());
      give_up(system::joined(tried_, "; "));
    }
  }

 private:
  void try_each() {
    bring_to_rest();
    outlook_ = bacula::look_at_catalogs(action_.request);
    left_ = outlook_.own;
    if (!outlook_.problem.empty()) return give_up(outlook_.problem);
    if (will_do(outlook_.own)) return tell("environment", outlook_.own, {}, "");
    tried_.push_back("The recovery environment's own: " + bacula::against(outlook_.own, outlook_.newest));
    wanted_version_ = outlook_.own.readable() ? outlook_.own.version : bacula::version_made_by(maker());
    empty_scratch();
    if (by_dump_file() || by_dump_on_volumes() || by_scan()) return leave_scratch();
    // None knows the newest. One that knows a newer backup than the environment's own is better than that.
    if (!better_.empty()) put_catalog(better_, outlook_.file);
    leave_scratch();
    give_up(system::joined(tried_, "; "));
  }

  bool will_do(const bacula::CatalogSight& sight) const {
    return bacula::will_do(sight, outlook_.newest) && fits(sight);
  }
  // Bacula takes no catalog of another version.
  bool fits(const bacula::CatalogSight& sight) const {
    return wanted_version_ == 0 || sight.version == wanted_version_;
  }

  // A Director that was killed may have left a change half made: it would be rolled back when the Director is
  // started, and must be before anybody reads the file as it lies.
  void bring_to_rest() {
    const auto file = bacula::catalog_path(action_.request);
    if (file.empty() || bacula::unfinished_change(file).empty()) return;
    try {
      bacula::roll_back_unfinished(file);
    } catch (const Failed& error) {
      tried_.push_back(error.problem());
    }
  }

  void empty_scratch() {
    const auto path = std::string(Layout::catalog_scratch);
    root_.make_directories(fs::path(path).parent_path().string(), std::nullopt);
    scratch_ =
        root_.real_path(fs::path(path).parent_path().string()) + "/" + fs::path(path).filename().string();
    system::remove_tree(scratch_);
    system::make_directories(scratch_, 0700);
  }

  // What is left of it, the next run removes.
  void leave_scratch() const {
    try {
      system::remove_tree(scratch_);
    } catch (const Failed&) {
    }
  }

  void progress(std::int64_t bytes, std::int64_t total, const std::string& current) {
    observer_.observe(Event("progress")
                          .with("bytes", bytes)
                          .with("total-bytes", total)
                          .with("current", system::printable(current)));
  }

  bool by_dump_file() {
    if (outlook_.dump.empty()) {
      if (!action_.request.dump.empty()) tried_.push_back("There is no dump " + action_.request.dump);
      return false;
    }
    return load("dump", outlook_.dump, "the dump " + outlook_.dump);
  }

  bool by_dump_on_volumes() {
    if (outlook_.catalog_bootstrap.empty() || action_.bextract.empty()) return false;
    const std::string what = "the dump that " + outlook_.catalog_bootstrap + " names";
    try {
      const auto dump = take_from_volumes();
      if (!dump.empty()) return load("dump-on-volumes", dump, what);
      tried_.push_back(what + ": bextract brought back no file");
    } catch (const Interrupted&) {
      throw;
    } catch (const Error& error) {
      tried_.push_back(what + ": " + error.problem());
    }
    return false;
  }

  // Of the job that backs the dump up only its newest session.
  std::string take_from_volumes() {
    const auto path = outlook_.catalog_bootstrap;
    const auto whole = bacula::parse_bootstrap(system::read_file(path), path);
    bacula::Bootstrap newest;
    for (const auto& range : whole.ranges)
      if (range.session_id == whole.ranges.back().session_id &&
          range.session_time == whole.ranges.back().session_time)
        newest.ranges.push_back(range);
    system::write_file(scratch_ + Layout::dump_bootstrap, bacula::to_text(newest), 0600);
    const auto target = scratch_ + Layout::extracted_dump;
    system::make_directories(target, 0700);
    bacula::extract(processes_, {action_.bextract, action_.stall}, {});
    return largest_file(target);
  }

  // Beside; in its place only when it will do.
  bool load(const std::string& way, const std::string& dump, const std::string& what) {
    const auto made = scratch_ + "/" + way + ".db";
    try {
      bacula::load_catalog_dump(
          dump, made, [&](std::int64_t bytes, std::int64_t total) { progress(bytes, total, dump); });
    } catch (const Failed& error) {
      tried_.push_back(error.problem());
      return false;
    }
    const auto sight = look(made);
    if (will_do(sight)) {
      tell(way, sight, bacula::cost_of_dump(sight.others_unknown), put_catalog(made, outlook_.file));
      return true;
    }
    if (sight.readable() && !fits(sight)) {
      tried_.push_back(what + ": its tables are of version " + std::to_string(sight.version) +
                       ", and Bacula in the recovery environment wants " + std::to_string(wanted_version_));
      return false;
    }
    tried_.push_back(what + ": " + bacula::against(sight, outlook_.newest));
    if (sight.readable() && is_newer(sight.newest, left_.newest)) {
      better_ = made;
      left_ = sight;
    }
    return false;
  }

  static bool is_newer(const bacula::KnownJob& one, const bacula::KnownJob& other) {
    return one.session_time != other.session_time ? one.session_time > other.session_time
                                                  : one.session_id > other.session_id;
  }

  bacula::CatalogSight look(const std::string& path) const {
    return bacula::look_at_catalog(path, action_.request.newest.backup_job, outlook_.newest);
  }

  bool by_scan() {
    if (!outlook_.can_scan || outlook_.volumes.volumes.empty()) {
      tried_.push_back(outlook_.can_scan ? "There is no volume that bscan could read"
                                         : "The recovery environment has no bscan");
      return false;
    }
    const auto made = scratch_ + Layout::scanned_catalog;
    try {
      make_empty(made);
      bacula::write_ahead(made);
      system::write_file(scratch_ + Layout::scanned_volumes, bacula::scan_list(outlook_.volumes), 0600);
      bacula::scan(processes_, action_.bscan, outlook_.volumes, action_.stall,
                   [&](std::int64_t bytes, std::int64_t total, const std::string& volume) {
                     progress(bytes, total, volume);
                   });
      bacula::close_catalog(made);
    } catch (const Failed& error) {
      tried_.push_back(error.problem());
      return false;
    }
    const auto sight = look(made);
    if (!will_do(sight)) {
      tried_.push_back("What bscan has made: " + bacula::against(sight, outlook_.newest));
      return false;
    }
    tell("bscan", sight, bacula::cost_of_scan(outlook_.volumes), put_catalog(made, outlook_.file));
    return true;
  }

  void make_empty(const std::string& made) const {
    if (outlook_.own.readable()) return bacula::make_empty_catalog(outlook_.file, made);
    const auto script = maker();
    if (script.empty())
      throw Failed("The recovery environment has no script make_sqlite3_tables, which makes an empty catalog",
                   "Install Bacula's Director for SQLite in it");
    bacula::make_empty_catalog_by(script, made);
  }

  // The text of Bacula's script; empty: there is none.
  std::string maker() const {
    for (const auto* path : makers)
      if (const auto script = root_.open(path, O_RDONLY | O_NONBLOCK))
        return system::read_file_or("/proc/self/fd/" + std::to_string(script.get()), "");
    return "";
  }

  void tell(const std::string& way, const bacula::CatalogSight& sight, const std::vector<std::string>& cost,
            const std::string& kept) {
    const auto& jobs = outlook_.newest.jobs;
    observer_.observe(
        Event("catalog-chosen")
            .with("way", way)
            .with("catalog", outlook_.file)
            .with("newest", system::printable(bacula::words_of(jobs.empty() ? sight.newest : jobs.back())))
            .with("tried", tried_)
            .with("cost", cost)
            .with("kept", kept));
  }

  void give_up(const std::string& why) {
    std::vector<std::string> unknown;
    for (const auto& job : left_.unknown) unknown.push_back(system::printable(bacula::words_of(job)));
    observer_.observe(Event("catalog-not-current")
                          .with("why", why)
                          .with("unknown", unknown)
                          .with("loaded", !better_.empty()));
  }

  system::Processes& processes_;
  const ProvideCatalog& action_;
  Observer& observer_;
  const system::TreeRoot root_;
  bacula::CatalogOutlook outlook_;
  std::string scratch_;
  std::vector<std::string> tried_;   // sentences: why not this way
  std::int64_t wanted_version_ = 0;  // of tables; 0: not known
  std::string better_;               // a catalog beside that knows a newer backup than the own one; or empty
  bacula::CatalogSight left_;        // what the Director has when no way does
};

}  // namespace

void provide_catalog(system::Processes& processes, const ProvideCatalog& action, Observer& observer) {
  Provider(processes, action, observer).provide();
}

std::string put_catalog(const std::string& made, const std::string& file) {
  give_like(made, file);
  if (const system::Descriptor held(::open(made.c_str(), O_RDONLY | O_CLOEXEC));
      !held || ::fsync(held.get()) != 0)
    throw Failed("Could not bring " + made + " to the disk: " + system::answer(errno),
                 system::remedy_for(errno, made));
  const auto kept = keep_former(file);
  keep_unfinished(file, kept);
  if (::rename(made.c_str(), file.c_str()) != 0)
    throw Failed("Could not put the new catalog in the place of " + file + ": " + system::answer(errno),
                 system::remedy_for(errno, file));
  system::sync_directory(fs::path(file).parent_path().string());
  return kept;
}

}  // namespace recover
