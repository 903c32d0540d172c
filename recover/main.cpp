// Parse, dispatch, exit code; the only catch.
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <string_view>

#include "recover/commands/commands.hpp"
#include "recover/libraries.hpp"
#include "recover/system/text.hpp"

namespace recover {
namespace {

Exit dispatch(const Options& options, Reporter& reporter) {
  if (options.command == "run") return commands::run(options, reporter);
  if (options.command == "status") return commands::status(options, reporter);
  if (options.command == "check") return commands::check(options, reporter);
  if (options.command == "diagnose") return commands::diagnose(options, reporter);
  if (options.command == "list") return commands::list(options, reporter);
  if (options.command == "capture") return commands::capture(options, reporter);
  if (options.command == "verify-backup") return commands::verify_backup(options, reporter);
  if (options.command == "freshen") return commands::freshen(options, reporter);
  if (options.command == "quarantine") return commands::quarantine(options, reporter);
  if (options.command == "log") return commands::log(options, reporter);
  std::fputs((options.command == "version" ? version_text() : help_text()).c_str(), stdout);
  return std::fflush(stdout) == 0 ? Exit::finished : Exit::failed;
}

int guarded(int argc, const char* const* argv) {
  // Looked for before anything is understood, so that an error in the command line is JSON too.
  const bool json =
      std::any_of(argv, argv + argc, [](const char* word) { return std::string_view(word) == "--json"; });
  try {
    const auto options = parse_options(argc, argv);
    const auto reporter = json ? json_reporter() : text_reporter();
    return static_cast<int>(dispatch(options, *reporter));
  } catch (const Error& error) {
    if (json)
      std::printf("%s\n", to_json(Event("error")
                                      .with("problem", error.problem())
                                      .with("remedy", error.remedy())
                                      .with("aftermath", error.aftermath())
                                      .with("exit", static_cast<std::int64_t>(error.exit())))
                              .c_str());
    else
      std::fprintf(stderr, "\n%s",
                   system::harmless(wrap(std::string("recover: ") + error.what(), 79)).c_str());
    return static_cast<int>(error.exit());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "\nrecover: something unforeseen: %s\n", error.what());
    return static_cast<int>(Exit::failed);
  }
}

}  // namespace
}  // namespace recover

// A descriptor that the caller closed would be given to the next file that is opened, and the lock file or
// the journal would be printed into. Nobody reads /dev/full: to write there fails, as it should.
static void keep_standard_descriptors() {
  for (const int descriptor : {0, 1, 2})
    if (::fcntl(descriptor, F_GETFD) == -1 && errno == EBADF)
      (void)::open(descriptor == 1 ? "/dev/full" : "/dev/null", descriptor == 0 ? O_RDONLY : O_WRONLY);
}

int main(int argc, char** argv) {
  keep_standard_descriptors();
  ::umask(022);  // what is made must not depend on the caller's shell

  return recover::guarded(argc, argv);
}
