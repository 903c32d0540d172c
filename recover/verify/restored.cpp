#include "recover/verify/restored.hpp"

#include "recover/bacula/job_watch.hpp"
#include "recover/system/signals.hpp"

namespace recover::verify {

CanaryRestore::CanaryRestore(const Context& context, const std::vector<Canary>& canaries)
    : context_(context),
      canaries_(canaries),
      restored_(context.own + "/restored", 0700),
      lists_("/run/recover-verify", 0755) {  // the Director reads the list, as a user of its own
  std::string names;
  for (const auto& canary : canaries) names += canary.path + "\n";
  const auto list = lists_.path() + "/canaries";
  system::write_file(list, names, 0644);
  const auto& bacula = context.profile.bacula;
  request_ = {.console = context.console,
              .job = bacula.restore_job,
              .client = bacula.client,
              .fileset = bacula.fileset,
              .storage = bacula.storage,
              .list = list,
              .where = restored_.path(),
              .files = static_cast<std::int64_t>(canaries.size()),
              .stall = context.profile.verify.stall,
              .deadline = context.profile.verify.deadline,
              .again = once_more};
  try {
    job_ = bacula::start_restoring_files(context.processes, request_);
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    context.findings.fails("canaries", error);
  }
}

CanaryRestore::~CanaryRestore() {
  if (!job_) return;
  const system::Uninterrupted until_cancelled;
  try {
    bacula::cancel_job(context_.processes, context_.console, *job_);
  } catch (const std::exception&) {
    // It writes to a directory of its own; something worse is being told.
  }
}

void CanaryRestore::compare() try {
  if (!job_) return;
  const auto job = *job_;
  job_.reset();  // whoever waits cancels, too
  bacula::await_restored_files(context_.processes, request_, job);
  bool all = true;
  for (const auto& canary : canaries_) {
    const auto problem = differs(canary, restored_.path());
    if (problem.empty()) continue;
    all = false;
    context_.findings.fails("canaries", problem,
                            "What was restored is not what this machine wrote a moment ago: see which File "
                            "Daemon has answered, and which volume was read");
  }
  if (all)
    context_.findings.holds("canaries", std::to_string(canaries_.size()) +
                                            " canaries came back from the backup, the same byte for byte");
} catch (const Interrupted&) {
  throw;
} catch (const Error& error) {
  context_.findings.fails("canaries", error);
}

}  // namespace recover::verify
