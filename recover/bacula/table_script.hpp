// Bacula's own script that makes the empty tables of a catalog: make_sqlite3_tables, make_postgresql_tables,
// make_mysql_tables, as the recovery environment has it.
#pragma once

#include <cstdint>
#include <string>

#include "recover/system/tree_root.hpp"

namespace recover::bacula {

// Its text; empty: there is none. `kind`: of the catalog, as a profile names it.
std::string find_table_script(const system::TreeRoot& root, const std::string& kind);

// The same. Throws Failed where there is none.
std::string require_table_script(const system::TreeRoot& root, const std::string& kind);

// The version of the tables that it makes; 0: it does not say.
std::int64_t version_made_by(const std::string& script);

}  // namespace recover::bacula
