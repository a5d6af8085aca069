// Layer 4: reads that fail are answered from a cache, and say so (LEE §4).
#include "../answer_cache.hpp"
#include "layer.hpp"

#include <utility>

namespace hassle::client {

namespace {

class degradation final : public layer {
 public:
  degradation(context& shared, std::unique_ptr<layer> inner)
      : shared_(shared), inner_(std::move(inner)), cache_(*shared.settings.degradation) {}

  asio::awaitable<void> start() override { return inner_->start(); }

  asio::awaitable<outcome> send(const request& wanted) override {
    outcome result = co_await inner_->send(wanted);
    if (wanted.what.cache_key.empty()) co_return result;
    const net::time_point now = shared_.world.time().now();
    if (result.kind == outcome_kind::fresh) {
      cache_.put(wanted.what.cache_key, result.result, now);
      co_return result;
    }
    const auto hit = cache_.find(wanted.what.cache_key, now);
    if (!hit) co_return result;
    shared_.tell(
        {.kind = client_event_kind::cache_used, .tag = wanted.what.tag, .value = hit->age.count()});
    co_return outcome{
        .kind = outcome_kind::stale, .detail = {}, .result = hit->answer, .age = hit->age};
  }

 private:
  context& shared_;
  std::unique_ptr<layer> inner_;
  answer_cache cache_;
};

}  // namespace

std::unique_ptr<layer> make_degradation(context& shared, std::unique_ptr<layer> inner) {
  return std::make_unique<degradation>(shared, std::move(inner));
}

}  // namespace hassle::client
