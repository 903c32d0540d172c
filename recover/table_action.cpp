#include "recover/table_action.hpp"

#include "recover/boot_actions.hpp"
#include "recover/error.hpp"
#include "recover/system/process.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

constexpr int tries = 50;  // ten seconds: udev makes and removes nodes while it looks at them

// Empty once all are there.
std::string missing(const MakeTable& action, const LookAtDevices& look) {
  const auto now = look();
  for (const auto& partition : action.partitions)
    if (const auto why = difference(partition, now); !why.empty()) return partition.path + ": " + why;
  return "";
}

}  // namespace

void make_table(system::Processes& processes, const MakeTable& action, const LookAtDevices& look) {
  const auto pause = [&] {
    processes.pause(std::chrono::milliseconds(200));
  };
  {
    const auto held = hold_as_planned({action.disk}, look, pause);
    const auto result = processes.run(
        {.argv = action.argv, .input = system::joined(action.script, "\n") + "\n", .merge_errors = true});
    if (result.status != 0)
      throw Failed("\"sfdisk\" ended with status " + std::to_string(result.status) +
                       " when it made the partition table of " + action.disk.path +
                       "; it said: " + system::printable(result.out + result.err),
                   "Mend what it complains of, then continue with --resume");
  }
  SettleDevices made;
  for (const auto& partition : action.partitions) made.devices.push_back(partition.path);
  settle_devices(processes, made);
  for (int i = 0;; ++i) {
    const auto why = missing(action, look);
    if (why.empty()) return;
    if (i == tries)
      throw Failed("The partition table of " + action.disk.path +
                       " was made, but the kernel does not show it so: " + why,
                   "Have it read the table: blockdev --rereadpt " + action.disk.path +
                       "; then continue with --resume");
    pause();
  }
}

}  // namespace recover
