// The settings by name: those of layers 8 to 14.
#include "fields.hpp"

namespace hassle::client {

template <>
struct words_of<queue_policy> {
  static constexpr std::array<std::pair<std::string_view, queue_policy>, 3> all = {
      {{"reject", queue_policy::reject},
       {"drop_oldest", queue_policy::drop_oldest},
       {"expire", queue_policy::expire}}};
};

template <>
struct words_of<starting_policy> {
  static constexpr std::array<std::pair<std::string_view, starting_policy>, 2> all = {
      {{"fail_fast", starting_policy::fail_fast}, {"wait", starting_policy::wait}}};
};

template <>
struct words_of<endpoint_policy> {
  static constexpr std::array<std::pair<std::string_view, endpoint_policy>, 2> all = {
      {{"in_order", endpoint_policy::in_order}, {"race", endpoint_policy::race}}};
};

template <>
const std::vector<field<jitter_config>>& fields<jitter_config>() {
  static const std::vector<field<jitter_config>> all = {
      member("first_spread", &jitter_config::first_spread,
             "The first dial after a stable connection comes at a random instant within this."),
      member("restart_spread", &jitter_config::restart_spread,
             "The same after a server that said that it stops (Close 1000, 1012, 1013). >= 0."),
      member("stable_after", &jitter_config::stable_after,
             "Only a connection that was ready for so long sets the delays back. > 0."),
      member("retry_after_max", &jitter_config::retry_after_max,
             "What a server may ask for with Retry-After; more is cut. > 0."),
      member("slow_base", &jitter_config::slow_base,
             "Least delay after what a quick retry does not change (HTTP 400, 403, 404; an "
             "untrusted certificate). > 0."),
      member("slow_cap", &jitter_config::slow_cap, "It doubles up to this. >= slow_base."),
  };
  return all;
}

template <>
const std::vector<field<probe_config>>& fields<probe_config>() {
  static const std::vector<field<probe_config>> all = {
      member("idle_limit", &probe_config::idle_limit,
             "A connection without a byte for so long is pinged before it is used. > 0."),
      member("probe_limit", &probe_config::probe_limit,
             "Without a byte for so long after that ping it is replaced. > 0."),
      member("thaw_lateness", &probe_config::thaw_lateness,
             "A timer so late means that the process was frozen or the machine asleep. > 0."),
  };
  return all;
}

template <>
const std::vector<field<service_rule>>& fields<service_rule>() {
  static const std::vector<field<service_rule>> all = {
      member("service", &service_rule::service, "\"domain.service\", or \"domain.*\"."),
      member("idempotent", &service_rule::idempotent, "Whether it may be carried out twice."),
  };
  return all;
}

template <>
const std::vector<field<idempotency_config>>& fields<idempotency_config>() {
  static const std::vector<field<idempotency_config>> all = {
      member("attempts_max", &idempotency_config::attempts_max,
             "Sends per command, the first included. 1 to 10."),
      member("look_up", &idempotency_config::look_up,
             "Unknown outcomes of commands that are not idempotent are looked up in the states."),
      member("look_up_after", &idempotency_config::look_up_after,
             "States are looked at so long after the command was sent. >= 0."),
  };
  return all;
}

template <>
const std::vector<field<mirror_config>>& fields<mirror_config>() {
  static const std::vector<field<mirror_config>> all = {
      member("entity_ids", &mirror_config::entity_ids,
             "What is mirrored. Empty: all that the user may see."),
      member("entities_max", &mirror_config::entities_max, "More are not taken in. > 0."),
      member("age_max", &mirror_config::age_max,
             "Reads do not degrade to states that were confirmed longer ago. > 0."),
      member("retry_base", &mirror_config::retry_base,
             "First delay before a rejected subscription is tried again, doubling. > 0."),
      member("retry_cap", &mirror_config::retry_cap, ">= retry_base."),
      member("quiet_limit", &mirror_config::quiet_limit,
             "A subscription without an event for so long is made anew. > 0."),
      member("resync_interval", &mirror_config::resync_interval,
             "All states are asked for anew so often, in case an event was lost. > 0."),
      member("subscriptions_max", &mirror_config::subscriptions_max, "More are refused. > 0."),
      member("shrink_percent", &mirror_config::shrink_percent,
             "A snapshot with so much less in it is not believed at once. 1 to 100."),
      member("shrink_confirm", &mirror_config::shrink_confirm,
             "What has been so for so long is believed. > 0."),
  };
  return all;
}

template <>
const std::vector<field<admission_config>>& fields<admission_config>() {
  static const std::vector<field<admission_config>> all = {
      member("retry_percent", &admission_config::retry_percent,
             "Retries per hundred calls. 0 to 1,000."),
      member("retries_per_second", &admission_config::retries_per_second,
             "Besides, so that a quiet home may retry at all. 0 to 1,000."),
      member("retry_burst", &admission_config::retry_burst, "Saved up at most. 1 to 10,000."),
      member("calls_max", &admission_config::calls_max, "Under way at once. > 0."),
      member("queue_max", &admission_config::queue_max, "Waiting for their turn besides."),
      member("when_full", &admission_config::when_full, "What happens to a call without room."),
      member("queue_limit", &admission_config::queue_limit,
             "Waiting longer ends as \"queue_full\" under \"expire\". > 0."),
      member("while_starting", &admission_config::while_starting,
             "What happens to a call while Home Assistant starts."),
  };
  return all;
}

template <>
const std::vector<field<token_config>>& fields<token_config>() {
  static const std::vector<field<token_config>> all = {
      secret(member("refresh_token", &token_config::refresh_token, "Empty: none.")),
      member("client_id", &token_config::client_id, "As at the login that gave the refresh token."),
      member("expires_in", &token_config::expires_in,
             "How much longer the access token is good. Without: until it is refused."),
      member("refresh_percent", &token_config::refresh_percent,
             "Of the lifetime, then it is refreshed. 1 to 99."),
      member("margin", &token_config::margin,
             "A token with less left than this is refreshed before it is used. >= 0."),
      member("refresh_limit", &token_config::refresh_limit, "One refresh, dialling included. > 0."),
      member("retry_base", &token_config::retry_base, "After a failed refresh, doubling. > 0."),
      member("retry_cap", &token_config::retry_cap, ">= retry_base."),
  };
  return all;
}

template <>
const std::vector<field<failover_config>>& fields<failover_config>() {
  static const std::vector<field<failover_config>> all = {
      member("policy", &failover_config::policy, "In which way several endpoints are tried."),
      member("race_delay", &failover_config::race_delay,
             "race: each so long after the one before. > 0."),
      member("return_after", &failover_config::return_after,
             "While another endpoint is used, the first is tried again so often. > 0."),
      member("address_delay", &failover_config::address_delay,
             "Between addresses of one host (RFC 8305). 10ms to 2s."),
      member("addresses_max", &failover_config::addresses_max, "Of one host that are tried. > 0."),
  };
  return all;
}

}  // namespace hassle::client
