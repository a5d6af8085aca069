#pragma once

#include "mockha/home.hpp"
#include "mockha/services.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace hassle::mockha::answers {

// The texts that Home Assistant sends: compact, keys in its order.

std::string auth_required(std::string_view version);
std::string auth_ok(std::string_view version);
std::string auth_invalid(std::string_view message);

std::string pong(std::uint64_t id);
/// `value` is JSON.
std::string result(std::uint64_t id, std::string_view value);
/// `response` is JSON; without one the key is left out.
std::string service_result(std::uint64_t id, const context& cause,
                           const std::optional<std::string>& response = std::nullopt);
/// `id` is the JSON of whatever was sent as id.
std::string error(std::string_view id, std::string_view code, std::string_view message);
std::string error(std::uint64_t id, const failure& why);

/// An event of the bus or a difference of entities: the id comes last.
std::string event(std::string_view event, std::uint64_t subscription);
/// Any other event: the id comes first.
std::string id_first_event(std::uint64_t subscription, std::string_view event);
/// What the first event of subscribe_entities holds: all entities, or those accepted.
std::string snapshot(const home& of, const std::function<bool(std::string_view)>& wanted);

}  // namespace hassle::mockha::answers
