// Layer 7: every command has a budget. This layer sets it; every wait of the layers below ends with
// it, because it travels with the request. (The limits of the stages of a connection attempt are
// applied by `connection`.)
#include "layer.hpp"

#include <utility>

namespace hassle::client {

namespace {

class deadline final : public layer {
 public:
  deadline(context& shared, std::unique_ptr<layer> inner)
      : inner_(std::move(inner)), margin_(shared.settings.deadline->margin) {}

  asio::awaitable<void> start() override { return inner_->start(); }

  asio::awaitable<outcome> send(const request& wanted) override {
    // Asks for the answer a little earlier, so that there is time to hand it over.
    request bounded{wanted.what, wanted.deadline};
    if (bounded.deadline != net::never) bounded.deadline -= margin_;
    co_return co_await inner_->send(bounded);
  }

 private:
  std::unique_ptr<layer> inner_;
  duration margin_;
};

}  // namespace

std::unique_ptr<layer> make_deadline(context& shared, std::unique_ptr<layer> inner) {
  return std::make_unique<deadline>(shared, std::move(inner));
}

}  // namespace hassle::client
