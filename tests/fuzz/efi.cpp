#include "recover/system/efi_load_option.hpp"
#include "tests/fuzz/target.hpp"

void recover::fuzz::try_input(std::string_view input) {
  const auto entry = system::read_load_option(input);
  if (!entry || entry->loader.empty()) return;
  const system::EfiPartition partition{1, 2048, 204800, entry->partition};
  const auto again = system::read_load_option(system::load_option(*entry, partition));
  require(again.has_value(), "an entry that was made can be read");
  require(again->label == entry->label && again->data == entry->data && again->active == entry->active &&
              again->partition == entry->partition,
          "an entry is read as it was made");
}
