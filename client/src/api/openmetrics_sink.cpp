#include <hassle/client/openmetrics_sink.hpp>
#include <hassle/net/real_world.hpp>

#include "metric_family.hpp"

#include <cassert>
#include <charconv>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace hassle::client {

namespace {

constexpr std::string_view other = "other";

using words = std::vector<std::string_view>;

const words stages = {"resolve", "tcp", "proxy", "tls", "upgrade", "auth", "token", other};
const words results = {"ok", "error"};
const words states = {"closed", "half_open", "open"};
const words no_retry = {"attempts", "budget", "deadline", "not_idempotent", other};
const words effects = {"happened", "no_trace", "cannot_tell", other};
const words waits = {"bulkhead", "starting", "connection", other};
const words refusals = {
    "not_connected",   "starting", "breaker_open", "queue_full", "too_many_in_flight",
    "send_queue_full", "auth",     "stopped",      other};

/// Answers that are waited for and were asked longer ago than this many others are not measured.
constexpr std::size_t asked_max = 4096;

/// The word before the colon.
std::string_view stage_of(std::string_view text) { return text.substr(0, text.find(':')); }

double seconds(net::duration value) { return std::chrono::duration<double>(value).count(); }

}  // namespace

struct openmetrics_sink::parts {
  explicit parts(std::map<std::string, std::string> given, std::function<net::time_point()> clock)
      : labels(std::move(given)), now(clock ? std::move(clock) : net::machine_now) {}

  counter_family attempts{"attempts", "Attempts to connect."};
  counter_family attempt_failures{"attempt_failures", "Attempts that failed.", "stage", stages};
  counter_family connections{"connections", "Connections that became ready."};
  counter_family closures{"closures", "Ready connections that ended."};
  counter_family commands{"commands", "Commands sent, repetitions included."};
  counter_family answers{"answers", "Answers taken.", "result", results};
  counter_family discarded{"answers_discarded", "Answers that nobody waited for."};
  counter_family backoffs{"backoffs", "Waits before an attempt."};
  counter_family pings{"pings", "Pings sent."};
  counter_family ping_failures{"ping_failures", "Pings that killed a connection."};
  counter_family breaker_openings{"breaker_openings", "Times that the breaker opened."};
  counter_family cache_uses{"cache_uses", "Reads answered from the cache."};
  counter_family mirror_uses{"mirror_uses", "Reads answered from the mirror."};
  counter_family thaws{"thaws", "Times that the process was frozen or the machine asleep."};
  counter_family probe_failures{"probe_failures", "Idle connections found dead before use."};
  counter_family retries{"retries", "Commands sent again."};
  counter_family no_retries{"retries_refused", "Commands not sent again.", "reason", no_retry};
  counter_family lookups{"lookups", "Unknown outcomes looked up.", "result", effects};
  counter_family queued{"calls_queued", "Calls that had to wait.", "where", waits};
  counter_family refused{"calls_refused", "Calls refused.", "reason", refusals};
  counter_family hedges{"hedges", "Reads asked on a second connection."};
  counter_family token_refreshes{"token_refreshes", "Access tokens refreshed."};
  counter_family token_failures{"token_refresh_failures", "Refreshes that failed."};
  counter_family auth_refusals{"auth_refusals", "Times that the token was refused for good."};
  counter_family subscribed{"subscriptions", "Subscriptions accepted, again included."};
  counter_family rejected{"subscriptions_rejected", "Subscriptions rejected."};
  gauge_family ready{"connections_ready", "Connections that are ready."};
  gauge_family running{"home_running", "Whether Home Assistant is RUNNING, as far as is known."};
  gauge_family breaker{"breaker", "State of the breaker.", "state", states};
  gauge_family endpoint{"endpoint", "Number of the endpoint in use; 0 is preferred."};
  gauge_family entities{"mirror_entities", "Entities in the last snapshot of the mirror."};
  histogram_family answer_time{"answer",
                               "From sending a command to its answer.",
                               {.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}};
  histogram_family recovery_time{"recovery",
                                 "From losing the last connection to being ready.",
                                 {.1, .5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800}};
  histogram_family gap_time{"subscription_gap",
                            "Spans in which events may be missing.",
                            {.1, .5, 1, 5, 10, 30, 60, 300, 1800, 3600, 86400}};

  void on_link(const client_event& event);
  void on_call(const client_event& event);
  void on_rest(const client_event& event);
  void on_ready(std::uint32_t connection);
  void on_closed(std::uint32_t connection);
  void on_sent(std::uint32_t connection, std::int64_t id);
  void on_answer(std::uint32_t connection, std::int64_t id);

  std::map<std::string, std::string> labels;
  std::function<net::time_point()> now;
  std::set<std::uint32_t> open;
  std::optional<net::time_point> lost_at;
  std::map<std::pair<std::uint32_t, std::int64_t>, net::time_point> asked;
};

void openmetrics_sink::parts::on_ready(std::uint32_t connection) {
  connections.count();
  open.insert(connection);
  ready.set(static_cast<double>(open.size()));
  running.set(1);
  if (lost_at) recovery_time.observe(seconds(now() - *lost_at));
  lost_at.reset();
}

