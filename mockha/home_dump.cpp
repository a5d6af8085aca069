#include "mockha/home_dump.hpp"

#include "mockha/registries.hpp"

#include <fmt/format.h>
#include <boost/json/array.hpp>
#include <boost/json/stream_parser.hpp>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <utility>

namespace hassle::mockha {

namespace {

using error = std::unexpected<std::string>;

// An envelope, the list, a state, its attributes.
constexpr std::size_t depth_of_attributes = 4;
constexpr std::size_t state_size_max = 255;

// Counted in bytes from 1, as editors count ASCII.
std::string place_of(std::string_view text, std::size_t at) {
  const std::string_view before = text.substr(0, at);
  const auto line = std::ranges::count(before, '\n') + 1;
  const std::size_t begin = before.rfind('\n') + 1;  // npos + 1 is 0.
  return fmt::format("line {}, column {}", line, at - begin + 1);
}

std::expected<json::value, std::string> parsed(std::string_view text, const dump_limits& limits) {
  json::parse_options options;
  options.max_depth = limits.depth_max + depth_of_attributes;
  json::stream_parser parser({}, options);
  boost::system::error_code ec;
  std::size_t at = parser.write_some(text.data(), text.size(), ec);
  if (!ec) {
    const std::size_t rest = text.find_first_not_of(" \t\r\n", at);
    if (rest != std::string_view::npos) {
      at = rest;
      ec = json::error::extra_data;
    } else {
      parser.finish(ec);
    }
  }
  if (!ec) return parser.release();
  if (ec == json::error::too_deep) {
    return error(
        fmt::format("{}: nested deeper than {} levels", place_of(text, at), limits.depth_max));
  }
  return error(fmt::format("{}: not JSON: {}", place_of(text, at), ec.message()));
}

// The list of states, however it is wrapped.
std::expected<const json::array*, std::string> states_in(const json::value& dump) {
  if (const json::array* list = dump.if_array()) return list;
  const json::object* message = dump.if_object();
  if (!message) return error("neither a list of states nor a message that holds one");
  const json::value* result = message->if_contains("result");
  if (!result || !result->is_array()) {
    return error("a message without a list of states as its \"result\"");
  }
  return &result->get_array();
}

struct state_reader {
  std::size_t number = 0;  // Of the state, from 1.
  std::string id;

  [[nodiscard]] error wrong(std::string_view what) const {
    return error(id.empty() ? fmt::format("entity number {}: {}", number, what)
                            : fmt::format("entity number {} ({}): {}", number, id, what));
  }

  std::expected<home_plan::item, std::string> read(const json::value& from) {
    const json::object* state = from.if_object();
    if (!state) return wrong("is not an object");
    const json::value* name = state->if_contains("entity_id");
    if (!name || !name->is_string()) return wrong("has no entity_id");
    id = std::string_view(name->get_string());
    if (!is_entity_id(id)) return wrong("is not a valid entity id");
    const json::value* text = state->if_contains("state");
    if (!text || !text->is_string()) return wrong("its state is not a string");
    if (text->get_string().size() > state_size_max) {
      return wrong(fmt::format("its state is longer than {} bytes", state_size_max));
    }
    const json::value* attributes = state->if_contains("attributes");
    if (!attributes || !attributes->is_object()) return wrong("its attributes are not an object");
    return home_plan::item{std::move(id), std::string(std::string_view(text->get_string())),
                           attributes->get_object()};
  }
};

}  // namespace

std::expected<home_plan, std::string> read_dump(std::string_view text, const dump_limits& limits) {
  if (text.size() > limits.bytes_max) {
    return error(fmt::format("larger than {} bytes", limits.bytes_max));
  }
  const auto dump = parsed(text, limits);
  if (!dump) return error(dump.error());
  const auto states = states_in(*dump);
  if (!states) return error(states.error());
  if ((*states)->size() > limits.entities_max) {
    return error(
        fmt::format("{} entities, at most {} are taken", (*states)->size(), limits.entities_max));
  }
  if ((*states)->empty()) return error("holds no entity");
  home_plan plan;
  plan.entities.reserve((*states)->size());
  std::set<std::string, std::less<>> seen;
  for (const auto& state : **states) {
    state_reader reader{.number = plan.entities.size() + 1, .id = {}};
    auto item = reader.read(state);
    if (!item) return error(std::move(item.error()));
    if (!seen.insert(item->entity_id).second) {
      reader.id = item->entity_id;
      return reader.wrong("is there twice");
    }
    plan.entities.push_back(std::move(*item));
  }
  return plan;
}

std::expected<home_plan, std::string> load_dump(const std::filesystem::path& file,
                                                const dump_limits& limits) {
  const auto failed = [&](std::string_view why) {
    return error(fmt::format("{}: {}", file.string(), why));
  };
  std::error_code ec;
  if (std::filesystem::is_directory(file, ec)) return failed("is a directory");
  std::ifstream in(file, std::ios::binary);
  if (!in) return failed("cannot be opened");
  std::string text;
  constexpr std::size_t step = std::size_t{1} << 20U;
  while (in && text.size() <= limits.bytes_max) {
    const std::size_t before = text.size();
    text.resize(before + step);
    in.read(text.data() + before, static_cast<std::streamsize>(step));
    text.resize(before + static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad()) return failed("cannot be read");
  auto plan = read_dump(text, limits);
  if (!plan) return failed(plan.error());
  return plan;
}

}  // namespace hassle::mockha
