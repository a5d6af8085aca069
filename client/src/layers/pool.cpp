// Layer 5: several connections, the least recently used healthy one first (LEE §5). As listed, one
// lock guards the pool and is held while a new connection is made: everybody waits behind it.
#include "layer.hpp"

#include <algorithm>
#include <deque>
#include <utility>

namespace hassle::client {

namespace {

/// Hands out turns in the order of asking.
class turnstile {
 public:
  class turn {
   public:
    explicit turn(turnstile& owner) : owner_(&owner) {}
    turn(turn&& other) noexcept : owner_(std::exchange(other.owner_, nullptr)) {}
    turn& operator=(turn&&) = delete;
    ~turn() {
      if (owner_ != nullptr) owner_->leave();
    }

   private:
    turnstile* owner_;
  };

  /// Empty if the deadline came first, or the caller was cancelled.
  asio::awaitable<std::optional<turn>> enter(net::time_source& time, net::time_point deadline) {
    if (!busy_) {
      busy_ = true;
      co_return turn(*this);
    }
    const auto mine = std::make_shared<net::gate>();
    queue_.push_back(mine);
    const net::wait_end how = co_await mine->wait(time, deadline);
    if (mine->is_open()) {
      turn owned(*this);  // Ours to pass on, even if we came too late to use it.
      if (how == net::wait_end::opened) co_return owned;
      co_return std::nullopt;
    }
    std::erase(queue_, mine);
    co_return std::nullopt;
  }

 private:
  void leave() {
    if (queue_.empty()) {
      busy_ = false;
      return;
    }
    const auto next = std::move(queue_.front());
    queue_.pop_front();
    next->open();
  }

  std::deque<std::shared_ptr<net::gate>> queue_;
  bool busy_ = false;
};

class pool final : public layer {
 public:
  pool(context& shared, channel_factory factory)
      : shared_(shared), factory_(std::move(factory)), settings_(*shared.settings.pool) {}

  asio::awaitable<void> start() override { co_return; }

  asio::awaitable<outcome> send(const request& wanted) override {
    std::unique_ptr<channel> mine;
    auto failure = co_await take(wanted.deadline, mine);
    if (failure) co_return std::move(*failure);
    // As the listing: a connection in use is not in the pool, so that no other command shares it.
    outcome result = co_await mine->send(wanted);
    if (mine->is_healthy()) idle_.push_back(std::move(mine));
    co_return result;
  }

 private:
  asio::awaitable<std::optional<outcome>> take(net::time_point deadline,
                                               std::unique_ptr<channel>& mine) {
    const auto turn = co_await lock_.enter(shared_.world.time(), deadline);
    if (!turn) {
      co_return outcome{.kind = outcome_kind::connection, .detail = "waiting for the pool"};
    }
    std::erase_if(idle_, [](const auto& each) { return !each->is_healthy(); });
    if (idle_.size() < settings_.size) {
      auto fresh = factory_();
      auto failure = co_await fresh->connect(deadline);
      if (failure) co_return failure;
      idle_.push_back(std::move(fresh));
    }
    mine = std::move(idle_.front());
    idle_.pop_front();
    co_return std::nullopt;
  }

  context& shared_;
  channel_factory factory_;
  pool_config settings_;
  turnstile lock_;
  std::deque<std::unique_ptr<channel>> idle_;  ///< Least recently used first.
};

}  // namespace

std::unique_ptr<layer> make_pool(context& shared, channel_factory factory) {
  return std::make_unique<pool>(shared, std::move(factory));
}

}  // namespace hassle::client
