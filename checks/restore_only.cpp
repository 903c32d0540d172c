#include "checks/checks.hpp"

namespace recover::checks {
namespace {

Answer ask(const Profile& profile, const Facts& facts) {
  if (!facts.director) return unknown("the Director of the recovery environment does not run yet");
  const auto& director = *facts.director;
  if (const auto more = bacula::more_than_restore(director, profile.bacula.director); !more.empty())
    return fails(more,
                 "Take every Backup, Copy and Migrate job and every Schedule out of the environment's "
                 "bacula-dir.conf, and stop any other Director");
  return holds(director.name + " knows " + std::to_string(director.jobs.size()) +
               " job(s), none of which can write");
}

}  // namespace

Check restore_only() {
  return {.name = "restore-only",
          .question =
              "Does the Director of the recovery environment hold no job that could write a backup, and no "
              "schedule?",
          .ask = ask,
          .needs = Needs::director,
          .refuses = true};
}

}  // namespace recover::checks
