#include "mockha/scaled_world.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

namespace hassle::mockha {

class scaled_world::scaled_time final : public net::time_source {
 public:
  scaled_time(net::time_source& below, double scale) : below_(below), scale_(scale) {}

  [[nodiscard]] net::time_point now() const override {
    const long double fast =
        static_cast<long double>(below_.now().time_since_epoch().count()) * scale_;
    const net::time_point at(net::duration(static_cast<net::duration::rep>(fast)));
    return std::max(at, reached_);
  }

  [[nodiscard]] std::chrono::system_clock::time_point wall_now() const override {
    return below_.wall_now();
  }

  timer_id call_at(net::time_point at, std::move_only_function<void()> action) override {
    // Whoever is woken must find that its time has come, whatever was rounded on the way.
    return below_.call_at(slow(at), [this, at, action = std::move(action)]() mutable {
      reached_ = std::max(reached_, at);
      // The action may end what this function lives in.
      auto last = std::move(action);
      last();
    });
  }

  void cancel(timer_id timer) noexcept override { below_.cancel(timer); }

 private:
  [[nodiscard]] net::time_point slow(net::time_point at) const {
    const long double real =
        std::ceil(static_cast<long double>(at.time_since_epoch().count()) / scale_);
    // `never` and its like stay out of reach, with room for a clock's own arithmetic.
    constexpr net::duration far = net::duration::max() / 4;
    if (real >= static_cast<long double>(far.count())) return net::time_point(far);
    return net::time_point(net::duration(static_cast<net::duration::rep>(real)));
  }

  net::time_source& below_;
  const long double scale_;
  net::time_point reached_{};
};

scaled_world::scaled_world(net::world& below, double scale) : below_(below) {
  assert(scale > 0);
  time_ = std::make_unique<scaled_time>(below.time(), scale);
}

scaled_world::~scaled_world() = default;

asio::any_io_executor scaled_world::executor() { return below_.executor(); }

net::time_source& scaled_world::time() { return *time_; }

asio::awaitable<net::result<std::vector<net::endpoint>>> scaled_world::resolve(net::endpoint name) {
  return below_.resolve(std::move(name));
}

asio::awaitable<net::result<std::unique_ptr<net::byte_stream>>> scaled_world::connect(
    net::endpoint address) {
  return below_.connect(std::move(address));
}

net::result<std::unique_ptr<net::acceptor>> scaled_world::listen(net::endpoint local) {
  return below_.listen(std::move(local));
}

net::random_stream scaled_world::random(std::string_view name) { return below_.random(name); }

}  // namespace hassle::mockha
