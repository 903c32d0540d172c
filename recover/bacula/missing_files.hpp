// Files of a bootstrap that cannot be brought back whole: counted however many they are, the first of them
// named.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "recover/bacula/bootstrap.hpp"
#include "recover/bacula/console.hpp"

namespace recover::bacula {

class MissingFiles {
 public:
  using Session = std::pair<std::uint32_t, std::uint32_t>;  // VolSessionTime, VolSessionId

  // `name`: empty when the volumes do not tell it.
  void add(const Session& session, std::int64_t index, const std::string& name);
  void add(const BootstrapRange& range);  // all that it wants

  std::int64_t count();
  // At most 20, printable, sorted. `console`: of the Director whose catalog knows the other names; without
  // arguments nobody is asked. A Director that does not answer is no failure: the number stands for the name.
  std::vector<std::string> names(system::Processes& processes, const Console& console,
                                 const std::string& catalog_kind);

 private:
  using Named = std::map<std::pair<Session, std::int64_t>, std::string>;
  void ask(system::Processes& processes, const Console& console, const std::string& catalog_kind,
           Named& examples) const;

  std::map<Session, std::vector<Interval>> indexes_;
  Named known_;
};

}  // namespace recover::bacula
