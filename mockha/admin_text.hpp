#pragma once

#include "mockha/admin.hpp"

#include "scenarios/error.hpp"
#include "scenarios/schema.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>
#include <string_view>

namespace hassle::mockha {

// What the admin API's routes have in common: their words.

/// 200 with JSON.
[[nodiscard]] admin_answer json_answer(const json::value& body, unsigned status = 200);
[[nodiscard]] admin_answer text_answer(std::string body, std::string type = "application/json");
/// 204
[[nodiscard]] admin_answer empty_answer();
/// `{"error":…,"hint":…,"line":…,"column":…}`; what is not known is left out.
[[nodiscard]] admin_answer error_answer(unsigned status, std::string_view what,
                                        std::string_view hint = {},
                                        scenario::source_position where = {});
/// 400: the first problem, and behind it all of them under "errors".
[[nodiscard]] admin_answer error_answer(const std::vector<scenario::input_error>& problems);

/// Seconds since the server's start, exact to the microsecond.
[[nodiscard]] json::value seconds(net::duration since_start);
[[nodiscard]] json::value seconds(net::time_point at);

/// The first characters of a secret: at most four, and never more than half of it.
[[nodiscard]] std::string masked(std::string_view secret);

/// What an {argument} stands for; nothing if it is not a whole number.
[[nodiscard]] std::optional<std::uint64_t> whole_number(std::string_view text);

/// The keys that `scenario::parse_fault_json` takes for a kind, but for `kind` itself: those that
/// say when it happens are not among them.
[[nodiscard]] std::vector<const scenario::key_description*> keys_by_hand(
    const scenario::fault_kind_description& kind);

}  // namespace hassle::mockha
