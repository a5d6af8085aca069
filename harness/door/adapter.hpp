#pragma once

#include "harness/door/adapter_session.hpp"
#include "harness/door/child_process.hpp"

#include <hassle/net/gate.hpp>
#include <hassle/net/task_group.hpp>
#include <hassle/net/time.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace hassle::harness::door {

/// How long an adapter may take, of the wall's time: these are about programs, not about clients.
struct adapter_limits {
  net::duration hello = std::chrono::seconds(20);   ///< Until its first line. > 0
  net::duration up = std::chrono::seconds(20);      ///< From start. > 0
  net::duration answer = std::chrono::seconds(10);  ///< To ask and mirror. > 0
  net::duration stop = std::chrono::seconds(5);     ///< Until it has exited. > 0
};

/// The process of an adapter and the conversation with it.
///
/// Its callbacks come from the executor, never from inside a call, and none comes after `end`
/// began. Whoever has called `launch` awaits `end` before this goes. Thread-safety:
/// single-threaded.
class adapter {
 public:
  /// What it has not read yet may be so much; more is a fault.
  static constexpr std::size_t unread_bytes_max = std::size_t{16} << 20U;

  /// `wall` is a clock that is neither scaled nor frozen; it outlives this.
  adapter(asio::any_io_executor executor, net::time_source& wall, adapter_limits limits = {});
  adapter(const adapter&) = delete;
  adapter& operator=(const adapter&) = delete;

  std::function<void(const said&)> on_said;            ///< hello is not told: see `hello`.
  std::function<void(const adapter_fault&)> on_fault;  ///< Once. Nothing is said after it.

  /// Runs the command.
  void launch(const std::string& command);
  /// Instead of that: there is something wrong with it already.
  void refuse(const adapter_fault& why) { fail(why); }
  /// Waits until it has said hello, or a fault.
  [[nodiscard]] asio::awaitable<void> ready();

  void start(const start_order& order);
  void command(std::uint32_t id, const json::object& body, double deadline_ms);
  void ask();
  void jump(double by_ms);
  void mirror();

  /// Its machine stands still.
  void freeze();
  void thaw();

  /// Ends it: at once, or politely, with `stop` and the time to exit. Waits for it.
  enum class manner : std::uint8_t { kill, stop };
  [[nodiscard]] asio::awaitable<void> end(manner how);

  [[nodiscard]] const std::optional<hello_said>& hello() const noexcept { return hello_; }
  [[nodiscard]] const std::optional<adapter_fault>& fault() const noexcept { return fault_; }
  [[nodiscard]] bool up() const noexcept { return session_.up(); }
  /// "exited with 0", once it has ended.
  [[nodiscard]] const std::string& how_it_ended() const noexcept { return how_it_ended_; }

 private:
  asio::awaitable<void> read_lines();
  asio::awaitable<void> read_errors();
  asio::awaitable<void> write_lines();
  asio::awaitable<void> wait_for_end();
  asio::awaitable<void> await_exit(net::duration at_most);
  bool take_lines(std::string& buffer);
  void take(std::string_view line);
  void put(std::string line);
  void fail(adapter_fault what);
  void fail(std::string what) {
    fail(adapter_fault{.what = std::move(what), .line = {}, .errors = {}});
  }
  void expect_within(net::timer& limit, net::duration at_most, const char* what);

  asio::any_io_executor executor_;
  net::time_source& wall_;
  adapter_limits limits_;
  adapter_session session_;
  std::unique_ptr<child_process> child_;
  net::task_group tasks_;
  net::gate ready_;
  net::gate exited_;
  net::timer hello_limit_;
  net::timer up_limit_;
  net::timer answer_limit_;
  unsigned answers_due_ = 0;
  bool frozen_ = false;
  std::deque<std::string> unwritten_;
  std::size_t unwritten_bytes_ = 0;
  bool writing_ = false;
  std::string errors_;
  bool ending_ = false;
  std::optional<hello_said> hello_;
  std::optional<adapter_fault> fault_;
  std::string how_it_ended_;
};

}  // namespace hassle::harness::door
