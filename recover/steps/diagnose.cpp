// Looks at what is left of the filesystem before anything is made again, says what it recommends, and keeps
// the evidence on the storage volume.
#include "recover/steps/kinds.hpp"

namespace recover::steps {
namespace {

std::vector<Action> plan(const StepContext& context) {
  const auto& profile = context.profile;
  Diagnose diagnose;
  diagnose.place = broken_place(context);
  diagnose.storage = context.layout.storage;
  if (!diagnose.storage.empty()) {
    diagnose.keep = diagnose.storage + Layout::diagnoses_on_storage;
    diagnose.newest = newest_request(context);
  }
  diagnose.check = context.text_or("check-filesystem", "false") == "true";
  if (profile.efi && profile.esp) {
    EfiEntry entry;
    entry.label = profile.efi->label;
    entry.loader = profile.efi->loader;
    entry.partition = context.esp && context.esp->device ? context.esp->device->partition_uuid
                                                         : profile.esp->device.partition;
    diagnose.entry = entry;
  }
  return {diagnose};
}

}  // namespace

StepKind diagnose() {
  return {"diagnose",
          "See what is left of the filesystem, and recommend what to do",
          false,
          {{"check-filesystem", ParameterType::text, "\"true\": btrfs check --readonly as well (\"false\")"}},
          plan};
}

}  // namespace recover::steps
