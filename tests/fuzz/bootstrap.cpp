#include "recover/bacula/bootstrap.hpp"

#include "recover/bacula/bootstrap_comments.hpp"
#include "tests/fuzz/target.hpp"

void recover::fuzz::try_input(std::string_view input) {
  for (const auto& job : bacula::commented_jobs(std::string(input)))
    require(!job.name.empty(), "a job of a comment has a name");
  const auto bootstrap = bacula::parse_bootstrap(input, "the input");
  const auto text = bacula::to_text(bootstrap);
  const auto again = bacula::parse_bootstrap(text, "its own text");
  require(again.ranges == bootstrap.ranges, "a bootstrap reads back as it was written");
  require(bacula::to_text(again) == text, "and is written the same again");
  for (const auto& volume : bootstrap.volumes())
    require(bacula::is_bootstrap_volume(volume), "a volume's name can stand in a bootstrap");
  require(!bootstrap.volumes().empty(), "a bootstrap names a volume");
  const auto first = bacula::first_file(bootstrap);
  require(first.files() == 1, "its first file is one");
  for (const auto& range : bootstrap.ranges) {
    const auto merged = bacula::merged(range.file_indexes);
    for (std::size_t i = 1; i < merged.size(); ++i)
      require(merged[i - 1].last + 1 < merged[i].first, "merged intervals neither touch nor overlap");
  }
}
