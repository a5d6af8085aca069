#include "harness/household_tls.hpp"

#include "harness/tls_fixtures.hpp"
#include "mockha/swallow.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <cassert>
#include <utility>
#include <variant>

namespace hassle::harness {

namespace {

std::unique_ptr<net::tls_server> server_with(const char* certificate) {
  auto made =
      net::make_tls_server({.certificate_chain = certificate, .private_key = tls_fixtures::key});
  assert(made && "the fixtures are well-formed");
  return std::move(*made);
}

/// Reads and never answers, until the peer has had enough.
asio::awaitable<net::error_code> stall(std::unique_ptr<net::byte_stream> stream) {
  co_return co_await mockha::swallow(stream.get());
}

}  // namespace

household_tls::household_tls(on_hit hit)
    : hit_(std::move(hit)), good_(server_with(tls_fixtures::good)) {
  flawed_[flaw::expired] = server_with(tls_fixtures::expired);
  flawed_[flaw::wrong_name] = server_with(tls_fixtures::wrong_name);
  flawed_[flaw::unknown_ca] = server_with(tls_fixtures::unknown_ca);
}

void household_tls::trust(client::config& settings) {
  if (settings.style != client::engine_style::best) return;
  client::tls_config tls;
  tls.trust = client::tls_config::trust_kind::ca_file;
  tls.ca_file = tls_fixtures::authority;  // Its text.
  tls.server_name = "homeassistant.local";
  settings.tls = tls;
  if (!settings.failover) return;
  for (client::endpoint_config& each : settings.failover->others) each.tls = tls;
}

void household_tls::begin(std::uint32_t number, const scenario::fault& what) {
  faults_.push_back({.number = number,
                     .name = what.name,
                     .how = std::get<scenario::tls_fault>(what.what).how,
                     .connections = what.scope.connections});
}

void household_tls::end(std::uint32_t number) {
  std::erase_if(faults_, [&](const in_force& each) { return each.number == number; });
}

const household_tls::in_force* household_tls::find(std::uint32_t connection) {
  const in_force* found = nullptr;
  for (in_force& each : faults_) {
    ++each.seen;
    const bool meant =
        each.connections.empty() || std::ranges::binary_search(each.connections, each.seen);
    if (meant && found == nullptr) found = &each;
  }
  if (found != nullptr) hit_(found->number, found->name, connection);
  return found;
}

asio::awaitable<net::result<std::unique_ptr<net::byte_stream>>> household_tls::accept(
    std::unique_ptr<net::byte_stream> stream) {
  const in_force* fault = find(stream->connection_id());
  if (fault != nullptr && fault->how == flaw::stalled) {
    const net::error_code why = co_await stall(std::move(stream));
    co_return std::unexpected(why);
  }
  net::tls_server& by = fault == nullptr ? *good_ : *flawed_.at(fault->how);
  co_return co_await by.accept(std::move(stream));
}

}  // namespace hassle::harness
