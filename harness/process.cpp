#include "harness/process.hpp"

#include <hassle/protocol/message.hpp>

#include <cassert>
#include <string_view>
#include <utility>

namespace hassle::harness {

namespace {

namespace asio = boost::asio;
using scenario::command_kind;

std::string_view domain_of(std::string_view entity_id) {
  return entity_id.substr(0, entity_id.find('.'));
}

}  // namespace

client::command command_for(const scenario::planned_command& planned) {
  client::command result;
  result.tag = planned.number;
  switch (planned.kind) {
    case command_kind::turn_on:
    case command_kind::turn_off:
    case command_kind::toggle:
      result.body = protocol::call_service_body(domain_of(planned.target), name_of(planned.kind),
                                                planned.target);
      return result;
    case command_kind::get_states:
      result.body = {{"type", "get_states"}};
      result.cache_key = planned.target;  // The report caches per device.
      return result;
    case command_kind::get_config:
      result.body = {{"type", "get_config"}};
      result.cache_key = "config";
      return result;
    case command_kind::get_state_service:
      result.body = {{"type", "call_service"},
                     {"domain", "homeassistant"},
                     {"service", "get_state"},
                     {"service_data", {{"entity_id", planned.target}}}};
      result.cache_key = planned.target;
      return result;
  }
  assert(false);
  return result;
}

std::string label_of(const scenario::planned_command& planned) {
  switch (planned.kind) {
    case command_kind::get_states:
      return "get_states";
    case command_kind::get_config:
      return "get_config";
    case command_kind::get_state_service:
      return "homeassistant.get_state " + planned.target;
    case command_kind::turn_on:
    case command_kind::turn_off:
    case command_kind::toggle:
      return std::string(domain_of(planned.target)) + "." + std::string(name_of(planned.kind)) +
             " " + planned.target;
  }
  assert(false);
  return {};
}

process::process(net::world& where, client::config settings, const scenario::scenario& lives_in,
                 recorder& record)
    : where_(where),
      style_(settings.style),
      client_(where, std::move(settings), &record),
      program_(where, lives_in, record),
      tasks_(where.executor()) {}

void process::boot(net::duration cold_start) { tasks_.spawn(start(cold_start)); }

asio::awaitable<void> process::start(net::duration cold_start) {
  net::time_source& time = where_.time();
  if (cold_start > net::duration::zero()) {
    const net::error_code cut_short = co_await net::sleep_until(time, time.now() + cold_start);
    if (cut_short) co_return;
  }
  program_.begin(client_, style_);
  co_await client_.start();
  up_.open();
  if (on_up) on_up();
}

void process::issue(const scenario::planned_command& command, done on_done) {
  // By the host's clock, which may have stood still before.
  const net::time_point limit = where_.time().now() + command.limit;
  tasks_.spawn(run(command, limit, std::move(on_done)));
}

asio::awaitable<void> process::run(scenario::planned_command command, net::time_point limit,
                                   done on_done) {
  const net::wait_end how = co_await up_.wait(where_.time());
  if (how != net::wait_end::opened) co_return;
  const client::outcome result = co_await client_.send(command_for(command), limit);
  if (!tasks_.stopping()) on_done(command, result);
}

void process::show_mirror(const shown& then) {
  // Clients of style `lee` may not even be asked.
  const bool keeps_one = style_ == client::engine_style::best;
  const client::state_mirror* mirror = keeps_one ? client_.mirror() : nullptr;
  then(mirror != nullptr && mirror->live() ? mirror : nullptr);
}

asio::awaitable<void> process::kill() {
  program_.end();
  tasks_.stop();
  co_await client_.stop();
  co_await tasks_.join();
}

}  // namespace hassle::harness
