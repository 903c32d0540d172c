// A job on hostile volumes, and what a catalog tells of it: up to two bytes 0x1E the Director's answers, then
// the volumes.
#include "recover/bacula/verify_job.hpp"

#include "tests/fuzz/volumes.hpp"

void recover::fuzz::try_input(std::string_view input) {
  const auto end = input.find("\x1e\x1e");
  if (end == std::string_view::npos) return;
  const Volumes volumes(input.substr(end + 2));
  Answers director(parts(input.substr(0, end)));
  const auto proof = bacula::verify_job(
      director, {.console = {{"bconsole"}}, .catalog_kind = "sqlite3", .job = 5, .volumes = volumes.path()});
  require(proof.problems.size() <= 20, "problems are told in a few sentences");
  require(!proof.good() || proof.examined == proof.expected, "a job is good when all of it is");
}
