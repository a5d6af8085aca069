#include "harness/door/child_process.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace hassle::harness::door {

namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

class pipe_ends {
 public:
  pipe_ends() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) fail("pipe");
  }
  pipe_ends(const pipe_ends&) = delete;
  pipe_ends& operator=(const pipe_ends&) = delete;
  ~pipe_ends() {
    for (const int each : ends_) {
      if (each >= 0) close(each);
    }
  }
  [[nodiscard]] int reading() const { return ends_[0]; }
  [[nodiscard]] int writing() const { return ends_[1]; }
  [[nodiscard]] int take_reading() { return std::exchange(ends_[0], -1); }
  [[nodiscard]] int take_writing() { return std::exchange(ends_[1], -1); }

 private:
  std::array<int, 2> ends_{-1, -1};
};

/// In the child, where nothing may be allocated: other threads may hold any lock.
[[noreturn]] void become(const char* command, int in, int out, int err, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // It is gone already.
  struct sigaction usual{};
  usual.sa_handler = SIG_DFL;
  sigaction(SIGPIPE, &usual, nullptr);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
      dup2(err, STDERR_FILENO) >= 0) {
    execl("/bin/sh", "sh", "-c", command, nullptr);
  }
  _exit(127);
}

}  // namespace

child_process::child_process(const asio::any_io_executor& executor, const std::string& command)
    : input_(executor), output_(executor), errors_(executor), end_(executor) {
  std::signal(SIGPIPE, SIG_IGN);  // A child that has gone is an error of writing to it.
  pipe_ends in;
  pipe_ends out;
  pipe_ends err;
  // The shell is replaced by the command, so that the death of this program reaches it.
  const std::string line = "exec " + command;
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) fail("fork");
  if (child == 0) become(line.c_str(), in.reading(), out.writing(), err.writing(), parent);
  child_ = child;
  setpgid(child, child);  // Whoever is first: a signal to the group must find it.
  const auto handle = static_cast<int>(syscall(SYS_pidfd_open, child, 0));
  if (handle < 0) {
    const int why = errno;
    reap();
    errno = why;
    fail("pidfd_open");
  }
  input_.assign(in.take_writing());
  output_.assign(out.take_reading());
  errors_.assign(err.take_reading());
  end_.assign(handle);
  input_.non_blocking(true);
  output_.non_blocking(true);
  errors_.non_blocking(true);
}

child_process::~child_process() { reap(); }

void child_process::signal(int number) noexcept {
  if (child_ > 0) ::kill(-child_, number);
}

const std::string& child_process::reap() {
  if (child_ == 0) return how_it_ended_;
  signal(SIGKILL);
  int status = 0;
  while (waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
  child_ = 0;
  how_it_ended_ = WIFEXITED(status) ? fmt::format("exited with {}", WEXITSTATUS(status))
                                    : fmt::format("was killed by signal {}", WTERMSIG(status));
  return how_it_ended_;
}

}  // namespace hassle::harness::door
