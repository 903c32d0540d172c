// The plan functions behind the table, one .cpp each. Only kinds.cpp and the steps themselves include this.
#pragma once

#include "recover/step.hpp"

namespace recover::steps {

StepKind enter_environment();
StepKind choose_backup();
StepKind adopt_bootstrap();
StepKind make_btrfs();
StepKind mount_tree();
StepKind restore_by_director();
StepKind restore_by_bextract();
StepKind stop_bacula();
StepKind recreate_directories();
StepKind hand_over();
StepKind release_mounts();

// Without udev nobody has told the kernel which devices of a btrfs belong together. Nothing for a single
// device.
void announce_devices(const StepContext& context, std::vector<Action>& actions);

// Shared by those that talk to Bacula in the environment.
bacula::Console console(const StepContext& context);
std::vector<Action> start_bacula(const StepContext& context);
Action stop_daemons();
// bextract in the environment, with a bootstrap file that was kept. `target` as the environment sees it.
std::vector<std::string> bextract(const StepContext& context, const std::string& bootstrap,
                                  const std::string& target);
std::string configuration(const StepContext& context, std::string_view file);
// A parameter of type duration.
std::chrono::milliseconds duration(const StepContext& context, std::string_view parameter,
                                   const std::string& otherwise);

}  // namespace recover::steps
