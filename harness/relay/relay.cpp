#include "harness/relay/relay.hpp"

#include "harness/simulation/retransmission.hpp"
#include "scenarios/distribution.hpp"

#include <boost/asio/this_coro.hpp>

#include <utility>
#include <variant>

namespace hassle::harness {

namespace {

using namespace std::chrono_literals;
constexpr auto pause_after_failed_accept = 10ms;  // No descriptor is free, mostly.

template <class... Kinds>
bool is_any_of(const scenario::fault_parameters& what) {
  return (std::holds_alternative<Kinds>(what) || ...);
}

}  // namespace

relay::relay(net::world& world, net::endpoint upstream, const scenario::network& path,
             std::uint64_t seed, recorder record, const relay_settings& settings)
    : world_(&world),
      upstream_(std::move(upstream)),
      seed_(seed),
      record_(std::move(record)),
      settings_(settings),
      box_(path.box),
      path_(path, faults_, false),
      tasks_(world.executor()) {}

relay::~relay() = default;

bool relay::can_play(const scenario::fault& what) {
  using namespace scenario;
  return is_any_of<partition_fault, blackhole_fault, latency_fault, loss_fault, corrupt_fault,
                   slice_fault, cut_after_fault, throttle_fault, mtu_fault, cut_fault,
                   forget_fault>(what.what);
}

error_code relay::listen(net::endpoint local) {
  refuse();
  auto opened = world_->listen(std::move(local));
  if (!opened) return opened.error();
  listening_ = opened->get();
  local_ = listening_->local_endpoint();
  tasks_.spawn(accept_all(std::move(*opened)));
  return {};
}

void relay::refuse() noexcept {
  if (listening_ != nullptr) std::exchange(listening_, nullptr)->close();
}

void relay::stop() noexcept {
  refuse();
  unknown_.clear();
  tasks_.stop();
}

asio::awaitable<void> relay::accept_all(std::unique_ptr<net::acceptor> acceptor) {
  co_await asio::this_coro::throw_if_cancelled(false);
  for (;;) {
    auto accepted = co_await acceptor->accept();
    if (accepted) {
      welcome(std::move(*accepted));
      continue;
    }
    if (accepted.error() == asio::error::operation_aborted) co_return;
    const net::time_point later = world_->time().now() + pause_after_failed_accept;
    co_await net::sleep_until(world_->time(), later);
  }
}

/// Who has come, of those who were announced, or a stranger. While some connect, it may be either.
void relay::welcome(std::unique_ptr<net::byte_stream> client) {
  const auto found = expected_.find(client->connection_id());
  if (found == expected_.end() && connecting_ > 0) return unknown_.push_back(std::move(client));
  std::unique_ptr<dial> known;
  if (found != expected_.end()) {
    known = std::move(announced_.extract(found->second).mapped());
    expected_.erase(found);
  } else {
    known = std::make_unique<dial>(*this, next_route());
  }
  if (served_ >= settings_.connections) return client->reset();
  ++served_;
  if (!known->over_path && on_stranger_) on_stranger_(known->line.way().connection);
  tasks_.spawn(serve(std::move(client), std::move(known)));
}

std::uint32_t relay::announce(relay_line::sleepers asleep) {
  const route way = next_route();
  auto& made = announced_[way.connection] = std::make_unique<dial>(*this, way);
  made->line.ask_for_sleepers(std::move(asleep));
  made->over_path.emplace(made->line, jitter_of(way.connection) + 2, world_->time().now());
  return way.connection;
}

void relay::thaw() {
  for (auto& [number, c] : open_) c->thaw();
}

void relay::begin_connect(std::uint32_t number) {
  announced_.at(number)->connecting = true;
  ++connecting_;
}

void relay::end_connect(std::uint32_t number, std::optional<std::uint32_t> peer) {
  if (announced_.at(number)->connecting) --connecting_;
  if (peer) {
    expected_[*peer] = number;
  } else {
    announced_.erase(number);
  }
  for (auto& each : std::exchange(unknown_, {})) welcome(std::move(each));
}

route relay::next_route() {
  const route way{.endpoint = scenario::local_endpoint, .connection = ++last_connection_};
  faults_.note_dial(way);
  return way;
}

/// The same as in the simulated network, as is all that is drawn for a connection.
std::uint64_t relay::jitter_of(std::uint32_t number) const {
  return scenario::stream_seed(seed_, "network") + 4ULL * number;
}

asio::awaitable<void> relay::serve(std::unique_ptr<net::byte_stream> client,
                                   std::unique_ptr<dial> known) {
  co_await asio::this_coro::throw_if_cancelled(false);
  bool passed = known->over_path.has_value();
  if (!passed) passed = co_await reachable(known->line);
  if (passed) {
    co_await relay_between(*known, std::move(client));
  } else {
    client->reset();
  }
  --served_;
}

asio::awaitable<void> relay::relay_between(dial& known, std::unique_ptr<net::byte_stream> client) {
  relay_line& line = known.line;
  const std::uint32_t number = line.way().connection;
  auto dialed = co_await dial_upstream();
  if (!dialed || !*dialed) {
    client->reset();  // It was accepted for somebody who is not there.
    co_return;
  }
  const std::uint32_t dialed_as = (*dialed)->connection_id();
  dialed_as_[dialed_as] = number;
  relayed_connection both(world_->time(), line, jitter_of(number), settings_, std::move(client),
                          std::move(*dialed));
  if (shaper_) both.shape(shaper_(number));
  if (known.over_path) both.open();
  open_[number] = &both;
  for (const active_fault& fault : faults_.all()) limit_age(number, fault);
  if (box_.idle || box_.lifetime) tasks_.spawn(watch_box(number));
  co_await both.run();
  open_.erase(number);
  dialed_as_.erase(dialed_as);
  relayed_ += both.relayed(direction::to_server) + both.relayed(direction::to_client);
}

asio::awaitable<net::result<std::unique_ptr<net::byte_stream>>> relay::dial_upstream() {
  net::endpoint to = upstream_;
  if (settings_.resolve) {
    auto found = co_await world_->resolve(std::move(to));
    if (!found) co_return std::unexpected(found.error());
    to = found->front();
  }
  co_return co_await world_->connect(std::move(to));
}

void relay::reshape() {
  for (auto& [number, c] : open_) c->reshape();
}

/// Waits as a dial does until its SYN gets through. False if it is given up.
asio::awaitable<bool> relay::reachable(relay_line& line) {
  fault_dice dice(1);
  const net::time_point began = world_->time().now();
  for (const auto again : syn_retransmissions) {
    const active_fault* fault = faults_.swallows_connect(line.way(), dice);
    if (fault == nullptr) co_return true;
    line.hit(*fault);
    const error_code ec = co_await net::sleep_until(world_->time(), began + again);
    if (ec) co_return false;
  }
  co_return faults_.swallows_connect(line.way(), dice) == nullptr;
}

bool relay::begin_fault(const scenario::fault& fault, const scenario::planned_fault& occurrence) {
  if (!can_play(fault)) return false;
  const std::string stream = "fault " + fault.name + "/" + std::to_string(++begun_[fault.name]);
  const active_fault active{.number = occurrence.number,
                            .name = fault.name,
                            .what = fault.what,
                            .amount = occurrence.amount,
                            .way = fault.way,
                            .only = fault.scope.connections,
                            .seed = scenario::stream_seed(seed_, stream)};
  if (is_any_of<scenario::cut_fault, scenario::forget_fault>(fault.what)) {
    strike(active);
    return true;
  }
  faults_.begin(active);
  for (auto& [number, c] : open_) {
    c->line().limits().count_from_here(active.number);
    limit_age(number, active);
    c->advance();
  }
  return true;
}

void relay::end_fault(const scenario::planned_fault& occurrence) {
  faults_.end(occurrence.number);
  if (!path_.unthrottle(occurrence.number, world_->time().now())) return;
  for (auto& [number, c] : open_) c->hasten();
}

void relay::strike(const active_fault& fault) {
  const auto* cut = std::get_if<scenario::cut_fault>(&fault.what);
  for (auto& [number, c] : open_) {
    if (!fault.reaches(c->line().way()) || c->line().ending()) continue;
    if (cut != nullptr) {
      c->line().cut(cut->how, fault);
      c->advance();
      continue;
    }
    c->line().hit(fault);
    on_cut(number, fault.name);
    c->forget_server();
  }
}

void relay::limit_age(std::uint32_t connection, const active_fault& fault) {
  const auto* limit = std::get_if<scenario::cut_after_fault>(&fault.what);
  const auto found = open_.find(connection);
  if (limit == nullptr || !limit->age || !fault.reaches(found->second->line().way())) return;
  tasks_.spawn(expire(connection, fault.number, *limit->age));
}

asio::awaitable<void> relay::expire(std::uint32_t connection, std::uint32_t fault,
                                    net::duration age) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const error_code ec = co_await net::sleep_until(world_->time(), world_->time().now() + age);
  const auto found = open_.find(connection);
  const active_fault* still = faults_.find(fault);
  if (ec || found == open_.end() || still == nullptr) co_return;
  found->second->line().cut(std::get<scenario::cut_after_fault>(still->what).how, *still);
  found->second->advance();
}

