#include <hassle/client/validate.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <string_view>
#include <utility>

namespace hassle::client {

namespace {

/// Collects problems under "section.key".
class checker {
 public:
  explicit checker(std::vector<config_problem>& problems) : problems_(problems) {}

  [[nodiscard]] checker in(std::string_view section) const {
    checker inner(problems_);
    inner.prefix_ = fmt::format("{}{}.", prefix_, section);
    return inner;
  }

  void problem(std::string_view key, std::string message, std::string hint = "") const {
    problems_.push_back({.key = prefix_ + std::string(key),
                         .message = std::move(message),
                         .hint = std::move(hint)});
  }
  void require(bool holds, std::string_view key, std::string_view message,
               std::string_view hint = "") const {
    if (!holds) problem(key, std::string(message), std::string(hint));
  }

  void at_least_zero(std::string_view key, duration value) const {
    if (value < duration::zero()) return problem(key, "is negative");
    bounded(key, value);
  }
  void positive(std::string_view key, duration value) const {
    if (value <= duration::zero()) return problem(key, "is not above zero");
    bounded(key, value);
  }
  template <std::unsigned_integral Number>
  void between(std::string_view key, Number value, std::uint64_t least, std::uint64_t most) const {
    if (value < least || value > most) {
      problem(key, fmt::format("is {}", value), fmt::format("takes {} to {}", least, most));
    }
  }
  template <std::unsigned_integral Number>
  void positive_count(std::string_view key, Number value) const {
    require(value > 0, key, "is zero", "takes at least 1");
  }

 private:
  void bounded(std::string_view key, duration value) const {
    if (value == no_limit) {
      problem(key, "has no limit", "this client has a limit everywhere");
    } else if (value > duration_max) {
      problem(key, "is longer than a year");
    }
  }

