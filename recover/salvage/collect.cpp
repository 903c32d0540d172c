#include "recover/salvage/collect.hpp"

#include <chrono>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "recover/error.hpp"
#include "recover/salvage/decide.hpp"
#include "recover/salvage/place.hpp"
#include "recover/salvage/record.hpp"
#include "recover/salvage/sizes.hpp"
#include "recover/salvage/take.hpp"
#include "recover/salvage/walk.hpp"
#include "recover/salvage/wanted.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/keyed_hash.hpp"
#include "recover/system/mount.hpp"
#include "recover/system/text.hpp"

namespace recover::salvage {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

struct Collector::State {
  State(CollectRequest asked, Observer& told)
      : request(std::move(asked)),
        observer(told),
        kept_free(request.kept_free ? *request.kept_free : kept_free_of(request.directory)),
        place(request.directory, kept_free),
        record(request.directory),
        wanted(request.list),
        taker(place, record) {}

  // Of a directory that was read whole by a better rung, what an older generation has besides was deleted
  // since; so was a directory in it that no better rung has met.
  bool is_complete(const std::string& path) const {
    const auto found = met.find(system::keyed_hash(path));
    return found != met.end() && found->second;
  }
  bool is_met(const std::string& path) const { return met.contains(system::keyed_hash(path)); }

  [[noreturn]] void no_room() const {
    sizes.no_room(place.path(), record.totals(), {system::free_bytes(place.path()), kept_free});
  }
  void sync() {
    record.sync();
    taker.remove_replaced();
    synced = Clock::now();
  }
  void sync_now_and_then() {
    constexpr auto often = 30s;
    if (record.is_long() || Clock::now() - synced > often) sync();
  }
  void tell(const std::string& current, bool at_once = false) {
    if (!at_once && Clock::now() - told_at < 250ms) return;
    told_at = Clock::now();
    observer.observe(Event("progress")
                         .with("files", files)
                         .with("bytes", bytes)
                         .with("total-files", sizes.files())
                         .with("total-bytes", sizes.bytes())
                         .with("current", system::printable(current)));
  }

  CollectRequest request;
  Observer& observer;
  std::int64_t kept_free;
  Place place;
  Record record;
  Wanted wanted;
  Taker taker;
  Sizes sizes;                               // of what was measured
  std::map<std::string, std::int64_t> seen;  // by the path of the source
  // Directories, by their paths: whether all of their names could be looked at.
  std::unordered_map<system::KeyedHash, bool> met;
  std::int64_t files = 0, bytes = 0;  // taken in this run
  Clock::time_point synced = Clock::now(), told_at;
};

namespace {

ManifestEntry entry_of(const Source& source, const std::string& path, const struct stat& status) {
  ManifestEntry entry;
  entry.path = path;
  entry.kind = kind_of(status);
  entry.provenance = trusted(source);
  entry.rung = source.rung.name;
  entry.generation = source.generation;
  entry.size = S_ISDIR(status.st_mode) ? 0 : status.st_size;
  entry.mtime = status.st_mtim.tv_sec;
  return entry;
}

// By stat alone.
template <typename State>
class Measure : public Walker {
 public:
  Measure(State& state, const Source& source) : state_(state), source_(source) {}

  bool enter(const WalkedDirectory&) override { return true; }
  void leave(const WalkedDirectory&, int) override {}
  void thing(const WalkedThing& thing) override {
    ++totals.seen;
    if (thing.error != 0 || S_ISSOCK(thing.status.st_mode)) return;
    const auto* there = state_.record.find(thing.path);
    if (there != nullptr && !may_be_better(state_.record, *there, thing.path, source_, thing.status)) return;
    const auto answer = ask(state_.wanted, thing, source_).answer;
    if (answer == Wish::Answer::no) return;
    const bool counts = S_ISREG(thing.status.st_mode) &&
                        (thing.status.st_nlink < 2 || links_.insert(thing.status.st_ino).second);
    const auto length = counts ? occupied_bytes(thing.status) : 0;
    ++totals.taken;
    totals.bytes += length;
    state_.sizes.add(thing.path, length, answer == Wish::Answer::yes);
  }

