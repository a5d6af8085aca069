#include "harness/door/protocol.hpp"

#include "reports/json_node.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace hassle::harness::door {

namespace {

using reports::json_node;

constexpr std::array outcome_names{"fresh", "stale", "connection", "timeout", "other"};
constexpr std::array<std::string_view, 3> sense_names{"wall", "scaled", "skipping"};
/// Deeper than any message of Home Assistant.
constexpr std::size_t depth_max = 64;

std::string short_text(const json_node& from) {
  std::string text = from.text();
  if (text.size() > text_bytes_max) text.resize(text_bytes_max);
  // It goes into journals and to terminals.
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return text;
}

class reader {
 public:
  explicit reader(const json::value& line) : line_(line) {}

  [[nodiscard]] said read() const {
    const std::string op = line_.at("op").text();
    if (op == "hello") return hello();
    if (op == "up") return up_said{};
    if (op == "outcome") return outcome();
    if (op == "event") {
      return event_said{.handle = line_.at("handle").integer<std::uint32_t>(),
                        .event = line_.at("event").value()};
    }
    if (op == "quiet") {
      quiet_said result{.quiet = line_.at("quiet").boolean(), .next_ms = milliseconds("next_ms")};
      return result;
    }
    if (op == "mirror") return mirror();
    if (op == "state") return state_said{short_text(line_.at("text"))};
    if (op == "bye") return bye_said{};
    line_.at("op").wrong("is none of hello, up, outcome, event, quiet, mirror, state, bye");
  }

 private:
  [[nodiscard]] const json::value* find(std::string_view key) const {
    const json::value* found = line_.object().if_contains(key);
    return found != nullptr && !found->is_null() ? found : nullptr;
  }
  [[nodiscard]] std::string text_or_empty(std::string_view key) const {
    return find(key) != nullptr ? short_text(line_.at(key)) : std::string();
  }
  [[nodiscard]] std::optional<double> milliseconds(std::string_view key) const {
    if (find(key) == nullptr) return std::nullopt;
    const double value = line_.at(key).number();
    constexpr double far = 1e12;  // Thirty years.
    if (!std::isfinite(value) || value < 0 || value > far) {
      line_.at(key).wrong("is no number of milliseconds from 0 to 1e12");
    }
    return value;
  }

  [[nodiscard]] hello_said hello() const {
    hello_said result;
    result.protocol = line_.at("protocol").integer<std::int64_t>();
    result.name = short_text(line_.at("name"));
    if (result.name.empty()) line_.at("name").wrong("is empty");
    result.version = text_or_empty("version");
    const std::string sense = line_.at("time").text();
    const auto found = std::ranges::find(sense_names, std::string_view(sense));
    if (found == sense_names.end()) line_.at("time").wrong("is none of wall, scaled, skipping");
    result.time = static_cast<time_sense>(found - sense_names.begin());
    if (find("can") == nullptr) return result;
    const json_node can = line_.at("can");
    for (std::size_t i = 0; i < can.array().size(); ++i) {
      const std::string what = can.at(i).text();
      result.subscribes |= what == "subscribe";
      result.mirrors |= what == "mirror";
    }
    return result;
  }

  [[nodiscard]] outcome_said outcome() const {
    outcome_said result;
    result.id = line_.at("id").integer<std::uint32_t>();
    const std::string name = line_.at("outcome").text();
    const auto found = std::ranges::find(outcome_names, name);
    if (found == outcome_names.end()) {
      line_.at("outcome").wrong("is none of fresh, stale, connection, timeout, other");
    }
    result.outcome = static_cast<client::outcome_kind>(found - outcome_names.begin());
    result.detail = text_or_empty("detail");
    result.age_ms = milliseconds("age_ms").value_or(0);
    if (find("message_id") != nullptr) {
      result.message_id = line_.at("message_id").integer<std::int64_t>();
    }
    if (const json::value* answer = find("answer")) result.answer = *answer;
    return result;
  }

  [[nodiscard]] mirror_said mirror() const {
    if (find("entities") == nullptr) return {};
    return {line_.at("entities").object()};
  }

  json_node line_;
};

}  // namespace

std::string_view name_of(time_sense sense) noexcept {
  return sense_names[static_cast<std::size_t>(sense)];
}

std::string hello_said::full_name() const { return version.empty() ? name : name + " " + version; }

std::expected<said, std::string> parse_said(std::string_view line) {
  if (line.size() > line_bytes_max) {
    return std::unexpected(fmt::format("is longer than {} bytes", line_bytes_max));
  }
  boost::system::error_code failed;
  json::parse_options options;
  options.max_depth = depth_max;
  const json::value parsed = json::parse(line, failed, {}, options);
  if (failed) return std::unexpected("is not JSON: " + failed.message());
  if (!parsed.is_object()) return std::unexpected("is not a JSON object");
  try {
    return reader(parsed).read();
  } catch (const reports::wrong_json& error) {
    return std::unexpected(error.what());
  }
}

std::string start_line(const start_order& order) {
  json::array subscribe;
  for (const wanted_subscription& each : order.subscribe) {
    subscribe.push_back(json::object{{"handle", each.handle}, {"body", each.body}});
  }
  json::object line{{"op", "start"},
                    {"url", order.url},
                    {"token", order.token},
                    {"time_scale", order.time_scale},
                    {"subscribe", std::move(subscribe)},
                    {"mirror", order.mirror}};
  if (!order.ca.empty()) line["ca"] = order.ca;
  return json::serialize(line);
}

std::string command_line(std::uint32_t id, const json::object& body, double deadline_ms) {
  return json::serialize(
      json::object{{"op", "command"}, {"id", id}, {"deadline_ms", deadline_ms}, {"body", body}});
}

std::string ask_line() { return R"({"op":"ask"})"; }
std::string jump_line(double by_ms) {
  return json::serialize(json::object{{"op", "jump"}, {"by_ms", by_ms}});
}
std::string mirror_line() { return R"({"op":"mirror"})"; }
std::string stop_line() { return R"({"op":"stop"})"; }

}  // namespace hassle::harness::door
