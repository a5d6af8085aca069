#include "mockha/responses.hpp"

#include "mockha/registry_entries.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>

#include <array>
#include <chrono>

namespace hassle::mockha::responses {

namespace {

using namespace std::chrono_literals;

std::string_view text_of(const json::object& data, std::string_view key,
                         std::string_view otherwise) {
  const json::value* found = data.if_contains(key);
  return found && found->is_string() ? std::string_view(found->get_string()) : otherwise;
}

// The weather is different every day and the same every time one asks.
constexpr std::array conditions = std::to_array<std::string_view>(
    {"sunny", "partlycloudy", "cloudy", "rainy", "rainy", "clear-night", "windy"});

json::object forecast_at(wall_time at, bool daily) {
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(at.time_since_epoch()).count();
  const auto roll = static_cast<std::size_t>(daily ? hours / 24 : hours);
  json::object f{{"datetime", iso_text(at)},
                 {"condition", conditions[roll % conditions.size()]},
                 {"temperature", 12.0 + static_cast<double>(roll * 7 % 13)},
                 {"precipitation", static_cast<double>(roll * 3 % 5)},
                 {"precipitation_probability", static_cast<std::int64_t>(roll * 37 % 100)},
                 {"humidity", static_cast<std::int64_t>(40 + roll * 11 % 50)},
                 {"wind_bearing", static_cast<std::int64_t>(roll * 45 % 360)},
                 {"wind_speed", 4.0 + static_cast<double>(roll % 20)}};
  if (daily) f["templow"] = 4.0 + static_cast<double>(roll * 5 % 7);
  return f;
}

}  // namespace

result weather_forecasts(const entity* /*e*/, const json::object& data, wall_time now) {
  const std::string_view type = text_of(data, "type", "daily");
  if (type != "daily" && type != "hourly" && type != "twice_daily") {
    // Unverified wording: the real schema refuses it before the service runs.
    return std::unexpected(failure{
        .code = "invalid_format",
        .message = "value must be one of ['daily', 'hourly', 'twice_daily'] for dictionary value "
                   "@ data['type']",
        .translation_key = {},
        .translation_domain = {},
        .translation_placeholders = {}});
  }
  const bool hourly = type == "hourly";
  const std::chrono::hours step = hourly ? 1h : type == "daily" ? 24h : 12h;
  const int count = hourly ? 24 : 7;
  wall_time at = hourly ? std::chrono::floor<std::chrono::hours>(now)
                        : wall_time(std::chrono::floor<std::chrono::days>(now));
  json::array forecast;
  for (int n = 0; n < count; ++n, at += step) {
    json::object f = forecast_at(at, !hourly);
    if (type == "twice_daily") f["is_daytime"] = n % 2 == 0;
    forecast.emplace_back(std::move(f));
  }
  return json::object{{"forecast", std::move(forecast)}};
}

// One appointment tomorrow at ten; what is asked for beyond that is not looked at.
result calendar_events(const entity* e, const json::object& /*data*/, wall_time now) {
  const wall_time start = wall_time(std::chrono::floor<std::chrono::days>(now)) + 34h;
  const json::value* name = e ? e->now().attributes.if_contains("message") : nullptr;
  return json::object{
      {"events", json::array{json::object{
                     {"start", iso_text(start)},
                     {"end", iso_text(start + 1h)},
                     {"summary", name && name->is_string() ? *name : json::value("Appointment")},
                     {"description", "Bring the documents"},
                     {"location", "Town hall"}}}}};
}

result conversation(const entity* /*none*/, const json::object& data, wall_time now) {
  const std::string speech =
      fmt::format("Sorry, I couldn't understand that: {}", text_of(data, "text", ""));
  const std::string id(
      text_of(data, "conversation_id", stable_id("conversation " + iso_text(now))));
  return json::object{
      {"response",
       json::object{{"speech", json::object{{"plain", json::object{{"speech", speech},
                                                                   {"extra_data", nullptr}}}}},
                    {"card", json::object()},
                    {"language", text_of(data, "language", "en")},
                    {"response_type", "error"},
                    {"data", json::object{{"code", "no_intent_match"}}}}},
      {"conversation_id", id},
      {"continue_conversation", false}};
}

}  // namespace hassle::mockha::responses
