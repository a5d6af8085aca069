#include "harness/door/client_door.hpp"

#include <fmt/format.h>

#include <utility>

namespace hassle::harness::door {

client_door::client_door(asio::any_io_executor executor, net::time_source& wall,
                         std::string command, double time_scale, adapter_limits limits)
    : executor_(std::move(executor)),
      wall_(wall),
      command_(std::move(command)),
      time_scale_(time_scale),
      limits_(limits) {}

void client_door::launch_next() {
  next_ = std::make_unique<adapter>(executor_, wall_, limits_);
  next_->launch(command_);
}

asio::awaitable<std::optional<adapter_fault>> client_door::open() {
  launch_next();
  co_await next_->ready();
  if (next_->hello()) hello_ = *next_->hello();
  if (next_->fault()) {
    fault_ = next_->fault();
  } else if (hello_.time == time_sense::wall && time_scale_ != 1) {
    fault_ = adapter_fault{
        .what = fmt::format("knows only the wall's time (\"time\":\"wall\"), not a time scale of "
                            "{}: run it with --time-scale 1",
                            time_scale_),
        .line = {},
        .errors = {}};
  }
  co_return fault_;
}

std::unique_ptr<outside_client> client_door::begin_life(life made) {
  start_order order;
  order.url = std::move(made.url);
  order.token = std::move(made.token);
  order.time_scale = time_scale_;
  order.ca = std::move(made.ca);
  if (!next_ && fault_) {
    next_ = std::make_unique<adapter>(executor_, wall_, limits_);
  } else if (!next_) {
    launch_next();
  }
  adapter& behind = *next_;
  auto result =
      std::make_unique<outside_client>(made.with, std::move(next_), hello_, std::move(order),
                                       [this](const adapter_fault& f) { refuse(f); });
  if (fault_) behind.refuse(*fault_);
  return result;
}

void client_door::hurry() {
  if (next_) next_->refuse({.what = "was not waited for", .line = {}, .errors = {}});
}

asio::awaitable<void> client_door::close() {
  if (!next_) co_return;
  co_await next_->end(adapter::manner::kill);
  next_.reset();
}

}  // namespace hassle::harness::door
