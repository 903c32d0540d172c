// Restores the canaries as an operator would, by the Director's own choice of backups, and compares them.
//
//     CanaryRestore restore(context, canaries);   // the Director has it in its queue
//     ...
//     restore.compare();
#pragma once

#include <optional>

#include "recover/bacula/restore.hpp"
#include "recover/verify/context.hpp"
#include "recover/verify/scratch.hpp"

namespace recover::verify {

class CanaryRestore {
 public:
  CanaryRestore(const Context& context, const std::vector<Canary>& canaries);
  ~CanaryRestore();  // cancels what nobody has waited for
  CanaryRestore(const CanaryRestore&) = delete;
  CanaryRestore& operator=(const CanaryRestore&) = delete;
  // Waits for its end, and tells the findings.
  void compare();

 private:
  const Context& context_;
  const std::vector<Canary>& canaries_;
  Scratch restored_, lists_;
  bacula::RestoreFilesRequest request_;
  std::optional<std::int64_t> job_;
};

}  // namespace recover::verify
