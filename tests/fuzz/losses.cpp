// A journal on the storage volume, its copy that travelled, and the records of verify-backup and of
// freshen: the events of the parts of the input.
#include "recover/freshen/record.hpp"
#include "recover/gate.hpp"
#include "recover/journal.hpp"
#include "recover/repair_list.hpp"
#include "recover/system/files.hpp"
#include "recover/verify/record.hpp"
#include "tests/fuzz/target.hpp"

namespace recover::fuzz {
namespace {

void write(const std::string& directory, std::string_view lines) {
  auto journal = Journal::create(directory);
  int count = 0;
  for (const auto line : parts(lines, '\n'))
    if (auto event = event_from_json(line); event && ++count <= 100) journal.write(*event);
}

}  // namespace

void try_input(std::string_view input) {
  static const Directory directory;
  directory.clear();
  const auto journals = parts(input);
  const auto own = directory.path() + "/own", storage = directory.path() + "/storage";
  write(own, journals[0]);
  if (journals.size() > 1) write(storage + Layout::state_on_storage, journals[1]);
  if (journals.size() > 2) write(own + "/verify", journals[2]);
  verify::read_record(own);
  system::write_file(own + "/freshen.json", journals[0], 0600);
  if (const auto record = freshen::read_record(own)) freshen::complaint(*record, 0);
  const auto losses = find_losses(storage, own);
  std::size_t files = 0, listed = 0;
  for (const auto& [lost, paths] : losses.lost) files += paths.size();
  std::vector<std::string> kinds;
  for (const auto& [lost, paths] : losses.lost) kinds.push_back(lost);
  for (const auto& [path, lost] : by_path(losses, kinds)) listed += lost.size();
  require(files == listed, "each file that has lost something is listed by its path");
}

}  // namespace recover::fuzz
