#pragma once

#include "harness/door/protocol.hpp"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <string>
#include <string_view>

namespace hassle::harness::door {

/// What an adapter did wrong, for whoever wrote it.
struct adapter_fault {
  std::string what;    ///< "line 7: says outcome of command 12, which it was never given"
  std::string line;    ///< The line at fault, cut; empty where it is none's fault.
  std::string errors;  ///< The last that it wrote to standard error, cut.

  /// All of it, in several lines.
  [[nodiscard]] std::string text() const;
};

/// Of a line or of the standard error that is shown.
inline constexpr std::size_t shown_bytes_max = 400;

/// The rules of the conversation with an adapter: which line may come when. Pure. One a process.
///
/// The first fault is the last thing that it says: what comes after it is not looked at.
class adapter_session {
 public:
  /// Lines of an adapter (states, events) between two of ours, beyond which it is a flood.
  static constexpr std::size_t unasked_lines_max = 100'000;

  /// The adapter's next line. What it says, or the fault that it is.
  [[nodiscard]] std::expected<said, adapter_fault> on_line(std::string_view line);

  // What it has been told.
  void on_start(std::size_t subscriptions);
  void on_command(std::uint32_t id);
  void on_ask() { told(), ++asked_; }
  void on_mirror() { told(), ++mirrors_asked_; }
  void on_stop() { told(), stopping_ = true; }
  void on_jump() { told(); }

  // What it has said.
  [[nodiscard]] bool ready() const noexcept { return ready_; }
  [[nodiscard]] bool up() const noexcept { return up_; }
  [[nodiscard]] bool ended() const noexcept { return ended_; }
  /// The end of its output is all right now.
  [[nodiscard]] bool may_end() const noexcept { return stopping_; }
  [[nodiscard]] std::size_t lines() const noexcept { return lines_; }

 private:
  struct judge;

  void told() noexcept { unasked_ = 0; }

  bool ready_ = false;
  bool started_ = false;
  bool up_ = false;
  bool stopping_ = false;
  bool ended_ = false;
  std::size_t subscriptions_ = 0;
  std::size_t asked_ = 0;                   // Questions without an answer.
  std::size_t mirrors_asked_ = 0;           // The same.
  std::map<std::uint32_t, bool> commands_;  // Whether it has said its outcome.
  std::size_t lines_ = 0;
  std::size_t unasked_ = 0;
};

/// The end of a text, at most so long, with a mark where it was cut.
[[nodiscard]] std::string last_of(std::string_view text, std::size_t bytes_max);

}  // namespace hassle::harness::door
