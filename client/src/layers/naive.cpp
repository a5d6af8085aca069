// Layer 0: the report's first listing. One connection, made at cold start; nothing else.
#include "layer.hpp"

#include <utility>

namespace hassle::client {

namespace {

class naive final : public channel {
 public:
  explicit naive(context& shared) : shared_(shared) {}

  asio::awaitable<void> start() override { co_await connect(net::never); }

  asio::awaitable<std::optional<outcome>> connect(net::time_point deadline) override {
    const auto fresh = std::make_shared<connection>(shared_);
    const attempt_limits limits{.all = deadline};
    auto opened = co_await fresh->open(limits);
    if (!opened) co_return std::move(opened.error());
    current_ = std::make_shared<connection_user>(fresh);
    co_return std::nullopt;
  }

  asio::awaitable<outcome> send(const request& wanted) override {
    const connection_ref used = current_;
    if (!used) {
      co_return outcome{.kind = outcome_kind::connection, .detail = "not connected"};
    }
    co_return co_await (*used)->call(wanted.what, wanted.deadline);
  }

  [[nodiscard]] bool is_healthy() const noexcept override {
    return current_ && (*current_)->is_healthy();
  }

 private:
  context& shared_;
  connection_ref current_;
};

}  // namespace

std::unique_ptr<channel> make_naive(context& shared) { return std::make_unique<naive>(shared); }

}  // namespace hassle::client
