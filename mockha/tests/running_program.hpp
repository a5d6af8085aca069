#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>
#include <string>
#include <vector>

namespace hassle::mockha::tests {

/// A running mockha; its standard output and error in one pipe.
class program {
 public:
  explicit program(std::vector<std::string> arguments) {
    std::string path = std::string(HASSLE_BINARY_DIR) + "/bin/mockha";
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
    std::vector<char*> words{path.data()};
    for (auto& a : arguments) words.push_back(a.data());
    words.push_back(nullptr);
    process_ = fork();
    if (process_ == 0) {
      dup2(ends[1], STDOUT_FILENO);
      dup2(ends[1], STDERR_FILENO);
      close(ends[0]);
      close(ends[1]);
      execv(path.c_str(), words.data());
      _exit(127);
    }
    close(ends[1]);
    output_ = ends[0];
  }
  program(const program&) = delete;
  program& operator=(const program&) = delete;
  ~program() {
    if (process_ > 0) {
      kill(process_, SIGKILL);
      waitpid(process_, nullptr, 0);
    }
    close(output_);
  }

  std::string line() {
    std::string text;
    for (char c = 0; read(output_, &c, 1) == 1 && c != '\n';) text += c;
    return text;
  }
  std::string rest() {
    std::string text;
    for (char c = 0; read(output_, &c, 1) == 1;) text += c;
    return text;
  }
  void signal(int which) const { kill(process_, which); }
  int exit_status() {
    int status = 0;
    waitpid(process_, &status, 0);
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  pid_t process_ = -1;
  int output_ = -1;
};

}  // namespace hassle::mockha::tests
