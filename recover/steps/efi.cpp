// The firmware's side: is it ready to take the boot entry, and the entry itself, written last (law 13: what
// boots is what is complete).
#include "recover/error.hpp"
#include "recover/steps/kinds.hpp"

namespace recover::steps {
namespace {

std::vector<Action> plan_try(const StepContext& context) {
  return {TryEfiVariables{context.profile.without_efi_variables}};
}

std::vector<Action> plan_entry(const StepContext& context) {
  const auto& efi = required(context.profile.efi, "efi", context);
  const auto& esp = required(context.profile.esp, "esp", context);
  RestoreEfiEntry entry;
  entry.label = efi.label;
  entry.loader = efi.loader;
  entry.data = efi.data;
  entry.partition = esp.device.partition;
  entry.may_do_without = context.profile.without_efi_variables;
  entry.disk = path_of(*context.esp);
  if (const auto& device = context.esp->device) {
    entry.disk = device->disk;
    entry.number = device->number;
    entry.start = device->start / device->sector;
    entry.size = device->size / device->sector;
  }
  return {entry};
}

}  // namespace

StepKind try_efi_variables() {
  return {"try-efi-variables", "Try whether the firmware takes a boot entry", false, {}, plan_try};
}

StepKind restore_efi_entry() {
  return {
      "restore-efi-entry", "Write the boot entry into the firmware, and put it first", false, {}, plan_entry};
}

}  // namespace recover::steps
