#pragma once

#include "field.hpp"

namespace hassle::client {

// clang-format off
template <> const std::vector<field<config>>& fields<config>();
template <> const std::vector<field<tls_config>>& fields<tls_config>();
template <> const std::vector<field<proxy_config>>& fields<proxy_config>();
template <> const std::vector<field<endpoint_config>>& fields<endpoint_config>();
template <> const std::vector<field<reconnect_config>>& fields<reconnect_config>();
template <> const std::vector<field<health_config>>& fields<health_config>();
template <> const std::vector<field<breaker_config>>& fields<breaker_config>();
template <> const std::vector<field<degradation_config>>& fields<degradation_config>();
template <> const std::vector<field<pool_config>>& fields<pool_config>();
template <> const std::vector<field<correlation_config>>& fields<correlation_config>();
template <> const std::vector<field<deadline_config>>& fields<deadline_config>();
template <> const std::vector<field<jitter_config>>& fields<jitter_config>();
template <> const std::vector<field<probe_config>>& fields<probe_config>();
template <> const std::vector<field<service_rule>>& fields<service_rule>();
template <> const std::vector<field<idempotency_config>>& fields<idempotency_config>();
template <> const std::vector<field<mirror_config>>& fields<mirror_config>();
template <> const std::vector<field<admission_config>>& fields<admission_config>();
template <> const std::vector<field<token_config>>& fields<token_config>();
template <> const std::vector<field<failover_config>>& fields<failover_config>();
// clang-format on

}  // namespace hassle::client
