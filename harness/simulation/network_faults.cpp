// The faults of the network: their begin and end, and what happens to connections at once.
#include "harness/simulation/network.hpp"
#include "scenarios/distribution.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

namespace hassle::harness {

using scenario::address_family;

namespace {

template <class... Kinds>
bool is_any_of(const scenario::fault_parameters& what) {
  return (std::holds_alternative<Kinds>(what) || ...);
}

/// Those that are over as soon as they have begun.
bool momentary(const scenario::fault_parameters& what) {
  return is_any_of<scenario::cut_fault, scenario::forget_fault>(what);
}

bool of_the_network(const scenario::fault_parameters& what) {
  using namespace scenario;
  return momentary(what) || is_any_of<partition_fault, blackhole_fault, latency_fault, loss_fault,
                                      corrupt_fault, slice_fault, cut_after_fault, throttle_fault,
                                      mtu_fault, swizzle_fault, dns_fault, move_fault>(what);
}

/// A random order of 0 to n-1.
std::vector<std::size_t> shuffled(std::size_t n, jitter_random& random) {
  std::vector<std::size_t> order(n);
  for (std::size_t i = 0; i < n; ++i) order[i] = i;
  for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

}  // namespace

bool network::begin_fault(const scenario::fault& fault, const scenario::planned_fault& occurrence) {
  if (!of_the_network(fault.what)) return false;
  const std::string stream = "fault " + fault.name + "/" + std::to_string(++begun_[fault.name]);
  active_fault active{.number = occurrence.number,
                      .name = fault.name,
                      .what = fault.what,
                      .amount = occurrence.amount,
                      .way = fault.way,
                      .only = fault.scope.connections,
                      .seed = scenario::stream_seed(world_->seed(), stream)};
  if (momentary(fault.what)) {
    strike(active);
    return true;
  }
  faults_.begin(active);
  if (std::holds_alternative<scenario::swizzle_fault>(fault.what)) {
    begin_swizzle(active, occurrence.lasts);
  } else if (std::holds_alternative<scenario::cut_after_fault>(fault.what)) {
    begin_cut_after(active);
  } else if (std::holds_alternative<scenario::move_fault>(fault.what)) {
    begin_move(active);
  } else if (std::holds_alternative<scenario::dns_fault>(fault.what)) {
    begin_dns(active);
  }
  return true;
}

bool network::end_fault(const scenario::fault& fault, const scenario::planned_fault& occurrence) {
  if (!of_the_network(fault.what)) return false;
  faults_.end(occurrence.number);
  if (std::holds_alternative<scenario::throttle_fault>(fault.what)) unthrottle(occurrence.number);
  return true;
}

void network::on_hit(std::uint32_t connection_id, const active_fault& fault) {
  record(reports::event_kind::fault_hit, connection_id, fault.name, fault.number);
}

void network::on_cut(std::uint32_t connection_id, std::string_view why) {
  record(reports::event_kind::connection_cut, connection_id, std::string(why));
}

void network::strike(const active_fault& fault) {
  const auto* cut = std::get_if<scenario::cut_fault>(&fault.what);
  for (auto& [id, c] : connections_) {
    if (!reaches(fault, *c)) continue;
    if (cut != nullptr) {
      c->cut(cut->how, fault);
    } else {
      c->forget(side::server, fault);
    }
  }
}

void network::begin_dns(const active_fault& fault) {
  const auto& dns = std::get<scenario::dns_fault>(fault.what);
  if (dns.how != scenario::dns_fault::how::stale) return;
  for (const way& each : book_.ways()) {
    for (const auto family : {address_family::v4, address_family::v6}) {
      if (each.at(family) == nullptr || !fault.on_its_way(each.endpoint, family)) continue;
      book_.vacancy(each, family, fault.number);
    }
  }
}

/// Servers are the hosts that have a name of their own, or on which somebody listens.
bool network::serves(const host& which) const {
  const auto listens = [&](const auto& each) { return each.second.where == &which; };
  const auto named = [&](const way& w) { return w.named && w.to == &which; };
  return std::ranges::any_of(book_.ways(), named) || std::ranges::any_of(listeners_, listens);
}

void network::begin_move(const active_fault& fault) {
  for (way& each : book_.ways()) {
    if (!serves(*each.to)) continue;
    for (const auto family : {address_family::v4, address_family::v6}) {
      if (fault.on_its_way(each.endpoint, family)) book_.move(each, family, fault.number);
    }
    if (each.number == 0) each.to->move_to(each.v4->address);
  }
  for (auto& [id, c] : connections_) {
    const bool lost = c->at_place(side::client)->vacant || c->at_place(side::server)->vacant;
    if (lost && !c->path().loopback()) c->lose(fault);
  }
}

void network::begin_swizzle(const active_fault& fault, net::duration lasts) {
  const double chance = std::get<scenario::swizzle_fault>(fault.what).chance;
  jitter_random random(fault.seed);
  std::vector<std::uint32_t> some;
  for (const auto& [id, c] : connections_) {
    if (reaches(fault, *c) && random.chance(chance)) some.push_back(id);
  }
  const std::vector<std::size_t> fails = shuffled(some.size(), random);
  std::vector<std::size_t> heals = shuffled(some.size(), random);
  if (heals == fails) std::ranges::rotate(heals, heals.begin() + (heals.empty() ? 0 : 1));
  const net::duration half = lasts / 2;
  const auto at = [&](net::duration after, std::uint32_t connection, bool failing) {
    world_->at(world_->now() + after, [this, number = fault.number, connection, failing] {
      set_failing(number, connection, failing);
    });
  };
  const auto count = static_cast<net::duration::rep>(some.size());
  for (net::duration::rep i = 0; i < count; ++i) {
    const auto which = static_cast<std::size_t>(i);
    at(half * i / count, some[fails[which]], true);
    at(half + half * (i + 1) / count, some[heals[which]], false);
  }
}

void network::set_failing(std::uint32_t fault, std::uint32_t connection, bool fails) {
  active_fault* active = faults_.find(fault);
  if (active == nullptr) return;
  auto& list = active->failing;
  const auto at = std::ranges::lower_bound(list, connection);
  if (fails) {
    list.insert(at, connection);
  } else if (at != list.end() && *at == connection) {
    list.erase(at);
  }
}

void network::begin_cut_after(const active_fault& fault) {
  for (auto& [id, c] : connections_) {
    c->count_from_here(fault.number);
    limit_age(*c, fault);
  }
}

/// For a new connection.
void network::limit_age(const connection& c) {
  for (const active_fault& fault : faults_.all()) limit_age(c, fault);
}

void network::limit_age(const connection& c, const active_fault& fault) {
  const auto* limit = std::get_if<scenario::cut_after_fault>(&fault.what);
  if (limit == nullptr || !limit->age || !reaches(fault, c)) return;
  world_->at(world_->now() + *limit->age, [this, id = c.id(), number = fault.number] {
    const auto open = connections_.find(id);
    const active_fault* still = faults_.find(number);
    if (open == connections_.end() || still == nullptr) return;
    open->second->cut(std::get<scenario::cut_after_fault>(still->what).how, *still);
  });
}

/// What waited for the narrow wire goes on at the pace of the path itself.
void network::unthrottle(std::uint32_t fault) {
  for (auto& [key, path] : links_) {
    if (!path.unthrottle(fault, world_->now())) continue;
    for (auto& [id, c] : connections_) {
      if (&c->path() == &path) c->hasten();
    }
  }
}

}  // namespace hassle::harness
