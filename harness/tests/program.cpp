#include "program.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <stdexcept>
#include <utility>
#include <vector>

extern char** environ;  // POSIX: what the program inherits.

namespace hassle::harness {

namespace {

class pipe_ends {
 public:
  pipe_ends() {
    if (pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  }
  pipe_ends(const pipe_ends&) = delete;
  pipe_ends& operator=(const pipe_ends&) = delete;
  ~pipe_ends() {
    close_writing();
    close(ends_[0]);
  }

  [[nodiscard]] int reading() const { return ends_[0]; }
  [[nodiscard]] int writing() const { return ends_[1]; }
  void close_writing() {
    if (ends_[1] >= 0) close(ends_[1]);
    ends_[1] = -1;
  }

 private:
  std::array<int, 2> ends_{-1, -1};
};

/// Knows quotes, and a backslash between double ones.
std::vector<std::string> split(std::string_view arguments) {
  std::vector<std::string> words;
  bool in_word = false;
  char quote = 0;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    char c = arguments[i];
    if (quote == 0 && (c == ' ' || c == '\n' || c == '\t')) {
      in_word = false;
      continue;
    }
    if (!std::exchange(in_word, true)) words.emplace_back();
    if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else {
      if (quote == '"' && c == '\\' && i + 1 < arguments.size()) c = arguments[++i];
      words.back() += c;
    }
  }
  return words;
}

pid_t spawn(const std::vector<std::string>& words, const pipe_ends& out, const pipe_ends& err,
            const std::string& directory) {
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (const std::string& each : words) argv.push_back(const_cast<char*>(each.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out.writing(), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.writing(), STDERR_FILENO);
  if (!directory.empty()) posix_spawn_file_actions_addchdir_np(&actions, directory.c_str());
  pid_t child = -1;
  const int failed = posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw std::runtime_error("cannot run " + words[0]);
  return child;
}

/// Whether the program has a handler of its own for SIGINT by now (Linux: the mask SigCgt).
bool catches_interrupt(pid_t child) {
  std::ifstream status("/proc/" + std::to_string(child) + "/status");
  for (std::string line; std::getline(status, line);) {
    if (!line.starts_with("SigCgt:")) continue;
    return (std::stoull(line.substr(7), nullptr, 16) >> (SIGINT - 1) & 1U) != 0;
  }
  return true;  // It is gone: nothing to wait for.
}

/// Reads both pipes to their ends, whichever has something to say.
void drain(const pipe_ends& out, const pipe_ends& err, program_end& into) {
  std::array<pollfd, 2> open = {pollfd{out.reading(), POLLIN, 0}, pollfd{err.reading(), POLLIN, 0}};
  std::array<std::string*, 2> texts = {&into.out, &into.err};
  for (int left = 2; left > 0;) {
    if (poll(open.data(), open.size(), -1) < 0) continue;
    for (std::size_t i = 0; i < open.size(); ++i) {
      if (open[i].fd < 0 || open[i].revents == 0) continue;
      std::array<char, 65536> buffer;
      const ssize_t size = read(open[i].fd, buffer.data(), buffer.size());
      if (size > 0) {
        texts[i]->append(buffer.data(), static_cast<std::size_t>(size));
      } else {
        open[i].fd = -1;
        --left;
      }
    }
  }
}

}  // namespace

program_end run_program(std::string_view arguments, interrupt when, const std::string& directory) {
  std::vector<std::string> words = split(arguments);
  words.insert(words.begin(), HASSLE_BINARY_DIR "/bin/hassle");
  pipe_ends out;
  pipe_ends err;
  const pid_t child = spawn(words, out, err, directory);
  out.close_writing();
  err.close_writing();
  if (when == interrupt::when_running) {
    while (!catches_interrupt(child)) sched_yield();
    kill(child, SIGINT);
  }
  program_end end;
  drain(out, err, end);
  int status = 0;
  waitpid(child, &status, 0);
  end.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return end;
}

}  // namespace hassle::harness