  std::vector<config_problem>& problems_;
  std::string prefix_;
};

bool has_control_character(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
}

void check_server(const checker& check, const net::endpoint& server, std::string_view key) {
  check.require(!server.host.empty() && !has_control_character(server.host) &&
                    server.host.find_first_of(" /") == std::string::npos,
                key, "has no usable host", "a name or an address, without scheme and path");
  check.require(server.port != 0, key, "has port 0", "Home Assistant listens on 8123");
}

void check_target(const checker& check, std::string_view target) {
  check.require(target.starts_with('/') && !has_control_character(target) &&
                    target.find(' ') == std::string_view::npos,
                "target", "is no path", "\"/api/websocket\", with the prefix of a proxy before it");
}

void check_tls(const checker& check, const tls_config& tls) {
  using trust = tls_config::trust_kind;
  const bool wants_file = tls.trust == trust::ca_file;
  const bool wants_pin = tls.trust == trust::pinned;
  check.require(wants_file == !tls.ca_file.empty(), "ca_file",
                wants_file ? "is missing" : "is given, but 'trust' is another",
                "goes together with trust = ca_file");
  if (wants_pin) {
    const bool is_digest =
        tls.pinned_sha256.size() == 64 && std::ranges::all_of(tls.pinned_sha256, [](char c) {
          return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        });
    check.require(is_digest, "pinned_sha256", "is not 64 hex digits",
                  "openssl x509 -noout -fingerprint -sha256, without the colons");
  } else {
    check.require(tls.pinned_sha256.empty(), "pinned_sha256", "is given, but 'trust' is another",
                  "goes together with trust = pinned");
  }
  check.require(tls.verify_host || wants_file, "verify_host", "is off",
                "may be off only with trust = ca_file");
}

void check_proxy(const checker& check, const proxy_config& proxy) {
  check_server(check, proxy.server, "server");
  check.require(proxy.user.find(':') == std::string::npos && !has_control_character(proxy.user),
                "user", "holds a colon or a control character", "Basic cannot carry it");
  check.require(!has_control_character(proxy.password), "password", "holds a control character");
  check.require(proxy.password.empty() || !proxy.user.empty(), "user", "is missing",
                "a password is given");
}

void check_reconnect(const checker& check, const reconnect_config& of) {
  check.positive("connect_limit", of.connect_limit);
  check.positive("backoff_base", of.backoff_base);
  check.positive("backoff_cap", of.backoff_cap);
  check.require(of.backoff_base <= of.backoff_cap, "backoff_cap",
                "is below reconnect.backoff_base");
  check.positive("answer_limit", of.answer_limit);
}

void check_health(const checker& check, const health_config& of, engine_style style) {
  check.positive("interval", of.interval);
  if (style == engine_style::lee) {
    check.positive("pong_limit", of.pong_limit);
    check.positive("unhealthy_after", of.unhealthy_after);
    return;
  }
  check.positive("life_limit", of.life_limit);
  constexpr std::string_view why =
      "tight watchdogs kill good links; health.allow_tight permits it all the same";
  const auto not_tight = [&](std::string_view key, duration value) {
    check.require(of.allow_tight || value <= duration::zero() || value >= health_least, key,
                  "is below 10 s", why);
  };
  not_tight("interval", of.interval);
  not_tight("life_limit", of.life_limit);
}

void check_breaker(const checker& check, const breaker_config& of, engine_style style) {
  check.positive_count("failures_to_open", of.failures_to_open);
  check.positive("open_for", of.open_for);
  if (style == engine_style::lee) return;
  check.between("window_calls", of.window_calls, 1, 10'000);
  check.positive("window_time", of.window_time);
  check.require(of.window_time >= 1s || of.window_time <= duration::zero(), "window_time",
                "is below 1 s");
  check.positive_count("calls_min", of.calls_min);
  check.require(of.window != breaker_window::count || of.calls_min <= of.window_calls, "calls_min",
                "is above breaker.window_calls", "so many calls are never looked at together");
  check.between("failure_percent", of.failure_percent, 1, 100);
  check.at_least_zero("slow_call", of.slow_call);
  check.between("slow_percent", of.slow_percent, 1, 100);
  check.between("half_open_permits", of.half_open_permits, 0, 100);
  check.positive("trial_limit", of.trial_limit);
  check.between("open_growth", of.open_growth, 1, 10);
  check.positive("open_max", of.open_max);
  check.require(of.open_for <= of.open_max, "open_max", "is below breaker.open_for");
  check.between("open_jitter_percent", of.open_jitter_percent, 0, 100);
}

void check_pool(const checker& check, const pool_config& of, engine_style style) {
  check.positive_count("size", of.size);
  if (style == engine_style::lee) return;
  check.require(of.size <= 64, "size", "is above 64");
  if (of.hedge_after) check.positive("hedge_after", *of.hedge_after);
}

void check_deadline(const checker& check, const deadline_config& of, engine_style style) {
  check.at_least_zero("margin", of.margin);
  check.positive("resolve_limit", of.resolve_limit);
  check.positive("tcp_limit", of.tcp_limit);
  check.positive("upgrade_limit", of.upgrade_limit);
  check.positive("auth_limit", of.auth_limit);
  if (style == engine_style::lee) return;
  check.positive("proxy_limit", of.proxy_limit);
  check.positive("tls_limit", of.tls_limit);
  check.at_least_zero("send_least", of.send_least);
  check.positive("ready_limit", of.ready_limit);
}

void check_jitter(const checker& check, const jitter_config& of) {
  check.at_least_zero("first_spread", of.first_spread);
  check.at_least_zero("restart_spread", of.restart_spread);
  check.positive("stable_after", of.stable_after);
  check.positive("retry_after_max", of.retry_after_max);
  check.positive("slow_base", of.slow_base);
  check.positive("slow_cap", of.slow_cap);
  check.require(of.slow_base <= of.slow_cap, "slow_cap", "is below jitter.slow_base");
}

void check_probe(const checker& check, const probe_config& of) {
  check.positive("idle_limit", of.idle_limit);
  check.positive("probe_limit", of.probe_limit);
  check.positive("thaw_lateness", of.thaw_lateness);
}

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// "domain.name"; `any`: whether "domain.*" is one as well.
bool is_dotted(std::string_view text, bool any) {
  const std::size_t dot = text.find('.');
  if (dot == std::string_view::npos || !is_name(text.substr(0, dot))) return false;
  const std::string_view name = text.substr(dot + 1);
  return is_name(name) || (any && name == "*");
}

void check_idempotency(const checker& check, const idempotency_config& of) {
  check.require(of.rules.size() <= 1'000, "rules", "has more than 1,000 rows");
  for (std::size_t i = 0; i < of.rules.size(); ++i) {
    check.require(is_dotted(of.rules[i].service, true), fmt::format("rules[{}].service", i),
                  "is no service", "\"light.turn_on\", or \"light.*\" for a whole domain");
  }
  check.between("attempts_max", of.attempts_max, 1, 10);
  check.at_least_zero("look_up_after", of.look_up_after);
}

void check_mirror(const checker& check, const mirror_config& of) {
  for (std::size_t i = 0; i < of.entity_ids.size(); ++i) {
    check.require(is_dotted(of.entity_ids[i], false), fmt::format("entity_ids[{}]", i),
                  "is no entity id", "\"light.desk\"");
  }
  check.positive_count("entities_max", of.entities_max);
  check.positive("age_max", of.age_max);
  check.positive("retry_base", of.retry_base);
  check.positive("retry_cap", of.retry_cap);
  check.require(of.retry_base <= of.retry_cap, "retry_cap", "is below mirror.retry_base");
  check.positive("quiet_limit", of.quiet_limit);
  check.positive("resync_interval", of.resync_interval);
  check.positive_count("subscriptions_max", of.subscriptions_max);
  check.between("shrink_percent", of.shrink_percent, 1, 100);
  check.positive("shrink_confirm", of.shrink_confirm);
}

void check_admission(const checker& check, const admission_config& of) {
  check.between("retry_percent", of.retry_percent, 0, 1'000);
  check.between("retries_per_second", of.retries_per_second, 0, 1'000);
  check.between("retry_burst", of.retry_burst, 1, 10'000);
  check.positive_count("calls_max", of.calls_max);
  check.positive("queue_limit", of.queue_limit);
}

void check_token(const checker& check, const token_config& of) {
  check.require(!has_control_character(of.refresh_token), "refresh_token",
                "holds a control character", "perhaps the end of a line");
  check.require(!has_control_character(of.client_id), "client_id", "holds a control character");
  if (of.expires_in) check.positive("expires_in", *of.expires_in);
  check.between("refresh_percent", of.refresh_percent, 1, 99);
  check.at_least_zero("margin", of.margin);
  check.positive("refresh_limit", of.refresh_limit);
  check.positive("retry_base", of.retry_base);
  check.positive("retry_cap", of.retry_cap);
  check.require(of.retry_base <= of.retry_cap, "retry_cap", "is below token.retry_base");
}

void check_failover(const checker& check, const failover_config& of) {
  check.require(of.others.size() <= 15, "others", "are more than 15");
  for (std::size_t i = 0; i < of.others.size(); ++i) {
    const checker one = check.in(fmt::format("others[{}]", i));
    check_server(one, of.others[i].server, "server");
    check_target(one, of.others[i].target);
    if (of.others[i].tls) check_tls(one.in("tls"), *of.others[i].tls);
  }
  check.positive("race_delay", of.race_delay);
  check.positive("return_after", of.return_after);
  check.require(of.address_delay >= 10ms && of.address_delay <= 2s, "address_delay",
                "is not between 10 ms and 2 s", "250 ms (RFC 8305 §8)");
  check.positive_count("addresses_max", of.addresses_max);
}

void check_common(const checker& check, const config& of) {
  check_server(check, of.server, "server");
  check_target(check, of.target);
  const bool refreshes = of.token && !of.token->refresh_token.empty();
  check.require(!of.access_token.empty() || refreshes, "access_token", "is missing",
                "a long-lived access token of Home Assistant, or token.refresh_token");
  check.require(!has_control_character(of.access_token), "access_token",
                "holds a control character", "perhaps the end of a line");
  check.positive_count("message_bytes_max", of.message_bytes_max);
  check.positive_count("inbox_max", of.inbox_max);
}

/// What `lee` does not have must not be asked of it: TLS would silently be off.
void check_lee_has_no_more(const checker& check, const config& of) {
  const auto absent = [&](bool present, std::string_view key) {
    check.require(!present, key, "does not exist in style lee", "style = \"best\"");
  };
  absent(of.tls.has_value(), "tls");
  absent(of.proxy.has_value(), "proxy");
  absent(of.jitter.has_value(), "jitter");
  absent(of.probe.has_value(), "probe");
  absent(of.idempotency.has_value(), "idempotency");
  absent(of.mirror.has_value(), "mirror");
  absent(of.admission.has_value(), "admission");
  absent(of.token.has_value(), "token");
  absent(of.failover.has_value(), "failover");
}

}  // namespace

std::vector<config_problem> validate(const config& of) {
  std::vector<config_problem> problems;
  const checker check(problems);
  const bool best = of.style == engine_style::best;
  check_common(check, of);
  if (!best) check_lee_has_no_more(check, of);
  if (best && of.tls) check_tls(check.in("tls"), *of.tls);
  if (best && of.proxy) check_proxy(check.in("proxy"), *of.proxy);
  if (of.reconnect) check_reconnect(check.in("reconnect"), *of.reconnect);
  if (of.health) check_health(check.in("health"), *of.health, of.style);
  if (of.breaker) check_breaker(check.in("breaker"), *of.breaker, of.style);
  if (of.degradation) {
    check.in("degradation").positive("ttl", of.degradation->ttl);
    check.in("degradation").positive_count("entries_max", of.degradation->entries_max);
  }
  if (of.pool) check_pool(check.in("pool"), *of.pool, of.style);
  if (of.correlation) {
    check.in("correlation").positive_count("in_flight_max", of.correlation->in_flight_max);
  }
  if (of.deadline) check_deadline(check.in("deadline"), *of.deadline, of.style);
  if (!best) return problems;
  if (of.jitter) check_jitter(check.in("jitter"), *of.jitter);
  if (of.probe) check_probe(check.in("probe"), *of.probe);
  if (of.idempotency) check_idempotency(check.in("idempotency"), *of.idempotency);
  if (of.mirror) check_mirror(check.in("mirror"), *of.mirror);
  if (of.admission) check_admission(check.in("admission"), *of.admission);
  if (of.token) check_token(check.in("token"), *of.token);
  if (of.failover) check_failover(check.in("failover"), *of.failover);
  return problems;
}

}  // namespace hassle::client
