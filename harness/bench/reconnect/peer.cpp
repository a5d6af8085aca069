#include "harness/bench/reconnect/peer.hpp"

#include "harness/bench/peer_process.hpp"

#include <fmt/format.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <charconv>
#include <string_view>

namespace hassle::harness::bench {

namespace {

namespace asio = boost::asio;
constexpr auto use_result = asio::as_tuple(asio::use_awaitable);
/// Longer lines are not what was agreed on.
constexpr std::size_t line_max = 1'000;

class peer final : public contender {
 public:
  peer(asio::io_context& context, const std::string& command, std::uint16_t port,
       const std::string& token)
      : process_(fmt::format("{} ws://127.0.0.1:{}/api/websocket {}", command, port, token)),
        to_(context, process_.take_input()),
        from_(context, process_.take_output()) {}
  peer(const peer&) = delete;
  peer& operator=(const peer&) = delete;
  ~peer() override = default;

  asio::awaitable<std::optional<net::duration>> cold() override {
    const bool told = co_await tell("cold\n");
    if (!told) co_return std::nullopt;
    const auto took = co_await hear("cold ");
    if (!took) co_return std::nullopt;
    co_return net::duration(*took);
  }
  asio::awaitable<std::optional<net::time_point>> answer_after_loss() override {
    const auto at = co_await hear("answer ");
    if (!at) co_return std::nullopt;
    co_return net::time_point(net::duration(*at));
  }
  void insist() override {
    boost::system::error_code ignored;  // Then it makes no attempts, which is seen.
    asio::write(to_, asio::buffer(std::string_view("insist\n")), ignored);
  }
  asio::awaitable<void> end() override {
    const bool told = co_await tell("end\n");
    if (told) co_await hear("ended");
  }

 private:
  asio::awaitable<bool> tell(std::string_view what) {
    const auto [ec, size] = co_await asio::async_write(to_, asio::buffer(what), use_result);
    co_return !ec;
  }
  /// The number behind a word that comes sooner or later; zero if there is none. Nothing if the
  /// peer has gone.
  asio::awaitable<std::optional<std::int64_t>> hear(std::string_view word) {
    for (;;) {
      const auto [ec, size] = co_await asio::async_read_until(
          from_, asio::dynamic_buffer(heard_, line_max), '\n', use_result);
      if (ec) co_return std::nullopt;
      const std::string line = heard_.substr(0, size - 1);
      heard_.erase(0, size);
      if (!line.starts_with(word)) continue;
      std::int64_t number = 0;
      std::from_chars(line.data() + word.size(), line.data() + line.size(), number);
      co_return number;
    }
  }

  peer_process process_;  // Ends last, when the pipes are closed.
  asio::posix::stream_descriptor to_;
  asio::posix::stream_descriptor from_;
  std::string heard_;
};

}  // namespace

std::unique_ptr<contender> make_peer(asio::io_context& context, const std::string& command,
                                     std::uint16_t port, const std::string& token) {
  return std::make_unique<peer>(context, command, port, token);
}

}  // namespace hassle::harness::bench
