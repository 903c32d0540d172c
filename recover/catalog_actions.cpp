#include "recover/catalog_actions.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "recover/bacula/bootstrap.hpp"
#include "recover/bacula/catalog_server.hpp"
#include "recover/bacula/restore.hpp"
#include "recover/bacula/table_script.hpp"
#include "recover/catalog_beside.hpp"
#include "recover/error.hpp"
#include "recover/layout.hpp"
#include "recover/system/files.hpp"
#include "recover/system/process.hpp"
#include "recover/system/text.hpp"
#include "recover/system/tree_removal.hpp"
#include "recover/system/tree_root.hpp"

namespace recover {
namespace {

namespace fs = std::filesystem;

// One way to another catalog.
struct Way {
  std::string name;  // "dump", as the event has it
  std::string what;  // "the dump /mnt/storage/bacula.sql"
  bool reads_all;    // of the volumes, which takes long
  std::function<MadeCatalog()> make;
  std::function<std::vector<std::string>(const bacula::CatalogSight&)> costs;
};

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

bool is_newer(const bacula::KnownJob& one, const bacula::KnownJob& other) {
  return one.session_time != other.session_time ? one.session_time > other.session_time
                                                : one.session_id > other.session_id;
}

std::unique_ptr<CatalogBeside> catalog_beside(const CatalogWork& work) {
  return bacula::is_served(work.action.request.kind) ? served_catalog_beside(work)
                                                     : sqlite_catalog_beside(work);
}

class Provider {
 public:
  Provider(system::Processes& processes, const ProvideCatalog& action, Observer& observer)
      : action_(action),
        observer_(observer),
        root_(action.request.environment),
        work_{processes,
              action,
              [this](auto bytes, auto total, const auto& current) { progress(bytes, total, current); },
              {},
              {}},
        beside_(catalog_beside(work_)) {}

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
    auto& own = outlook().own;
    work_.outlook = bacula::look_at_catalogs(action_.request);
    left_ = own;
    if (!outlook().problem.empty()) return give_up(outlook().problem);
    if (own_will_do()) return tell("environment", own, {}, "");
    tried_.push_back("The recovery environment's own: " + bacula::against(own, outlook().newest));
    wanted_version_ = own.readable()
                          ? own.version
                          : bacula::version_made_by(bacula::find_table_script(root_, action_.request.kind));
    empty_scratch();
    const auto ways = find_ways();
    const Way* better = nullptr;
    for (const auto& way : ways)
      if (goes(way, better)) return leave_scratch();
    // None knows the newest. One that knows a newer backup than the environment's own is better than that.
    if (better != nullptr) {
      kept_ = beside_->put(better->make());
      loaded_ = true;
    }
    leave_scratch();
    give_up(system::joined(tried_, "; "));
  }

  bacula::CatalogOutlook& outlook() { return work_.outlook; }

  // What is known of it beforehand may be a note; what counts is what it answers itself.
  bool own_will_do() {
    auto& own = outlook().own;
    if (!will_do(own) && !outlook().own_is_to_be_asked) return false;
    left_ = own = beside_->ask_own();
    if (will_do(own)) return true;
    bacula::look_at_others(action_.request, outlook());
    return false;
  }

  bool will_do(const bacula::CatalogSight& sight) {
    return bacula::will_do(sight, outlook().newest) && fits(sight);
  }
  // Bacula takes no catalog of another version.
  bool fits(const bacula::CatalogSight& sight) const {
    return wanted_version_ == 0 || sight.version == wanted_version_;
  }

  void bring_to_rest() {
    try {
      beside_->bring_to_rest();
    } catch (const Failed& error) {
      tried_.push_back(error.problem());
    }
  }

  void empty_scratch() {
    const fs::path path(Layout::catalog_scratch);
    root_.make_directories(path.parent_path().string(), std::nullopt);
    work_.scratch = root_.real_path(path.parent_path().string()) + "/" + path.filename().string();
    system::remove_tree(work_.scratch);
    system::make_directories(work_.scratch, 0700);
  }

  // What is left of it, the next run removes.
  void leave_scratch() const {
    try {
      beside_->leave();
      system::remove_tree(work_.scratch);
    } catch (const Failed&) {
    }
  }

  void progress(std::int64_t bytes, std::int64_t total, const std::string& current) {
    observer_.observe(Event("progress")
                          .with("bytes", bytes)
                          .with("total-bytes", total)
                          .with("current", system::printable(current)));
  }

