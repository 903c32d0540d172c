#include "recover/freshen/record.hpp"

#include "recover/event.hpp"
#include "recover/system/files.hpp"
#include "recover/system/text.hpp"

namespace recover::freshen {
namespace {

constexpr const char* event_name = "freshen-ended";

std::string file_in(const std::string& directory) {
  return directory + "/freshen.json";
}

}  // namespace

void leave_record(const std::string& directory, const Record& record) {
  system::make_directories(directory, 0700);
  const auto event = Event(event_name)
                         .with("filesystem", record.filesystem)
                         .with("done", record.done)
                         .with("missing", record.missing)
                         .with("fresh-for", record.fresh_for)
                         .with("at", record.at)
                         .with("time", record.time);
  system::write_file(file_in(directory), to_json(event) + "\n", 0600);
}

std::optional<Record> read_record(const std::string& directory) {
  const auto event = event_from_json(system::read_file_or(file_in(directory), ""));
  if (!event || event->name != event_name || event->number("at") <= 0) return std::nullopt;
  return Record{event->text("filesystem"),  event->number("at"), event->text("time"),
                event->number("fresh-for"), event->list("done"), event->list("missing")};
}

std::string complaint(const Record& record, std::int64_t now) {
  const auto age = now - record.at;
  if (record.fresh_for > 0 && age > record.fresh_for)
    return "NOT CURRENT, as far as can be known: recover freshen last ran " + system::human_seconds(age) +
           " ago, more than " + system::human_seconds(record.fresh_for) +
           ". See why it runs no more (systemctl list-timers, the cron line), and run it: recover freshen";
  if (!record.missing.empty())
    return "NOT CURRENT: on the day something would be missing. Mend it, then: recover freshen";
  return "";
}

}  // namespace recover::freshen
