#pragma once

#include "harness/door/client_door.hpp"
#include "harness/guest.hpp"
#include "harness/real/real_network.hpp"
#include "harness/real/socket_pacer.hpp"

#include <hassle/net/real_world.hpp>

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <optional>
#include <string>

namespace hassle::harness {

/// Anybody's client in a household on real sockets: a process for each of its lives, which finds
/// the server behind the relay.
///
/// Context and network outlive it. Thread-safety: single-threaded.
class outside_guest final : public guest, public bystander {
 public:
  outside_guest(asio::io_context& sockets, real_network& network, std::string command,
                double time_scale, const door::adapter_limits& limits);
  outside_guest(const outside_guest&) = delete;
  outside_guest& operator=(const outside_guest&) = delete;

  /// Has its first process say hello. Runs the sockets meanwhile; no world has begun yet.
  void arrive(const std::atomic<bool>* interrupted);
  /// After `arrive`; whatever was said, if anything.
  [[nodiscard]] const door::hello_said& hello() const noexcept { return door_.hello(); }
  [[nodiscard]] const std::optional<door::adapter_fault>& fault() const noexcept {
    return door_.fault();
  }
  /// The same process behind all lives was at fault before this run: it is not asked again.
  void refuse(const door::adapter_fault& why) { door_.refuse(why); }

  // guest
  [[nodiscard]] std::unique_ptr<subject> make_subject(room in) override;
  [[nodiscard]] std::vector<reports::event> on_seen(const reports::event& seen) override;
  void lose_connections() override { network_.forget_strangers(); }
  [[nodiscard]] asio::awaitable<void> leave() override;

  // bystander
  [[nodiscard]] bool holds_time() const override;
  [[nodiscard]] bool skips() const override;
  void ask() override;
  [[nodiscard]] std::optional<answer> take_answer() override;
  void jump(net::duration by) override;

 private:
  asio::io_context& sockets_;
  real_network& network_;
  net::real_world machine_;
  door::client_door door_;
  door::witness sees_;
  door::outside_client* current_ = nullptr;  // The conductor owns it.
  bool asked_ = false;
  std::optional<answer> answer_;
};

}  // namespace hassle::harness