/// What the box knows of is what came by: bytes, and who is heard of at all.
asio::awaitable<void> relay::watch_box(std::uint32_t connection) {
  co_await asio::this_coro::throw_if_cancelled(false);
  const net::time_point began = world_->time().now();
  for (;;) {
    const auto found = open_.find(connection);
    if (found == open_.end() || found->second->line().ending()) co_return;
    const net::time_point now = world_->time().now();
    const net::time_point aged = box_.lifetime ? began + *box_.lifetime : net::never;
    const net::time_point idle =
        box_.idle ? std::max(began, found->second->last_traffic()) + *box_.idle : net::never;
    const net::time_point due = std::min(aged, idle);
    if (now >= due) {
      found->second->line().expire(box_.on_expiry,
                                   now >= aged ? "middlebox lifetime" : "middlebox idle");
      co_return found->second->advance();
    }
    const error_code ec = co_await net::sleep_until(world_->time(), due);
    if (ec) co_return;
  }
}

std::optional<std::uint32_t> relay::number_of(std::uint32_t upstream_id) const {
  const auto found = dialed_as_.find(upstream_id);
  if (found == dialed_as_.end()) return std::nullopt;
  return found->second;
}

void relay::forget_client(std::uint32_t number) {
  const auto found = open_.find(number);
  if (found == open_.end()) return;
  found->second->line().vanish();
  found->second->advance();
}

std::uint64_t relay::relayed_bytes() const noexcept {
  std::uint64_t sum = relayed_;
  for (const auto& [number, c] : open_) {
    sum += c->relayed(direction::to_server) + c->relayed(direction::to_client);
  }
  return sum;
}

void relay::on_hit(std::uint32_t connection, const active_fault& fault) {
  record_({.kind = reports::event_kind::fault_hit,
           .connection = connection,
           .value = fault.number,
           .text = fault.name});
}

void relay::on_cut(std::uint32_t connection, std::string_view why) {
  record_({.kind = reports::event_kind::connection_cut,
           .connection = connection,
           .text = std::string(why)});
}

}  // namespace hassle::harness
