#include "harness/bench/peer_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <ctime>

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <utility>

extern char** environ;

namespace hassle::harness::bench {

namespace {

/// Both ends of a pipe; those that are not taken are closed.
class pipe_ends {
 public:
  pipe_ends() {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  }
  pipe_ends(const pipe_ends&) = delete;
  pipe_ends& operator=(const pipe_ends&) = delete;
  ~pipe_ends() {
    for (const int each : ends_) {
      if (each >= 0) ::close(each);
    }
  }
  [[nodiscard]] int read_end() const { return ends_[0]; }
  [[nodiscard]] int write_end() const { return ends_[1]; }
  int take_read() { return std::exchange(ends_[0], -1); }
  int take_write() { return std::exchange(ends_[1], -1); }

 private:
  std::array<int, 2> ends_{-1, -1};
};

void close_if_open(int descriptor) {
  if (descriptor >= 0) ::close(descriptor);
}

}  // namespace

peer_process::peer_process(const std::string& command) {
  std::signal(SIGPIPE, SIG_IGN);  // A peer that has gone is an error of writing to it.
  pipe_ends in;
  pipe_ends out;
  posix_spawn_file_actions_t actions{};
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in.read_end(), STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out.write_end(), STDOUT_FILENO);
  std::string shell = "/bin/sh";
  std::string option = "-c";
  std::string text = "exec " + command;
  const std::array<char*, 4> arguments{shell.data(), option.data(), text.data(), nullptr};
  const int failed =
      ::posix_spawn(&child_, shell.c_str(), &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot start '" + command + "'");
  input_ = in.take_write();
  output_ = out.take_read();
}

peer_process::~peer_process() {
  close_if_open(input_);
  close_if_open(output_);
  int status = 0;
  ::waitpid(child_, &status, 0);
}

int peer_process::take_input() { return std::exchange(input_, -1); }
int peer_process::take_output() { return std::exchange(output_, -1); }

std::string peer_process::read_line() {
  std::string line;
  char next = 0;
  for (;;) {
    const ssize_t size = ::read(output_, &next, 1);
    if (size < 0 && errno == EINTR) continue;
    if (size != 1) throw std::runtime_error("a peer ended before it said a line");
    if (next == '\n') return line;
    line += next;
  }
}

double peer_process::processor_time() const {
  clockid_t clock{};
  timespec now{};
  if (::clock_getcpuclockid(child_, &clock) != 0 || ::clock_gettime(clock, &now) != 0) {
    throw std::runtime_error("no clock of a peer");
  }
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace hassle::harness::bench
