#include "recover/verify/verify.hpp"

#include <algorithm>

#include "recover/system/machine.hpp"
#include "recover/verify/backup.hpp"
#include "recover/verify/before.hpp"
#include "recover/verify/canary_directory.hpp"
#include "recover/verify/chain.hpp"
#include "recover/verify/outside.hpp"
#include "recover/verify/restored.hpp"

namespace recover::verify {
namespace {

bool may_begin(const Context& context) {
  return on_the_machine(context) && after_the_recovery(context) && right_director(context) &&
         no_other_job_runs(context) && clock_goes_forward(context) && catalog_is_current(context);
}

Identity identity_of(const Context& context) {
  const auto now = system::now();
  return {context.profile.name,  context.profile.machine_id, context.profile.filesystem.uuid_to_make(),
          context.facts.boot_id, system::local_time(now),    now};
}

// By when they began.
std::vector<std::string> open_recoveries(const Context& context) {
  std::vector<std::string> open;
  for (const auto& recovery : context.recoveries)
    if (is_unverified(recovery)) open.push_back(recovery.state.started_at);
  return open;
}

// After a recovery a new chain is begun: what is restored has new inode change times, so an Incremental would
// hold all of it too, but would stand on backups of before. Once is enough, though something else was
// missing.
bool begins_a_chain(const Context& context) {
  const auto open = open_recoveries(context);
  return context.lost_journal || std::any_of(open.begin(), open.end(), [&](const auto& recovery) {
           return !context.record.chains_begun.contains(recovery);
         });
}

// Every place that does not take them is named, not only the first.
bool canaries_have_room(const Context& context) {
  bool all = true;
  for (const auto& place : context.places) {
    if (place.read_only) continue;
    try {
      CanaryDirectory::make(place.path);
    } catch (const Failed& error) {
      context.findings.fails("canaries", error);
      all = false;
    }
  }
  return all;
}

std::optional<bacula::JobRecord> prove(const Context& context, RecordWriter& record) try {
  if (!may_begin(context) || !canaries_have_room(context)) return std::nullopt;
  const bool full = begins_a_chain(context);
  if (full)
    context.reporter.say(
        "   The first backup after a recovery is a Full: every file counts as new, and nothing may build on "
        "what was there before.");
  const auto canaries = write_canaries(context.places, identity_of(context));
  auto job = back_up(context, full, static_cast<std::int64_t>(canaries.size()));
  if (!job) return std::nullopt;
  CanaryRestore restore(context, canaries);
  const auto ids = bacula::job_chain(context.processes, context.console, job->id);
  cover(context, *job, ids, canaries);
  const auto chain = bacula::job_records(context.processes, context.console, ids);
  prove_chain(context, chain, record);
  restore.compare();
  if (job->level == "F" && context.findings.all_hold()) record.chain_begun(*job, open_recoveries(context));
  look_outside(context, chain);
  return job;
} catch (const Interrupted&) {
  throw;
} catch (const Error& error) {
  context.findings.fails("verify-backup", error);
  return std::nullopt;
}

}  // namespace

std::optional<bacula::JobRecord> verify_backup(const Context& context) {
  RecordWriter record(context.own);
  const auto job = prove(context, record);
  const auto& findings = context.findings;
  record.ended(findings.all_hold() && job, job ? job->id : 0, findings.problems());
  return findings.all_hold() ? job : std::nullopt;
}

}  // namespace recover::verify
