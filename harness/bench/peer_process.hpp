#pragma once

#include <sys/types.h>

#include <string>

namespace hassle::harness::bench {

/// Somebody else's program that is measured beside ours.
struct peer_client {
  std::string name;
  std::string command;  ///< For the shell.
};

/// A child process with pipes at its standard input and output.
class peer_process {
 public:
  /// Runs a command by the shell. Throws std::runtime_error if it cannot be started.
  explicit peer_process(const std::string& command);
  peer_process(const peer_process&) = delete;
  peer_process& operator=(const peer_process&) = delete;
  /// Closes its standard input, at which it shall end, and waits for that.
  ~peer_process();

  /// Hands over the pipe to its standard input; the owner closes it before the end.
  [[nodiscard]] int take_input();
  [[nodiscard]] int take_output();
  /// Waits for a line on its standard output. Throws if it has gone.
  [[nodiscard]] std::string read_line();
  /// Seconds that it has computed so far, all its threads together.
  [[nodiscard]] double processor_time() const;

 private:
  int input_ = -1;
  int output_ = -1;
  pid_t child_ = 0;
};

}  // namespace hassle::harness::bench
