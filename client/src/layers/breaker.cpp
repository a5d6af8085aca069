// Layer 3: the circuit breaker around commands (LEE §3).
#include "../circuit_breaker.hpp"
#include "layer.hpp"

#include <utility>

namespace hassle::client {

namespace {

class breaker final : public layer {
 public:
  breaker(context& shared, std::unique_ptr<layer> inner)
      : shared_(shared), inner_(std::move(inner)), circuit_(*shared.settings.breaker) {}

  asio::awaitable<void> start() override { return inner_->start(); }

  asio::awaitable<outcome> send(const request& wanted) override {
    const circuit_state before = circuit_.state();
    const bool admitted = circuit_.try_acquire(shared_.world.time().now());
    tell_if_changed(before);
    if (!admitted) co_return outcome{.kind = outcome_kind::other, .detail = "breaker_open"};
    outcome result = co_await inner_->send(wanted);
    record(result);
    co_return result;
  }

 private:
  void record(const outcome& result) {
    const circuit_state before = circuit_.state();
    if (is_failure(result)) {
      circuit_.on_failure(shared_.world.time().now());
    } else {
      circuit_.on_success();
    }
    tell_if_changed(before);
  }

  void tell_if_changed(circuit_state before) {
    if (circuit_.state() == before) return;
    shared_.tell({.kind = client_event_kind::breaker_changed, .text = name_of(circuit_.state())});
  }

  context& shared_;
  std::unique_ptr<layer> inner_;
  circuit_breaker circuit_;
};

}  // namespace

std::unique_ptr<layer> make_breaker(context& shared, std::unique_ptr<layer> inner) {
  return std::make_unique<breaker>(shared, std::move(inner));
}

}  // namespace hassle::client
