// Looking up names, and what faults make of the answers.
#include "harness/simulation/network.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace hassle::harness {

using namespace std::chrono_literals;

namespace {

/// A resolver with the usual settings asks twice, and waits 5 s for each answer.
constexpr net::duration ask_again_after = 5s;
/// Even a failure is an answer that travels; with no latency at all programs must not spin.
constexpr net::duration failure_min = 1ms;

}  // namespace

using dns_how = enum scenario::dns_fault::how;

/// What there is to say about a name now.
struct network::findings {
  std::vector<net::endpoint> addresses;
  bool failed = false;  ///< Of a family: nobody knew.
  bool silent = false;  ///< Of a family: nobody answered.
  std::vector<const active_fault*> guilty;
};

std::uint32_t network::look_up(host& from, net::endpoint name,
                               net::completion<lookup_result> done) {
  const std::uint32_t id = ++next_lookup_;
  const bool literal = book_.at_address(name.host) != nullptr;
  const way* asked = literal ? nullptr : book_.named(name.host);
  lookup_result known = std::unexpected(error_code(asio::error::host_not_found));
  if (literal) {
    known = std::vector{std::move(name)};
  } else if (asked != nullptr) {
    findings found = ask(from, *asked, name.port);
    for (const active_fault* fault : found.guilty) on_hit(0, *fault);
    if (found.failed || found.silent) {
      lookups_[id] = {.from = &from,
                      .asked = asked,
                      .port = name.port,
                      .known = std::move(found.addresses),
                      .done = std::move(done)};
      postpone(id, found);
      return id;
    }
    known = std::move(found.addresses);
  }
  from.deliver(
      [once = std::move(done), answer = std::move(known)]() mutable { once(std::move(answer)); });
  return id;
}

/// The fault that decides about a query, if any.
const active_fault* network::misleads(const way& asked, scenario::address_family family) const {
  for (const active_fault& fault : faults_.all()) {
    const bool moved =
        std::holds_alternative<scenario::move_fault>(fault.what) && asked.moved_by == fault.number;
    const bool lies = moved || std::holds_alternative<scenario::dns_fault>(fault.what);
    if (lies && fault.on_its_way(asked.endpoint, family)) return &fault;
  }
  return nullptr;
}

/// One query for each family. A host's own names are in a file.
network::findings network::ask(const host& from, const way& asked, std::uint16_t port) const {
  findings found;
  for (const auto family : {scenario::address_family::v6, scenario::address_family::v4}) {
    const place* at = asked.at(family);
    if (at == nullptr) continue;
    const active_fault* fault = asked.to == &from ? nullptr : misleads(asked, family);
    if (fault == nullptr) {
      found.addresses.emplace_back(at->address, port);
      continue;
    }
    if (std::ranges::find(found.guilty, fault) == found.guilty.end()) {
      found.guilty.push_back(fault);
    }
    const auto* dns = std::get_if<scenario::dns_fault>(&fault->what);
    const dns_how how = dns == nullptr ? dns_how::stale : dns->how;
    if (how == dns_how::stale) found.addresses.emplace_back(asked.former(family)->address, port);
    found.failed = found.failed || how == dns_how::fail;
    found.silent = found.silent || how == dns_how::silent;
  }
  return found;
}

/// What is known is told when all has been heard: at once where somebody at least says no, and
/// after the resolver's patience where nobody speaks.
void network::postpone(std::uint32_t id, const findings& found) {
  const net::duration by =
      found.silent ? ask_again_after : std::max(failure_min, 2 * settings_.latency);
  lookups_.at(id).timer = world_->at(world_->now() + by, [this, id, silent = found.silent] {
    if (silent) {
      ask_again(id);
    } else {
      end_lookup(id);
    }
  });
}

void network::ask_again(std::uint32_t id) {
  pending_lookup& l = lookups_.at(id);
  if (std::exchange(l.again, true)) return end_lookup(id);
  findings found = ask(*l.from, *l.asked, l.port);
  l.known = std::move(found.addresses);
  if (!found.silent) return end_lookup(id);
  postpone(id, found);
}

void network::end_lookup(std::uint32_t id) {
  const auto ended = lookups_.find(id);
  pending_lookup l = std::move(ended->second);
  lookups_.erase(ended);
  lookup_result answer = std::move(l.known);
  if (answer->empty()) answer = std::unexpected(error_code(asio::error::host_not_found_try_again));
  l.from->deliver(
      [once = std::move(l.done), told = std::move(answer)]() mutable { once(std::move(told)); });
}

asio::awaitable<lan::lookup_result> network::resolve(host& from, net::endpoint name) {
  std::uint32_t id = 0;
  co_return co_await net::wait_for<lookup_result>(
      [&](net::completion<lookup_result> done) {
        id = look_up(from, std::move(name), std::move(done));
      },
      [this, &id] { cancel_lookup(id); });
}

void network::cancel_lookup(std::uint32_t id) {
  const auto found = lookups_.find(id);
  if (found == lookups_.end()) return;
  pending_lookup l = std::move(found->second);
  lookups_.erase(found);
  world_->cancel(l.timer);
  l.from->deliver([once = std::move(l.done)]() mutable {
    once(std::unexpected(error_code(asio::error::operation_aborted)));
  });
}

}  // namespace hassle::harness
