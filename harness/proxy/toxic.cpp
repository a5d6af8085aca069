#include "harness/proxy/toxic.hpp"

#include <fmt/format.h>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <utility>

namespace hassle::harness {

namespace {

using namespace std::string_view_literals;
constexpr std::int64_t number_max = 1'000'000'000;  // Of ms: eleven days.
constexpr std::size_t match_max = 128;

struct number_field {
  std::string_view name;
  std::int64_t* value;
};

/// The attributes that are numbers; all that any kind has.
std::vector<number_field> numbers_of(toxic_parameters& what) {
  struct lister {
    std::vector<number_field> operator()(latency_toxic& t) const {
      return {{"latency", &t.latency}, {"jitter", &t.jitter}};
    }
    std::vector<number_field> operator()(bandwidth_toxic& t) const { return {{"rate", &t.rate}}; }
    std::vector<number_field> operator()(slow_close_toxic& t) const {
      return {{"delay", &t.delay}};
    }
    std::vector<number_field> operator()(timeout_toxic& t) const {
      return {{"timeout", &t.timeout}};
    }
    std::vector<number_field> operator()(reset_peer_toxic& t) const {
      return {{"timeout", &t.timeout}};
    }
    std::vector<number_field> operator()(slicer_toxic& t) const {
      return {{"average_size", &t.average_size},
              {"size_variation", &t.size_variation},
              {"delay", &t.delay}};
    }
    std::vector<number_field> operator()(limit_data_toxic& t) const {
      return {{"bytes", &t.bytes}};
    }
    std::vector<number_field> operator()(ha_frames_toxic& t) const {
      return {{"after", &t.after}, {"times", &t.times}, {"delay", &t.delay}};
    }
  };
  return std::visit(lister(), what);
}

constexpr std::array type_names = {"latency"sv,    "bandwidth"sv, "slow_close"sv, "timeout"sv,
                                   "reset_peer"sv, "slicer"sv,    "limit_data"sv, "ha_frames"sv};
constexpr std::array action_names = {"delay"sv, "lose"sv, "cut"sv};
constexpr std::array how_names = {"silent"sv, "reset"sv, "fin"sv};  // As expiry_style.
static_assert(type_names.size() == std::variant_size_v<toxic_parameters>);

std::optional<std::size_t> index_in(std::span<const std::string_view> names, std::string_view of) {
  const auto found = std::ranges::find(names, of);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

template <std::size_t I = 0>
toxic_parameters of_type(std::size_t index) {
  if constexpr (I + 1 < std::variant_size_v<toxic_parameters>) {
    if (index != I) return of_type<I + 1>(index);
  }
  return std::variant_alternative_t<I, toxic_parameters>{};
}

std::unexpected<toxic_refusal> refuse(std::string why) {
  return std::unexpected(toxic_refusal{.why = std::move(why)});
}

/// Why the text attributes are refused; empty: they are not.
std::string read_texts(ha_frames_toxic& into, const json::object& from) {
  for (const auto& [key, value] : from) {
    const bool text = key == "match" || key == "action" || key == "how";
    if (!text) continue;
    if (!value.is_string()) return fmt::format("{} must be a text", std::string_view(key));
    const std::string_view word = value.get_string();
    if (key == "match") {
      if (word.empty() || word.size() > match_max) return "match must not be empty, nor long";
      into.match = word;
      continue;
    }
    const bool is_action = key == "action";
    const std::span<const std::string_view> names =
        is_action ? std::span<const std::string_view>(action_names) : how_names;
    const auto index = index_in(names, word);
    if (!index)
      return fmt::format("{} must be one of {}", std::string_view(key), fmt::join(names, ", "));
    if (is_action) {
      into.what = static_cast<ha_frames_toxic::action>(*index);
    } else {
      into.how = static_cast<scenario::expiry_style>(*index);
    }
  }
  return {};
}

std::string read_attributes(toxic_parameters& into, const json::object& from) {
  for (const number_field& field : numbers_of(into)) {
    const json::value* value = from.if_contains(field.name);
    if (value == nullptr) continue;
    std::optional<double> number;
    if (value->is_number()) number = value->to_number<double>();
    if (!number || *number < 0 || *number > static_cast<double>(number_max)) {
      return fmt::format("{} must be a number from 0 to {}", field.name, number_max);
    }
    *field.value = static_cast<std::int64_t>(*number);
  }
  if (auto* slicer = std::get_if<slicer_toxic>(&into)) {
    if (slicer->average_size < 1 || slicer->size_variation >= slicer->average_size) {
      return "average_size must be above 0, and above size_variation";
    }
  }
  auto* frames = std::get_if<ha_frames_toxic>(&into);
  if (frames == nullptr) return {};
  if (std::string why = read_texts(*frames, from); !why.empty()) return why;
  if (frames->what == ha_frames_toxic::action::cut)
    frames->after = std::max<std::int64_t>(frames->after, 1);
  return {};
}

/// Toxicity and attributes; empty if they are good.
std::string read_changes(toxic& into, const json::object& body) {
  if (const json::value* toxicity = body.if_contains("toxicity")) {
    if (!toxicity->is_number()) return "toxicity must be a number";
    into.toxicity = toxicity->to_number<double>();
    if (!(into.toxicity >= 0 && into.toxicity <= 1)) return "toxicity must be from 0 to 1";
  }
  const json::value* attributes = body.if_contains("attributes");
  if (attributes == nullptr || attributes->is_null()) return {};
  if (!attributes->is_object()) return "attributes must be an object";
  return read_attributes(into.what, attributes->get_object());
}

/// Nothing where it is no text.
std::optional<std::string_view> text_in(const json::object& body, std::string_view key) {
  const json::value* value = body.if_contains(key);
  if (value == nullptr) return ""sv;
  if (!value->is_string()) return std::nullopt;
  return std::string_view(value->get_string());
}

}  // namespace

bool ha_frames_toxic::means(std::string_view word) const noexcept {
  if (match == word) return true;
  constexpr std::array frames = {"ping"sv, "pong"sv, "close"sv, "text"sv, "binary"sv};
  const bool bare = match.find(':') == std::string::npos;
  if (!bare || std::ranges::find(frames, match) != frames.end()) return false;
  if (match == "message") return word == "text" || word == "binary";
  return word.starts_with("type:") && word.substr(5) == match;
}

std::expected<toxic, toxic_refusal> parse_toxic(const json::object& body) {
  const auto name = text_in(body, "name");
  const auto type = text_in(body, "type");
  const auto stream = text_in(body, "stream");
  if (!name || !type || !stream) return refuse("bad request body: name, type, stream are texts");
  toxic made;
  const auto index = index_in(type_names, *type);
  if (!index) return refuse("invalid toxic type");
  if (!stream->empty() && *stream != "upstream" && *stream != "downstream") {
    return refuse("stream was invalid, can be either upstream or downstream");
  }
  if (name->size() > toxic_name_max || name->contains('/')) return refuse("invalid toxic name");
  made.what = of_type(*index);
  made.stream = *stream == "upstream" ? direction::to_server : direction::to_client;
  made.name = name->empty() ? fmt::format("{}_{}", *type, stream->empty() ? "downstream" : *stream)
                            : std::string(*name);
  if (std::string why = read_changes(made, body); !why.empty()) {
    return refuse("bad request body: " + why);
  }
  return made;
}

std::expected<toxic, toxic_refusal> patched(const toxic& of, const json::object& body) {
  toxic made = of;
  if (std::string why = read_changes(made, body); !why.empty()) {
    return refuse("bad request body: " + why);
  }
  return made;
}

json::object toxic_json(const toxic& of) {
  json::object attributes;
  toxic_parameters what = of.what;
  for (const number_field& field : numbers_of(what)) attributes[field.name] = *field.value;
  if (const auto* frames = std::get_if<ha_frames_toxic>(&of.what)) {
    attributes["match"] = frames->match;
    attributes["action"] = action_names.at(static_cast<std::size_t>(frames->what));
    attributes["how"] = how_names.at(static_cast<std::size_t>(frames->how));
  }
  json::object made;
  made["attributes"] = std::move(attributes);
  made["name"] = of.name;
  made["type"] = type_of(of);
  made["stream"] = of.stream == direction::to_server ? "upstream" : "downstream";
  // Clients compare it with 1.
  if (of.toxicity == 1 || of.toxicity == 0) {
    made["toxicity"] = static_cast<std::int64_t>(of.toxicity);
  } else {
    made["toxicity"] = of.toxicity;
  }
  return made;
}

std::string_view type_of(const toxic& of) noexcept { return type_names.at(of.what.index()); }

}  // namespace hassle::harness
