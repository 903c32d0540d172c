#include "recover/system/real_spawn.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
extern "C" {
#include <sys/pidfd.h>  // glibc 2.36 declares it without C linkage
}
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <string_view>

#include "recover/error.hpp"
#include "recover/system/answers.hpp"

namespace recover::system {
namespace {

std::vector<std::string> child_environment() {
  std::vector<std::string> all;
  for (char** each = environ; *each != nullptr; ++each) {
    const std::string_view entry(*each);
    const bool replaced = entry.starts_with("LC_") || entry.starts_with("LANG=") ||
                          entry.starts_with("LANGUAGE=") || entry.starts_with("PATH=") ||
                          // They lead a database's client to another server than was meant.
                          entry.starts_with("PG") || entry.starts_with("MYSQL_") ||
                          entry.starts_with("MARIADB_");
    if (!replaced) all.emplace_back(entry);
  }
  all.emplace_back("LC_ALL=C");
  std::string path;
  for (const auto& directory : program_directories()) path += (path.empty() ? "" : ":") + directory;
  all.push_back("PATH=" + path);
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (auto& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

// All of it made before the fork: between fork and exec only what signal-safety(7) lists may be called.
struct Prepared {
  const char* path;
  char* const* argv;
  char* const* environment;
  int in, out, err, report;
  pid_t parent;
};

void default_signals() {
  struct sigaction action = {};
  action.sa_handler = SIG_DFL;
  ::sigemptyset(&action.sa_mask);
  for (int signal = 1; signal < NSIG; ++signal) ::sigaction(signal, &action, nullptr);
  ::sigprocmask(SIG_SETMASK, &action.sa_mask, nullptr);
}

[[noreturn]] void become(const Prepared& child) {
  const auto give_up = [](int report) {
    const int error = errno;
    [[maybe_unused]] auto written = ::write(report, &error, sizeof error);
    ::_exit(127);
  };
  // Out of the way of 0, 1 and 2 first: recover itself may have been started with one of them closed.
  const int report = ::fcntl(child.report, F_DUPFD_CLOEXEC, 3);
  if (report < 0) give_up(child.report);
  const int in = ::fcntl(child.in, F_DUPFD_CLOEXEC, 3);
  const int out = ::fcntl(child.out, F_DUPFD_CLOEXEC, 3);
  const int err = ::fcntl(child.err, F_DUPFD_CLOEXEC, 3);
  if (in < 0 || out < 0 || err < 0) give_up(report);
  if (::dup2(in, 0) < 0 || ::dup2(out, 1) < 0 || ::dup2(err, 2) < 0) give_up(report);
  if (::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0) give_up(report);
  // A session, and so a process group, of its own: ^C on the terminal reaches recover alone, and a program
  // that opens /dev/tty to ask for a password gets an error instead of stopping for ever on SIGTTIN.
  if (::setsid() < 0) give_up(report);
  if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) give_up(report);
  if (::getppid() != child.parent)
    ::_exit(127);  // it died before the line above: nobody will send the signal
  default_signals();
  ::execve(child.path, child.argv, child.environment);
  give_up(report);
  ::_exit(127);
}

// All signals are held back while the child still has our handlers, which would write to our wakeup
// descriptor.
class SignalsHeld {
 public:
  SignalsHeld() {
    sigset_t all;
    ::sigfillset(&all);
    ::sigprocmask(SIG_SETMASK, &all, &before_);
  }
  ~SignalsHeld() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }
  SignalsHeld(const SignalsHeld&) = delete;
  SignalsHeld& operator=(const SignalsHeld&) = delete;

 private:
  sigset_t before_;
};

[[noreturn]] void no_room(const std::string& program, int error) {
  throw Failed("Could not start " + program + ": " + answer(error), remedy_for(error, "/proc"));
}

// The errno of a child that could not be executed; 0 when exec closed the pipe.
int exec_error(int fd) {
  int error = 0;
  ssize_t got;
  do got = ::read(fd, &error, sizeof error);
  while (got < 0 && errno == EINTR);
  return got == static_cast<ssize_t>(sizeof error) ? error : 0;
}

}  // namespace

Spawned spawn(const std::vector<std::string>& argv, int in, int out, int err) {
  if (argv.empty() || argv[0].empty()) return {-1, {}, "No program was named"};
  const auto& name = argv[0];
  const auto path = name.find('/') == std::string::npos ? find_program(name) : name;
  if (path.empty()) {
    std::string places;
    for (const auto& directory : program_directories()) places += (places.empty() ? "" : ", ") + directory;
    return {-1, {}, "The program " + name + " was not found in " + places};
  }
  auto words = argv;
  auto variables = child_environment();
  const auto word_pointers = pointers_to(words);
  const auto variable_pointers = pointers_to(variables);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) no_room(name, errno);
  const Descriptor report(ends[0]);
  Descriptor report_to(ends[1]);

  Spawned child;
  {
    const SignalsHeld held;
    const pid_t parent = ::getpid();
    child.pid = ::fork();
    if (child.pid == 0) {
      become({path.c_str(), word_pointers.data(), variable_pointers.data(), in, out, err, report_to.get(),
              parent});
    }
  }
  if (child.pid < 0) no_room(name, errno);
  report_to.close();
  const int error = exec_error(report.get());
  // Not before exec: until here the child cannot have ended unseen, as nobody else waits for it.
  child.handle = Descriptor(error == 0 ? ::pidfd_open(child.pid, 0) : -1);
  if (child.handle) return child;
  const int no_handle = errno;
  ::kill(child.pid, SIGKILL);
  ::waitpid(child.pid, nullptr, 0);
  if (error == 0) no_room(name, no_handle);
  return {-1, {}, "The program " + path + " could not be executed: " + answer(error)};
}

}  // namespace recover::system
