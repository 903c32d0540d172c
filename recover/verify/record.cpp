#include "recover/verify/record.hpp"

#include "recover/event.hpp"
#include "recover/journal.hpp"
#include "recover/system/files.hpp"
#include "recover/system/machine.hpp"
#include "recover/system/text.hpp"

namespace recover::verify {
namespace {

std::string directory_in(const std::string& own) {
  return own + "/verify";
}

std::string result_in(const std::string& directory) {
  return directory + "/verify-backup.json";
}

}  // namespace

Record read_record(const std::string& own) {
  Record record;
  for (const auto& event : read_journal(journal_path(directory_in(own))).events) {
    if (event.name == "job-verified") {
      record.jobs[event.number("job")] = {event.text("start"), event.number("at")};
    } else if (event.name == "chain-begun") {
      for (const auto& recovery : event.list("recoveries")) record.chains_begun.insert(recovery);
    } else if (event.name == "verify-ended") {
      record.last = event.number("at");
      record.passed = event.flag("passed");
      record.job = event.number("job");
      record.time = event.text("time");
      record.problems = event.list("problems");
    }
  }
  return record;
}

void leave_result(const std::string& directory, const Result& result) {
  system::make_directories(directory, 0700);
  const auto at = system::now();
  const auto event = Event("verify-ended")
                         .with("filesystem", result.filesystem)
                         .with("passed", result.passed)
                         .with("job", result.job)
                         .with("problems", result.problems)
                         .with("at", at)
                         .with("time", system::local_time(at));
  system::write_file(result_in(directory), to_json(event) + "\n", 0600);
}

std::optional<VerifyFacts> read_result(const std::string& directory, const std::string& filesystem) {
  const auto event = event_from_json(system::read_file_or(result_in(directory), ""));
  if (!event || event->name != "verify-ended" || !system::same_uuid(event->text("filesystem"), filesystem))
    return std::nullopt;
  const auto problems = event->list("problems");
  return VerifyFacts{event->text("time"), event->flag("passed"), event->number("job"),
                     problems.empty() ? "" : problems.front()};
}

RecordWriter::RecordWriter(const std::string& own) : directory_(directory_in(own)) {
  system::make_directories(directory_, 0700);
  if (!system::exists(journal_path(directory_))) Journal::create(directory_);
}

void RecordWriter::verified(const bacula::JobRecord& job) {
  Journal::append(directory_)
      .write(Event("job-verified")
                 .with("job", job.id)
                 .with("start", job.start)
                 .with("files", job.files)
                 .with("at", system::now()));
}

void RecordWriter::chain_begun(const bacula::JobRecord& full, const std::vector<std::string>& recoveries) {
  Journal::append(directory_).write(Event("chain-begun").with("job", full.id).with("recoveries", recoveries));
}

void RecordWriter::ended(bool passed, std::int64_t job, const std::vector<std::string>& problems) {
  Journal::append(directory_)
      .write(Event("verify-ended")
                 .with("passed", passed)
                 .with("job", job)
                 .with("problems", problems)
                 .with("at", system::now()));
}

}  // namespace recover::verify
