// The settings by name: those of the connection itself, and of the layers that the field report
// has.
#include "fields.hpp"

#include <hassle/client/endpoint.hpp>

#include "url_text.hpp"

namespace hassle::client {

template <>
struct words_of<engine_style> {
  static constexpr std::array<std::pair<std::string_view, engine_style>, 2> all = {
      {{"lee", engine_style::lee}, {"best", engine_style::best}}};
};

template <>
struct words_of<tls_config::trust_kind> {
  static constexpr std::array<std::pair<std::string_view, tls_config::trust_kind>, 3> all = {
      {{"system", tls_config::trust_kind::system},
       {"ca_file", tls_config::trust_kind::ca_file},
       {"pinned", tls_config::trust_kind::pinned}}};
};

template <>
struct words_of<breaker_window> {
  static constexpr std::array<std::pair<std::string_view, breaker_window>, 3> all = {
      {{"consecutive", breaker_window::consecutive},
       {"count", breaker_window::count},
       {"time", breaker_window::time}}};
};

namespace {

constexpr std::string_view websocket_path = "/api/websocket";

/// `url` of a config or an endpoint_config: host, port, path, and whether there is TLS.
template <class Struct>
field<Struct> url_field(std::string_view means) {
  return {
      .key = "url",
      .takes = "a URL such as \"https://home.example:8123\"",
      .means = means,
      .put = [](Struct& into, const setting_value& value) -> std::expected<void, text::complaint> {
        const auto given = codec<std::string>::read(value);
        if (!given) return std::unexpected(given.error());
        auto read = endpoint_from_url(*given);
        if (!read) return std::unexpected(text::complaint{read.error(), ""});
        into.server = std::move(read->server);
        into.target = std::move(read->target);
        // What was said about trust stays.
        if (!read->tls || !into.tls) into.tls = std::move(read->tls);
        return {};
      },
      .get = [](const Struct& of) -> std::optional<setting_value> {
        return url_text(of.server, of.target, of.tls.has_value());
      }};
}

/// What a URL cannot say.
template <class Struct>
field<Struct> target_field() {
  field<Struct> of =
      member("target", &Struct::target,
             "Path of the WebSocket, where it does not end in \"/api/websocket\". After `url`.");
  of.get = [](const Struct& from) -> std::optional<setting_value> {
    if (from.target.ends_with(websocket_path)) return std::nullopt;
    return from.target;
  };
  return of;
}

field<proxy_config> proxy_url_field() {
  return {.key = "url",
          .takes = "a URL such as \"http://proxy.example:3128\"",
          .means = "The proxy. Its port must be there; user and password may be.",
          .put = [](proxy_config& into,
                    const setting_value& value) -> std::expected<void, text::complaint> {
            const auto given = codec<std::string>::read(value);
            if (!given) return std::unexpected(given.error());
            auto read = proxy_from_url(*given, "");
            if (!read) return std::unexpected(text::complaint{read.error(), ""});
            into.server = std::move(read->server);
            if (!read->user.empty()) {
              into.user = std::move(read->user);
              into.password = std::move(read->password);
            }
            return {};
          },
          .get = [](const proxy_config& of) -> std::optional<setting_value> {
            if (of.server.host.empty()) return std::nullopt;
            return url_text(of.server, "", false);
          }};
}

}  // namespace

template <>
const std::vector<field<config>>& fields<config>() {
  static const std::vector<field<config>> all = {
      url_field<config>("Home Assistant: http(s) or ws(s), with the prefix of a proxy if any. "
                        "Without a port 80, or 443 with TLS."),
      target_field<config>(),
      secret(member("access_token", &config::access_token, "A long-lived access token.")),
      member("unpredictable_masks", &config::unpredictable_masks,
             "Masking keys that nobody can guess (RFC 6455, 5.3)."),
      member("message_bytes_max", &config::message_bytes_max,
             "Larger incoming messages end the connection. > 0."),
      member("deflate", &config::deflate,
             "Offer permessage-deflate (RFC 7692): for slow links. Style best."),
      member("inbox_max", &config::inbox_max,
             "Messages kept for nobody yet, without `correlation`. > 0."),
      member("style", &config::style,
             "best: every layer in its best form. lee: as the field report has them, flaws "
             "included."),
  };
  return all;
}

template <>
const std::vector<field<tls_config>>& fields<tls_config>() {
  static const std::vector<field<tls_config>> all = {
      member("trust", &tls_config::trust,
             "The system's authorities, those in `ca_file` only, or one certificate only."),
      member("ca_file", &tls_config::ca_file, "PEM file. For trust = \"ca_file\"."),
      member("pinned_sha256", &tls_config::pinned_sha256,
             "SHA-256 of the certificate (DER), 64 hex digits. For trust = \"pinned\"."),
      member("verify_host", &tls_config::verify_host,
             "The certificate must name the host. May be false with trust = \"ca_file\" only."),
      member("server_name", &tls_config::server_name,
             "Sent as SNI and looked for in the certificate. Empty: the host of the URL."),
  };
  return all;
}

template <>
const std::vector<field<proxy_config>>& fields<proxy_config>() {
  static const std::vector<field<proxy_config>> all = {
      proxy_url_field(),
      member("user", &proxy_config::user, "Empty: no authentication."),
      secret(member("password", &proxy_config::password, "Sent with Basic.")),
      member("bypass", &proxy_config::bypass,
             "Hosts dialled directly: \"host\", \".suffix\", an address, or \"*\" for all."),
  };
  return all;
}

template <>
const std::vector<field<endpoint_config>>& fields<endpoint_config>() {
  static const std::vector<field<endpoint_config>> all = {
      member("name", &endpoint_config::name, "For people. Empty: host and port."),
      url_field<endpoint_config>("As the one above all tables."),
      target_field<endpoint_config>(),
  };
  return all;
}

template <>
const std::vector<field<reconnect_config>>& fields<reconnect_config>() {
  static const std::vector<field<reconnect_config>> all = {
      member("connect_limit", &reconnect_config::connect_limit,
             "Resolve, TCP and upgrade together, where `deadline` is off. > 0."),
      member("backoff_base", &reconnect_config::backoff_base,
             "First delay after a failed attempt. > 0."),
      member("backoff_cap", &reconnect_config::backoff_cap,
             "Delays double up to this. >= backoff_base."),
      member("answer_limit", &reconnect_config::answer_limit,
             "From sending to the answer, each time it is sent. > 0."),
  };
  return all;
}

template <>
const std::vector<field<health_config>>& fields<health_config>() {
  static const std::vector<field<health_config>> all = {
      member("interval", &health_config::interval,
             "Between pings; best: of silence, then a ping. >= 10s unless allow_tight."),
      member("pong_limit", &health_config::pong_limit,
             "lee: without a pong for so long the connection is dead. > 0."),
      member("unhealthy_after", &health_config::unhealthy_after,
             "lee: a pool stops using a connection without a pong for so long. > 0."),
      member("life_limit", &health_config::life_limit,
             "Without a byte for so long after a ping the connection is dead. >= 10s unless "
             "allow_tight."),
      member("allow_tight", &health_config::allow_tight,
             "Permits less than 10 s, for networks where nothing is ever late."),
  };
  return all;
}

template <>
const std::vector<field<breaker_config>>& fields<breaker_config>() {
  static const std::vector<field<breaker_config>> all = {
      member("failures_to_open", &breaker_config::failures_to_open, "In a row. > 0."),
      member("open_for", &breaker_config::open_for,
             "Calls are refused for so long, then trials are let through. > 0."),
      member("window", &breaker_config::window, "What is counted: failures in a row, or a share."),
      member("window_calls", &breaker_config::window_calls, "For \"count\". 1 to 10,000."),
      member("window_time", &breaker_config::window_time, "For \"time\". >= 1s."),
      member("calls_min", &breaker_config::calls_min,
             "Fewer in the window decide nothing. > 0, <= window_calls for \"count\"."),
      member("failure_percent", &breaker_config::failure_percent,
             "At least so many failed: opens. 1 to 100."),
      member("slow_call", &breaker_config::slow_call,
             "A call that takes longer is slow. \"0s\": none is."),
      member("slow_percent", &breaker_config::slow_percent,
             "At least so many are slow: opens. 1 to 100."),
      member("half_open_permits", &breaker_config::half_open_permits,
             "Trials let through in half-open. 0: any number. <= 100."),
      member("trial_limit", &breaker_config::trial_limit,
             "A trial without a result for so long has failed. > 0."),
      member("open_growth", &breaker_config::open_growth,
             "Each opening without a close is longer by this. 1 to 10."),
      member("open_max", &breaker_config::open_max, "It grows up to this. >= open_for."),
      member("open_jitter_percent", &breaker_config::open_jitter_percent, "± so much. 0 to 100."),
  };
  return all;
}

template <>
const std::vector<field<degradation_config>>& fields<degradation_config>() {
  static const std::vector<field<degradation_config>> all = {
      member("ttl", &degradation_config::ttl, "A cached answer older than this is not used. > 0."),
      member("entries_max", &degradation_config::entries_max, "The oldest makes room. > 0."),
  };
  return all;
}

template <>
const std::vector<field<pool_config>>& fields<pool_config>() {
  static const std::vector<field<pool_config>> all = {
      member("size", &pool_config::size, "Connections kept. 1 to 64."),
      member("hedge_after", &pool_config::hedge_after,
             "A read without an answer for so long is asked on a second connection. > 0."),
  };
  return all;
}

template <>
const std::vector<field<correlation_config>>& fields<correlation_config>() {
  static const std::vector<field<correlation_config>> all = {
      member("in_flight_max", &correlation_config::in_flight_max,
             "Commands waiting on one connection. > 0."),
  };
  return all;
}

template <>
const std::vector<field<deadline_config>>& fields<deadline_config>() {
  static const std::vector<field<deadline_config>> all = {
      member("margin", &deadline_config::margin,
             "Answers so long before the caller's limit. >= 0."),
      member("resolve_limit", &deadline_config::resolve_limit, "> 0."),
      member("tcp_limit", &deadline_config::tcp_limit, "> 0."),
      member("upgrade_limit", &deadline_config::upgrade_limit, "> 0."),
      member("auth_limit", &deadline_config::auth_limit, "> 0."),
      member("proxy_limit", &deadline_config::proxy_limit, "The proxy's answer. > 0."),
      member("tls_limit", &deadline_config::tls_limit, "The handshake. > 0."),
      member("send_least", &deadline_config::send_least,
             "With less left than this nothing is sent any more. >= 0."),
      member("ready_limit", &deadline_config::ready_limit,
             "From authentication until Home Assistant says RUNNING. > 0."),
  };
  return all;
}

}  // namespace hassle::client
