#pragma once

#include "../cores/backoff_schedule.hpp"
#include "context.hpp"

#include <hassle/client/endpoint.hpp>
#include <hassle/net/byte_stream.hpp>
#include <hassle/net/websocket.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::client {

enum class dial_stage : std::uint8_t { resolve, tcp, proxy, tls, upgrade };
[[nodiscard]] std::string_view name_of(dial_stage stage) noexcept;

/// Why an endpoint could not be reached.
struct dial_error {
  dial_error() = default;
  explicit dial_error(net::error_code what) : ec(what) {}

  dial_stage stage{};
  net::error_code ec;
  unsigned http_status = 0;             ///< Of the proxy or of the upgrade, where it answered.
  std::optional<duration> retry_after;  ///< What the server asked for.
  dial_failure why = dial_failure::network;
  std::string text;  ///< "upgrade: HTTP 503", "tls: certificate has expired". No secret.
  std::uint32_t connection = 0;  ///< Number of the stream, 0 = TCP was not reached.
};

/// An upgraded connection, nothing read or written on it yet.
struct dialled {
  std::unique_ptr<net::websocket> socket;
  std::size_t endpoint = 0;
};

/// The way to a Home Assistant: name -> addresses (happy eyeballs, `failover`) -> TCP -> CONNECT
/// (`config::proxy`) -> TLS -> upgrade. Every stage has its limit of `deadline`; without that layer
/// all of them share reconnect.connect_limit. Tells the stages that it reaches (attempt_stage).
/// Holds no connection: what it returns belongs to the caller; what it does not return is closed.
class dialler {
 public:
  explicit dialler(engine_context& shared);
  dialler(const dialler&) = delete;
  dialler& operator=(const dialler&) = delete;
  ~dialler();

  /// The endpoints: 0 is that of `config`, the others are failover's. Never empty.
  [[nodiscard]] const std::vector<endpoint_config>& endpoints() const noexcept {
    return endpoints_;
  }

  /// One attempt at one endpoint. Where `jitter` is on, dials of the same endpoint go one after the
  /// other, in the order of asking, whoever asks. When cancelled it ends as `operation_aborted`.
  [[nodiscard]] asio::awaitable<std::expected<dialled, dial_error>> dial(std::size_t endpoint,
                                                                         std::uint32_t attempt);

  /// The same way, but for the upgrade: a stream for HTTP, TLS included. It waits for nobody's
  /// turn. The stages of attempt 0 are not told.
  [[nodiscard]] asio::awaitable<std::expected<std::unique_ptr<net::byte_stream>, dial_error>>
  open_stream(std::size_t endpoint, std::uint32_t attempt);

  /// What was agreed with this endpoint leads to messages that one of the two does not understand:
  /// permessage-deflate is not offered to it any more (field failure compression-rsv-1002). False
  /// if it was not offered anyway.
  bool give_up_deflate(std::size_t endpoint) noexcept;

 private:
  struct parts;
  struct journey;
  using opened = std::expected<std::unique_ptr<net::byte_stream>, dial_error>;

  [[nodiscard]] journey set_out(std::size_t endpoint, std::uint32_t attempt) const;
  /// When a stage that begins now must be over.
  [[nodiscard]] net::time_point limit(const journey& way, duration deadline_config::* own) const;
  [[nodiscard]] static dial_error failed(const journey& way, dial_stage stage, net::error_code ec);
  void tell(const journey& way, std::string_view stage) const;
  /// One that connects, and stalls in what follows (its path takes small packets only, or its port
  /// is somebody else's), is not the first to be tried next time.
  void remember_family(const journey& way, bool worked);
  /// Everything before the upgrade.
  [[nodiscard]] asio::awaitable<opened> reach(journey& way);
  [[nodiscard]] asio::awaitable<opened> reach_server(journey& way, net::endpoint server);
  [[nodiscard]] asio::awaitable<opened> pass_proxy(journey& way,
                                                   std::unique_ptr<net::byte_stream> stream);
  [[nodiscard]] std::expected<void, dial_error> prepare_trust(const journey& way);
  [[nodiscard]] asio::awaitable<opened> secure(journey& way,
                                               std::unique_ptr<net::byte_stream> stream);

  engine_context& shared_;
  std::vector<endpoint_config> endpoints_;
  std::unique_ptr<parts> parts_;
};

}  // namespace hassle::client
