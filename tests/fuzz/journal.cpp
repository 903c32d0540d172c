// The input as a journal as it is; and each of its lines that is an event, written as the program does.
#include "recover/journal.hpp"

#include "recover/journal_state.hpp"
#include "tests/fuzz/target.hpp"

namespace recover::fuzz {
namespace {

void conclude(const std::vector<Event>& events) {
  const auto state = state_of(events);
  for (const auto& name : state.order) state.is_done(name);
  for (const auto& [name, progress] : state.steps) state.is_done(name);
  for (const auto& [name, fallback] : state.fallbacks) state.is_done(name);
  require(!same_recovery(state, state) || state.started, "a recovery has started");
}

}  // namespace

void try_input(std::string_view input) {
  static const MemoryFile file;
  file.hold(input);
  answered([&] {
    const auto contents = read_journal(file.path());
    require(contents.whole_bytes <= input.size(), "no more is whole than there is");
    require(contents.torn == (contents.whole_bytes < input.size()), "what is not whole is torn");
    conclude(contents.events);
  });

  static const Directory directory;
  directory.clear();
  auto journal = Journal::create(directory.path());
  std::vector<Event> written;
  for (const auto line : parts(input, '\n')) {
    auto event = event_from_json(line);
    if (!event) continue;
    require(event_from_json(to_json(*event)).has_value(), "an event reads back");
    journal.write(*event);
    written.push_back(std::move(*event));
    if (written.size() == 200) break;
  }
  const auto read = read_journal(journal_path(directory.path()));
  require(!read.torn && read.events.size() == written.size(), "what was written is read");
  for (std::size_t i = 0; i < written.size(); ++i) {
    auto& event = written[i];
    event.with("seq", static_cast<std::int64_t>(i + 1)).with("time", read.events[i].text("time"));
    require(to_json(event) == to_json(read.events[i]), "an event is read as it was written");
  }
  conclude(read.events);
}

}  // namespace recover::fuzz