  // The best first.
  std::vector<Way> find_ways() {
    std::vector<Way> ways;
    const auto costs = [](const auto& sight) {
      return bacula::cost_of_dump(sight.others_unknown);
    };
    for (const auto& dump : outlook().dumps)
      ways.push_back({"dump", "the dump " + dump.path, false,
                      [this, path = dump.path] { return beside_->load(path); }, costs});
    if (const auto& dump = action_.request.dump; !dump.empty() && !system::exists(dump))
      tried_.push_back("There is no dump " + dump);
    if (!outlook().catalog_bootstrap.empty() && !action_.bextract.empty())
      ways.push_back({"dump-on-volumes", "the dump that " + outlook().catalog_bootstrap + " names", false,
                      [this] { return beside_->load(take_from_volumes()); }, costs});
    ways.push_back({"bscan", "what bscan has made", true, [this] { return scan(); },
                    [this](const auto&) {
                      return bacula::cost_of_scan(outlook().volumes);
                    }});
    return ways;
  }

  // Made beside; in its place only when it will do. Else `better` becomes the way to one that knows a newer
  // backup than all before, where that can be made once more in little time.
  bool goes(const Way& way, const Way*& better) {
    MadeCatalog made;
    try {
      made = way.make();
    } catch (const Interrupted&) {
      throw;
    } catch (const Error& error) {
      tried_.push_back(error.problem());
      return false;
    }
    const auto& sight = made.sight;
    if (will_do(sight)) {
      tell(way.name, sight, way.costs(sight), beside_->put(made));
      return true;
    }
    const bool other_version = sight.readable() && !fits(sight);
    tried_.push_back(way.what + ": " +
                     (other_version ? "its tables are of version " + std::to_string(sight.version) +
                                          ", and Bacula in the recovery environment wants " +
                                          std::to_string(wanted_version_)
                                    : bacula::against(sight, outlook().newest)));
    if (!way.reads_all && !other_version && sight.readable() && is_newer(sight.newest, left_.newest)) {
      better = &way;
      left_ = sight;
    }
    return false;
  }

  // Of the job that backs the dump up only its newest session.
  std::string take_from_volumes() {
    const auto path = outlook().catalog_bootstrap;
    const auto of_it = "The dump that " + path + " names: ";
    try {
      const auto whole = bacula::parse_bootstrap(system::read_file(path), path);
      bacula::Bootstrap newest;
      for (const auto& range : whole.ranges)
        if (range.session_id == whole.ranges.back().session_id &&
            range.session_time == whole.ranges.back().session_time)
          newest.ranges.push_back(range);
      system::write_file(work_.scratch + Layout::dump_bootstrap, bacula::to_text(newest), 0600);
      const auto target = work_.scratch + Layout::extracted_dump;
      system::remove_tree(target);
      system::make_directories(target, 0700);
      bacula::extract(work_.processes, {action_.bextract, action_.stall}, {});
      if (auto dump = largest_file(target); !dump.empty()) return dump;
    } catch (const Interrupted&) {
      throw;
    } catch (const Error& error) {
      throw Failed(of_it + error.problem(), error.remedy());
    }
    throw Failed(of_it + "bextract brought back no file", "Let the job back it up");
  }

  MadeCatalog scan() {
    const std::string remedy = "See what is in the recovery environment and in the directory of the volumes";
    if (!outlook().can_scan) throw Failed("The recovery environment has no bscan", remedy);
    if (outlook().volumes.volumes.empty()) throw Failed("There is no volume that bscan could read", remedy);
    system::write_file(work_.scratch + Layout::scanned_volumes, bacula::scan_list(outlook().volumes), 0600);
    return beside_->scan();
  }

  void tell(const std::string& way, const bacula::CatalogSight& sight, const std::vector<std::string>& cost,
            const std::string& kept) {
    const auto& jobs = outlook().newest.jobs;
    observer_.observe(
        Event("catalog-chosen")
            .with("way", way)
            .with("catalog", outlook().file)
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
                          .with("loaded", loaded_)
                          .with("kept", kept_));
  }

  const ProvideCatalog& action_;
  Observer& observer_;
  const system::TreeRoot root_;
  CatalogWork work_;
  const std::unique_ptr<CatalogBeside> beside_;
  std::vector<std::string> tried_;   // sentences: why not this way
  std::int64_t wanted_version_ = 0;  // of tables; 0: not known
  bacula::CatalogSight left_;        // what the Director has when no way does
  bool loaded_ = false;              // that is another than it had
  std::string kept_;                 // where that is then; or empty
};

}  // namespace

void provide_catalog(system::Processes& processes, const ProvideCatalog& action, Observer& observer) {
  Provider(processes, action, observer).provide();
}

}  // namespace recover
