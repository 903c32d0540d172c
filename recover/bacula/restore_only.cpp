#include "recover/bacula/director.hpp"

namespace recover::bacula {

std::string more_than_restore(const DirectorFacts& director, const std::string& expected_name) {
  if (director.name != expected_name)
    return "The Director that answers is \"" + director.name + "\", but the profile says \"" + expected_name +
           "\"";
  if (!director.writing_jobs.empty())
    return "The Director of the recovery environment holds the job \"" + director.writing_jobs.front() +
           "\", which could overwrite the real backups";
  if (!director.schedules.empty())
    return "The Director of the recovery environment holds the schedule \"" + director.schedules.front() +
           "\"";
  return "";
}

}  // namespace recover::bacula
