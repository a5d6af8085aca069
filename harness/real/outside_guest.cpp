#include "harness/real/outside_guest.hpp"

#include "mockha/server.hpp"

#include <hassle/net/gate.hpp>
#include <hassle/net/task_group.hpp>

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace hassle::harness {

namespace {

/// A wait for a process looks so often whether it was interrupted.
constexpr auto look_up = std::chrono::milliseconds(50);

asio::awaitable<void> open(door::client_door& which, net::gate& done) {
  static_cast<void>(co_await which.open());
  done.open();
}

}  // namespace

outside_guest::outside_guest(asio::io_context& sockets, real_network& network, std::string command,
                             double time_scale, const door::adapter_limits& limits)
    : sockets_(sockets),
      network_(network),
      machine_(sockets, 1),
      door_(sockets.get_executor(), machine_.time(), std::move(command), time_scale, limits) {}

void outside_guest::arrive(const std::atomic<bool>* interrupted) {
  net::task_group tasks(sockets_.get_executor());
  net::gate done;
  tasks.spawn(open(door_, done));
  while (!done.is_open()) {
    sockets_.run_one_for(look_up);
    if (!done.is_open() && interrupted != nullptr && interrupted->load()) door_.hurry();
  }
  while (tasks.size() > 0) sockets_.run_one_for(look_up);
}

std::unique_ptr<subject> outside_guest::make_subject(room in) {
  const net::endpoint& at = network_.dialed();
  auto made = door_.begin_life(
      {.with = {.clock = in.clock, .record = in.record, .sees = sees_, .lives_in = in.lives_in},
       .url = fmt::format("ws://{}:{}/api/websocket", at.host, at.port),
       .token = std::string(mockha::default_access_token),
       .ca = {}});
  current_ = made.get();
  made->on_killed = [this, mine = made.get()] {
    if (current_ == mine) current_ = nullptr;
  };
  return made;
}

std::vector<reports::event> outside_guest::on_seen(const reports::event& seen) {
  return sees_.on_seen(seen);
}

asio::awaitable<void> outside_guest::leave() { co_await door_.close(); }

bool outside_guest::holds_time() const { return current_ != nullptr && current_->holds_time(); }

bool outside_guest::skips() const {
  return door_.fault() || door_.hello().time == door::time_sense::skipping;
}

void outside_guest::ask() {
  answer_.reset();
  asked_ = true;
  if (current_ == nullptr) return;
  current_->ask([this](door::outside_client::stillness how) {
    answer_ = {.quiet = how.quiet, .next = how.next};
  });
}

std::optional<bystander::answer> outside_guest::take_answer() {
  if (!asked_) return std::nullopt;
  // Nobody is there, or not the one who was asked.
  if (!answer_ && (current_ == nullptr || !current_->is_asked())) answer_ = answer{.quiet = true};
  if (!answer_) return std::nullopt;
  asked_ = false;
  return std::exchange(answer_, std::nullopt);
}

void outside_guest::jump(net::duration by) {
  if (current_ != nullptr) current_->jump(by);
}

}  // namespace hassle::harness
