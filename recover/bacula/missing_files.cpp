#include "recover/bacula/missing_files.hpp"

#include <algorithm>
#include <chrono>

#include "recover/bacula/catalog.hpp"
#include "recover/error.hpp"
#include "recover/system/text.hpp"

namespace recover::bacula {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_names = 20;

}  // namespace

void MissingFiles::add(const Session& session, std::int64_t index, const std::string& name) {
  const auto at = static_cast<std::uint64_t>(index);
  auto& indexes = indexes_[session];
  // They mostly come in their order: a volume that is cut short costs one interval, not a million.
  if (!indexes.empty() && (at == indexes.back().last || at == indexes.back().last + 1))
    indexes.back().last = at;
  else
    indexes.push_back({at, at});
  if (!name.empty() && known_.size() < most_names) known_.emplace(std::pair{session, index}, name);
}

void MissingFiles::add(const BootstrapRange& range) {
  auto& indexes = indexes_[{range.session_time, range.session_id}];
  indexes.insert(indexes.end(), range.file_indexes.begin(), range.file_indexes.end());
}

std::int64_t MissingFiles::count() {
  std::uint64_t count = 0;
  for (auto& [session, indexes] : indexes_) {
    indexes = merged(std::move(indexes));
    for (const auto& interval : indexes) count += interval.last - interval.first + 1;
  }
  return static_cast<std::int64_t>(count);
}

std::vector<std::string> MissingFiles::names(system::Processes& processes, const Console& console,
                                             const std::string& catalog_kind) {
  count();  // in their order, each once
  Named examples = known_;
  for (const auto& [session, indexes] : indexes_)
    for (const auto& interval : indexes)
      for (auto index = interval.first; index <= interval.last && examples.size() < most_names; ++index)
        examples.emplace(std::pair{session, static_cast<std::int64_t>(index)}, std::string());
  if (!console.argv.empty()) {
    try {
      ask(processes, console, catalog_kind, examples);
    } catch (const Failed&) {
      // What is missing is worse than that nobody tells its names.
    }
  }
  std::vector<std::string> names;
  for (const auto& [key, name] : examples)
    names.push_back(name.empty() ? "FileIndex " + std::to_string(key.second) + " of session " +
                                       std::to_string(key.first.second)
                                 : system::printable(name));
  std::sort(names.begin(), names.end());
  return names;
}

void MissingFiles::ask(system::Processes& processes, const Console& console, const std::string& catalog_kind,
                       Named& examples) const {
  for (const auto& with_session : indexes_) {
    const auto& session = with_session.first;
    std::vector<std::int64_t> wanted;
    for (const auto& [key, name] : examples)
      if (key.first == session && name.empty()) wanted.push_back(key.second);
    if (wanted.empty()) continue;
    const auto rows = query(processes, console,
                            "SELECT JobId FROM Job WHERE VolSessionId=" + std::to_string(session.second) +
                                " AND VolSessionTime=" + std::to_string(session.first),
                            1, 60s);
    if (rows.empty()) continue;
    job_files(processes, console, catalog_kind, whole_number(rows.front().front()), wanted,
              [&](const CatalogEntry& file) {
                if (const auto found = examples.find({session, file.index}); found != examples.end())
                  found->second = file.name;
              });
  }
}

}  // namespace recover::bacula