  Totals totals;

 private:
  State& state_;
  const Source& source_;
  std::unordered_set<std::uint64_t> links_;
};

template <typename State>
class Collect : public Walker {
 public:
  Collect(State& state, const Source& source) : state_(state), source_(source) {}

  bool enter(const WalkedDirectory& directory) override {
    whole_ = true;
    refused_ = false;
    if (older() && directory.path != source_.path && state_.is_complete(above(directory.path)) &&
        !state_.is_met(directory.path))
      return false;
    const auto* there = state_.record.find(directory.path);
    const bool known = there != nullptr && there->directory && there->quality == Quality::whole;
    const auto wish = ask(state_.wanted, directory, source_);
    // A run that was killed has not given it its times.
    if (known && !there->mine && state_.record.is_of(*there, source_)) state_.taker.directory(directory);
    if (known || wish.answer == Wish::Answer::no || (older() && state_.is_met(directory.path))) return true;
    auto entry = entry_of(source_, directory.path, directory.status);
    entry.why = wish.why;
    try {
      state_.taker.directory(directory);
      entry.stored = stored_of(directory.path);
      note_not_kept(entry, state_.taker.not_kept(directory.path));
    } catch (const NameRefused& error) {
      refused_ = true;
      entry.provenance = Provenance::unreadable;
      entry.problem = error.problem();
    }
    state_.record.add(entry);
    return true;
  }

  void leave(const WalkedDirectory& directory, int error) override {
    const auto* there = state_.record.find(directory.path);
    const bool was_lost = there != nullptr && there->quality == Quality::lost;
    if (tells_all()) {
      auto& complete = state_.met[system::keyed_hash(directory.path)];
      complete = complete || (error == 0 && whole_);
    }
    if (error == 0) {
      if (was_lost && tells_all() && !refused_) {
        auto entry = entry_of(source_, directory.path, directory.status);
        entry.why = "changed";
        if (state_.place.open(directory.path)) entry.stored = stored_of(directory.path);
        state_.record.add(entry);
      }
      return;
    }
    if (was_lost || older() || state_.is_complete(directory.path)) return;
    auto entry = entry_of(source_, directory.path, directory.status);
    entry.kind = "directory";
    entry.why = "new";
    entry.provenance = Provenance::unreadable;
    entry.problem = "not all of its names could be read: " + system::answer(error);
    if (state_.place.open(directory.path)) entry.stored = stored_of(directory.path);
    state_.record.add(entry);
  }

  void thing(const WalkedThing& thing) override {
    ++seen;
    state_.sync_now_and_then();
    const auto* there = state_.record.find(thing.path);
    if (thing.error != 0) {
      whole_ = false;
      if (there == nullptr && !older()) lost(thing);
      return;
    }
    if (older() && there == nullptr && state_.is_complete(thing.directory.path)) return;
    if (there != nullptr && !may_be_better(state_.record, *there, thing.path, source_, thing.status) &&
        is_there(thing, *there))
      return;
    auto wish = ask(state_.wanted, thing, source_);
    if (wish.answer == Wish::Answer::if_digest_differs && !has_other_content(thing, wish))
      wish.answer = Wish::Answer::no;
    auto entry = entry_of(source_, thing.path, thing.status);
    entry.why = wish.why;
    if (wish.answer == Wish::Answer::no) return not_wanted(entry, there);
    if (S_ISSOCK(thing.status.st_mode)) {
      entry.problem = "a socket is made by the program that listens on it";
      if (there == nullptr || there->quality == Quality::lost) state_.record.add(entry);
      return;
    }
    state_.tell(thing.path);
    try {
      state_.taker.take(thing, std::move(entry));
    } catch (const NameRefused& error) {
      return refused(thing, wish.why, error.problem());
    }
    ++state_.files;
    state_.bytes += state_.taker.taken_bytes();
  }

