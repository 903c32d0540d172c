// Which file of a backup a recovery environment is proven by, and the bootstrap file for it alone.
#pragma once

#include <cstdint>

#include "recover/bacula/bootstrap.hpp"
#include "recover/bacula/catalog.hpp"

namespace recover::environment {

// A small regular file with content and without holes, one name, and a digest to compare with.
bool is_fit_for_proof(const bacula::CatalogEntry& file);

// Of a job's bootstrap, the parts that hold the file with that FileIndex.
bacula::Bootstrap only_file(const bacula::Bootstrap& job, std::int64_t index);

}  // namespace recover::environment
