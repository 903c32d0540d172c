// One function a command, each in a file of its own. Returns the exit code; throws Error.
#pragma once

#include "recover/error.hpp"
#include "recover/options.hpp"
#include "recover/reporter.hpp"

namespace recover::commands {

Exit run(const Options& options, Reporter& reporter);
Exit dry_run(const Options& options, Reporter& reporter);
Exit status(const Options& options, Reporter& reporter);
Exit diagnose(const Options& options, Reporter& reporter);
Exit check(const Options& options, Reporter& reporter);
Exit list(const Options& options, Reporter& reporter);
Exit capture(const Options& options, Reporter& reporter);
Exit log(const Options& options, Reporter& reporter);
Exit verify_backup(const Options& options, Reporter& reporter);
Exit freshen(const Options& options, Reporter& reporter);
Exit quarantine(const Options& options, Reporter& reporter);

}  // namespace recover::commands