  std::int64_t seen = 0;

 private:
  bool older() const { return source_.rung.kind == RungKind::older; }
  // The names that it cannot read btrfs restore leaves out without a word.
  bool tells_all() const { return source_.rung.kind == RungKind::mount; }

  void lost(const WalkedThing& thing) {
    auto entry = entry_of(source_, thing.path, thing.status);
    entry.why = "new";
    entry.size = entry.mtime = 0;
    entry.provenance = Provenance::unreadable;
    entry.problem = "it could not be looked at: " + system::answer(thing.error);
    state_.record.add(entry);
  }

  // The storage volume takes no such name. What of it is there under another is more.
  void refused(const WalkedThing& thing, const std::string& why, const std::string& problem) {
    state_.place.clear_unfinished();
    if (const auto* there = state_.record.find(thing.path);
        there != nullptr && there->quality != Quality::nothing_needed)
      return;
    auto entry = entry_of(source_, thing.path, thing.status);
    entry.why = why;
    entry.provenance = Provenance::unreadable;
    entry.problem = problem;
    state_.record.add(entry);
  }

  // What could not be read before, and turns out to be what the backup has.
  void not_wanted(ManifestEntry& entry, const Recorded* there) {
    if (there == nullptr || there->quality != Quality::lost || older()) return;
    entry.problem = "the backup has the same";
    state_.record.add(entry);
  }

  // The manifest says so; somebody may have cleared the tree since.
  bool is_there(const WalkedThing& thing, const Recorded& there) {
    if (!there.stored) return true;
    if (!state_.place.find(state_.record.stored(thing.path))) return false;
    ManifestEntry entry = entry_of(source_, thing.path, thing.status);
    state_.taker.remember_there(thing, entry);
    return true;
  }

  State& state_;
  const Source& source_;
  // Of this directory: every name of it could be looked at; the storage volume refuses its own.
  bool whole_ = true, refused_ = false;
};

}  // namespace

Collector::Collector(CollectRequest request, Observer& observer)
    : state_(std::make_unique<State>(std::move(request), observer)) {}
Collector::~Collector() = default;

Totals Collector::measure(const Source& source) {
  Measure<State> measure(*state_, source);
  Walk(source, state_->request.left_out).run(measure);
  return measure.totals;
}

std::vector<DirectorySize> Collector::sizes() const {
  return state_->sizes.largest();
}

void Collector::require_room() const {
  const auto free = system::free_bytes(state_->place.path());
  const auto needed = state_->sizes.certain_bytes();
  if (needed > 0 && needed > free - state_->kept_free) state_->no_room();
}

void Collector::collect(const Source& source) {
  Walk walk(source, state_->request.left_out);
  Collect<State> collect(*state_, source);
  state_->taker.begin(source, walk);
  try {
    walk.run(collect);
    state_->taker.finish();
    state_->sync();
  } catch (Error& error) {
    // What has been taken so far is the next run's.
    try {
      state_->taker.finish();
      state_->place.clear_unfinished();
      state_->sync();
    } catch (const Failed& aftermath) {
      error.add_aftermath(aftermath.problem());
    }
    if (dynamic_cast<const Full*>(&error) != nullptr) state_->no_room();
    throw;
  }
  auto& seen = state_->seen[source.path];
  seen = std::max(seen, collect.seen);
  state_->tell(source.path, true);
}

Totals Collector::totals() const {
  auto totals = state_->record.totals();
  for (const auto& [path, seen] : state_->seen) totals.seen += seen;
  return totals;
}

bool Collector::incomplete() const {
  const auto totals = state_->record.totals();
  return totals.damaged > 0 || totals.lost > 0;
}

}  // namespace recover::salvage
