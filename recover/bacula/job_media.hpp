// Where the catalog says that a job stands.
#pragma once

#include <cstdint>

#include "recover/bacula/bootstrap.hpp"
#include "recover/bacula/console.hpp"

namespace recover::bacula {

struct JobMedia {
  std::int64_t files = 0;  // JobFiles
  Bootstrap bootstrap;     // a range for each row of JobMedia, in the order of writing
};

// Throws Failed when the catalog does not know the job.
JobMedia job_media(system::Processes& processes, const Console& console, std::int64_t job);

}  // namespace recover::bacula
