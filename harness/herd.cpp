#include "harness/herd.hpp"

#include "reports/journal.hpp"

#include <hassle/client/client.hpp>
#include <hassle/client/observer.hpp>
#include <hassle/net/task_group.hpp>

#include <optional>
#include <utility>

namespace hassle::harness {

/// One of them. Everybody who counts begins with the client under test.
class herd::member final : private client::observer {
 public:
  member(std::uint32_t number, net::world& where, client::config settings, recorder& record)
      : number_(number),
        where_(where),
        settings_(std::move(settings)),
        record_(record),
        boots_(where.time()),
        tasks_(where.executor()) {}

  void boot_at(net::time_point at, std::function<void(client::config&)> log_in) {
    boots_.call_at(at, [this, log_in = std::move(log_in)] {
      log_in(settings_);
      client_.emplace(where_, std::move(settings_), static_cast<client::observer*>(this));
      tasks_.spawn(client_->start());
    });
  }

  asio::awaitable<void> stop() {
    boots_.cancel();
    if (!client_) co_return;
    tasks_.stop();
    co_await client_->stop();
    co_await tasks_.join();
  }

 private:
  void on_event(const client::client_event& event) override {
    using enum reports::event_kind;
    if (event.kind == client::client_event_kind::attempt_began) {
      record_.add({.kind = herd_attempt, .value = number_});
    } else if (event.kind == client::client_event_kind::ready) {
      record_.add({.kind = herd_ready, .connection = event.connection, .value = number_});
    }
  }

  std::uint32_t number_;
  net::world& where_;
  client::config settings_;
  recorder& record_;
  net::timer boots_;
  std::optional<client::resilient_client> client_;
  net::task_group tasks_;
};

herd::herd(recorder& record, asio::any_io_executor executor)
    : record_(record), endings_(std::move(executor)) {}

herd::~herd() = default;

void herd::add(net::world& where, client::config settings, net::time_point at,
               std::function<void(client::config&)> log_in) {
  constexpr std::uint32_t first_number = 2;
  const auto number = first_number + static_cast<std::uint32_t>(members_.size());
  members_.push_back(std::make_unique<member>(number, where, std::move(settings), record_));
  members_.back()->boot_at(at, std::move(log_in));
}

asio::awaitable<void> herd::stop() {
  for (const auto& each : members_) endings_.spawn(each->stop());
  co_await endings_.join();
}

}  // namespace hassle::harness