void openmetrics_sink::parts::on_closed(std::uint32_t connection) {
  asked.erase(asked.lower_bound({connection, INT64_MIN}),
              asked.upper_bound({connection, INT64_MAX}));
  if (open.erase(connection) == 0) return;  // It never was ready.
  closures.count();
  ready.set(static_cast<double>(open.size()));
  if (!open.empty()) return;
  lost_at = now();
  running.set(0);
}

void openmetrics_sink::parts::on_sent(std::uint32_t connection, std::int64_t id) {
  commands.count();
  if (asked.size() == asked_max) asked.erase(asked.begin());
  asked.insert_or_assign({connection, id}, now());
}

void openmetrics_sink::parts::on_answer(std::uint32_t connection, std::int64_t id) {
  const auto found = asked.find({connection, id});
  if (found == asked.end()) return;
  answer_time.observe(seconds(now() - found->second));
  asked.erase(found);
}

void openmetrics_sink::parts::on_link(const client_event& event) {
  using kind = client_event_kind;
  switch (event.kind) {
    case kind::attempt_began:
      return attempts.count();
    case kind::attempt_failed:
      return attempt_failures.count(stage_of(event.text));
    case kind::ready:
      return on_ready(event.connection);
    case kind::closed:
      return on_closed(event.connection);
    case kind::backoff_began:
      return backoffs.count();
    case kind::ping_sent:
      return pings.count();
    case kind::ping_failed:
      return ping_failures.count();
    case kind::home_starting:
      return running.set(0);
    case kind::home_running:
      return running.set(1);
    case kind::thawed:
      return thaws.count();
    case kind::probe_failed:
      return probe_failures.count();
    case kind::endpoint_changed:
      return endpoint.set(static_cast<double>(event.value));
    default:
      return on_call(event);
  }
}

void openmetrics_sink::parts::on_call(const client_event& event) {
  using kind = client_event_kind;
  switch (event.kind) {
    case kind::command_sent:
      return on_sent(event.connection, event.value);
    case kind::answer_taken:
      answers.count(event.text == "ok" ? "ok" : "error");
      return on_answer(event.connection, event.value);
    case kind::answer_discarded:
      return discarded.count();
    case kind::breaker_changed:
      if (event.text == "open") breaker_openings.count();
      return breaker.choose(event.text);
    case kind::cache_used:
      return cache_uses.count();
    case kind::mirror_used:
      return mirror_uses.count();
    case kind::retry_began:
      return retries.count();
    case kind::retry_refused:
      return no_retries.count(event.text);
    case kind::effect_looked_up:
      return lookups.count(event.text);
    case kind::call_queued:
      return queued.count(event.text);
    case kind::call_refused:
      return refused.count(event.text);
    case kind::hedge_sent:
      hedges.count();
      return on_sent(event.connection, event.value);
    default:
      return on_rest(event);
  }
}

void openmetrics_sink::parts::on_rest(const client_event& event) {
  using kind = client_event_kind;
  switch (event.kind) {
    case kind::mirror_replaced:
      return entities.set(static_cast<double>(event.value));
    case kind::token_refreshed:
      return token_refreshes.count();
    case kind::token_refresh_failed:
      return token_failures.count();
    case kind::auth_refused:
      return auth_refusals.count();
    case kind::subscription_live:
      return subscribed.count();
    case kind::subscription_rejected:
      return rejected.count();
    case kind::subscription_gap: {
      std::int64_t length = 0;
      std::from_chars(event.text.data(), event.text.data() + event.text.size(), length);
      return gap_time.observe(seconds(net::duration(length)));
    }
    default:
      return;  // Stages, pongs, what was sent: nobody draws a curve of them.
  }
}

openmetrics_sink::openmetrics_sink(std::map<std::string, std::string> labels,
                                   std::function<net::time_point()> now)
    : parts_(std::make_unique<parts>(std::move(labels), std::move(now))) {
  for ([[maybe_unused]] const auto& [name, value] : parts_->labels) {
    assert(is_label_name(name));
  }
  parts_->breaker.choose("closed");
}

openmetrics_sink::~openmetrics_sink() = default;

void openmetrics_sink::on_event(const client_event& event) { parts_->on_link(event); }

std::string openmetrics_sink::text() const {
  const parts& p = *parts_;
  metrics_text out("hassle_client_", p.labels);
  for (const counter_family* each : {&p.attempts,
                                     &p.attempt_failures,
                                     &p.connections,
                                     &p.closures,
                                     &p.commands,
                                     &p.answers,
                                     &p.discarded,
                                     &p.backoffs,
                                     &p.pings,
                                     &p.ping_failures,
                                     &p.breaker_openings,
                                     &p.cache_uses,
                                     &p.mirror_uses,
                                     &p.thaws,
                                     &p.probe_failures,
                                     &p.retries,
                                     &p.no_retries,
                                     &p.lookups,
                                     &p.queued,
                                     &p.refused,
                                     &p.hedges,
                                     &p.token_refreshes,
                                     &p.token_failures,
                                     &p.auth_refusals,
                                     &p.subscribed,
                                     &p.rejected}) {
    out.write(*each);
  }
  for (const gauge_family* each : {&p.ready, &p.running, &p.breaker, &p.endpoint, &p.entities}) {
    out.write(*each);
  }
  for (const histogram_family* each : {&p.answer_time, &p.recovery_time, &p.gap_time}) {
    out.write(*each);
  }
  return std::move(out).finish();
}

}  // namespace hassle::client
