#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <sys/types.h>

#include <string>

namespace hassle::harness::door {

namespace asio = boost::asio;

/// A command of the shell in a process group of its own, with pipes at its three standard streams,
/// none of which blocks. It does not outlive this, nor the thread that made it. From the first one
/// on this program ignores SIGPIPE.
///
/// Thread-safety: single-threaded.
class child_process {
 public:
  /// Throws std::system_error if it cannot be started. A command that does not exist is started,
  /// and ends with 127.
  child_process(const asio::any_io_executor& executor, const std::string& command);
  child_process(const child_process&) = delete;
  child_process& operator=(const child_process&) = delete;
  /// Kills the group unless it has been reaped.
  ~child_process();

  [[nodiscard]] asio::posix::stream_descriptor& input() noexcept { return input_; }
  [[nodiscard]] asio::posix::stream_descriptor& output() noexcept { return output_; }
  [[nodiscard]] asio::posix::stream_descriptor& errors() noexcept { return errors_; }
  /// Readable once the process has ended.
  [[nodiscard]] asio::posix::stream_descriptor& end() noexcept { return end_; }

  /// To the whole group.
  void signal(int number) noexcept;

  /// Kills what is left of the group and waits for it, which is at once then: "exited with 3",
  /// "was killed by signal 9". Afterwards the same text again.
  const std::string& reap();

 private:
  asio::posix::stream_descriptor input_;
  asio::posix::stream_descriptor output_;
  asio::posix::stream_descriptor errors_;
  asio::posix::stream_descriptor end_;
  pid_t child_ = 0;  // And its group. 0: reaped.
  std::string how_it_ended_;
};

}  // namespace hassle::harness::door
