#include "recover/grub_config.hpp"
#include "tests/fuzz/target.hpp"

void recover::fuzz::try_input(std::string_view input) {
  const std::string text(input);
  for (const auto& entry : parse_grub_config(text)) {
    require(!entry.kernel.empty(), "an entry that starts a Linux has a kernel");
    kernel_version(entry.kernel);
  }
  for (const auto& uuid : named_uuids(text)) require(!uuid.empty(), "a UUID that is named is not empty");
  kernel_version(parse_boot_loader_entry(text).kernel);
}
