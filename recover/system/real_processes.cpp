#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <csignal>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"
#include "recover/system/listening.hpp"
#include "recover/system/process.hpp"
#include "recover/system/real_group.hpp"
#include "recover/system/real_run.hpp"
#include "recover/system/signals.hpp"

namespace recover::system {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr off_t kept_output = 64 * 1024;

// Its output goes to a file in memory, which needs nobody to drain it as a pipe would. What is older than the
// last 64 KiB is given back whenever somebody looks at the child, and a daemon is looked at and is quiet.
class RealChild : public Child {
 public:
  RealChild(Spawned child, Descriptor output) : output_(std::move(output)), group_(std::move(child)) {}

  bool running() override {
    forget_old_output();
    return !group_.ended();
  }
  bool listening() override { return is_listening(group_.pid()); }
  void ask_to_stop() override { group_.signal(SIGTERM); }
  int stop(milliseconds patience) override { return group_.stop(patience); }
  std::string output() override {
    const auto size = forget_old_output();
    const auto from = std::max<off_t>(0, size - kept_output);
    std::string text(static_cast<std::size_t>(size - from), '\0');
    const auto got = ::pread(output_.get(), text.data(), text.size(), from);
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
  }

 private:
  off_t forget_old_output() {
    struct stat info = {};
    if (::fstat(output_.get(), &info) != 0) return 0;
    if (info.st_size > kept_output) {
      ::fallocate(output_.get(), FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, info.st_size - kept_output);
    }
    return info.st_size;
  }

  Descriptor output_;
  ProcessGroup group_;  // its destructor stops the child: SIGTERM, 10 s, SIGKILL
};

// Appending, so that the child's two streams, and its children, do not write over each other.
Descriptor file_in_memory(const std::string& program) {
  Descriptor file(::memfd_create("recover-child-output", MFD_CLOEXEC));
  if (!file || ::fcntl(file.get(), F_SETFL, O_APPEND) != 0) {
    const int error = errno;
    throw Failed("Could not start " + program + ": no memory for its output: " + answer(error),
                 remedy_for(error, "/proc"));
  }
  return file;
}

class RealProcesses : public Processes {
 public:
  RealProcesses() {
    // Inherited as ignored, SIGCHLD would have the kernel throw every exit status away, waitid(2).
    std::signal(SIGCHLD, SIG_DFL);
    // A child that does not read its input is no reason to die.
    std::signal(SIGPIPE, SIG_IGN);
  }

  ProcessResult run(const ProcessSpec& spec, const Sink& sink) override {
    throw_if_interrupted();
    return ProcessRun(spec, sink).to_the_end();
  }

  std::unique_ptr<Child> start(const std::vector<std::string>& argv) override {
    throw_if_interrupted();
    const std::string program = argv.empty() ? "" : argv[0];
    auto output = file_in_memory(program);
    const Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    auto child = spawn(argv, nothing.get(), output.get(), output.get());
    if (!child.problem.empty()) {
      throw Failed(child.problem, "Install it, or see whether the right environment is mounted");
    }
    return std::make_unique<RealChild>(std::move(child), std::move(output));
  }

  void pause(milliseconds time) override {
    const auto end = Clock::now() + time;
    for (;;) {
      throw_if_interrupted();
      const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
      if (left <= milliseconds(0)) return;
      pollfd wanted = {wakeup_descriptor(), POLLIN, 0};
      ::poll(&wanted, 1, static_cast<int>(std::min<milliseconds::rep>(left.count(), INT_MAX)));
    }
  }
};

}  // namespace

std::unique_ptr<Processes> real_processes() {
  return std::make_unique<RealProcesses>();
}

}  // namespace recover::system
