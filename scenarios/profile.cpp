#include "scenarios/profile.hpp"

#include "scenarios/document.hpp"
#include "scenarios/library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

namespace hassle::scenario {
namespace {

using errors = std::vector<input_error>;

/// False: not all of them are strings.
bool read_texts(const entry& e, setting& into, problems& out) {
  std::vector<std::string> texts;
  for (const value& item : e.content.items) {
    if (item.what != value::kind::text) {
      out.add(item.where,
              fmt::format("{}: expected a string, found {}", in_quotes(e.key), item.kind_name()));
      return false;
    }
    texts.push_back(item.text);
  }
  into.value = std::move(texts);
  return true;
}

/// The settings of [layer], for the client to interpret: here only their types are known.
/// Of the client as a whole; they stand above all tables.
constexpr std::array<std::string_view, 2> settings_of_no_layer{"deflate", "message_bytes_max"};

void read_setting(std::string layer, const entry& e, client_profile& into, problems& out) {
  setting s{std::move(layer), e.key, {}, e.content.where};
  switch (e.content.what) {
    case value::kind::text:
      s.value = e.content.text;
      break;
    case value::kind::integer:
      s.value = e.content.integer;
      break;
    case value::kind::number:
      s.value = e.content.number;
      break;
    case value::kind::flag:
      s.value = e.content.flag;
      break;
    case value::kind::array:
      if (!read_texts(e, s, out)) return;
      break;
    case value::kind::time:
    case value::kind::table:
      out.add(e.content.where,
              fmt::format("{}: expected a string, a number, a boolean or strings, found {}",
                          in_quotes(e.key), e.content.kind_name()));
      return;
  }
  into.settings.push_back(std::move(s));
}

void read_settings(const entry& table, client_profile& into, problems& out) {
  if (table.content.what != value::kind::table) {
    out.add(table.content.where,
            fmt::format("{}: expected a table, found {}", table.key, table.content.kind_name()),
            fmt::format("write [{}]", table.key));
    return;
  }
  for (const entry& e : table.content.entries) read_setting(table.key, e, into, out);
}

void read_layers(const value& list, client_profile& into, problems& out) {
  if (list.what != value::kind::array) {
    out.add(list.where, fmt::format("layers: expected an array, found {}", list.kind_name()));
    return;
  }
  const auto& known = layer_names();
  for (const value& item : list.items) {
    if (item.what != value::kind::text) {
      out.add(item.where, fmt::format("layers: expected a string, found {}", item.kind_name()));
    } else if (std::find(known.begin(), known.end(), item.text) == known.end()) {
      out.add(
          item.where, "layers: unknown layer " + in_quotes(item.text),
          item.text == "naive" ? "the naive client is layers = []" : names_hint(item.text, known));
    } else if (std::find(into.layers.begin(), into.layers.end(), item.text) != into.layers.end()) {
      out.add(item.where, "layers: " + in_quotes(item.text) + " is listed twice");
    } else {
      into.layers.push_back(item.text);
    }
  }
  std::sort(into.layers.begin(), into.layers.end(), [&](const auto& a, const auto& b) {
    return std::find(known.begin(), known.end(), a) < std::find(known.begin(), known.end(), b);
  });
}

void read_title(const value& title, client_profile& into, problems& out) {
  if (title.what != value::kind::text) {
    out.add(title.where, fmt::format("title: expected a string, found {}", title.kind_name()));
    return;
  }
  into.title = title.text;
}

/// How many of the layers have the form `lee`.
constexpr std::size_t lee_layers = 7;

void read_style(const value& style, client_profile& into, problems& out) {
  static const std::vector<std::string_view> known{name_of(client_style::lee),
                                                   name_of(client_style::best)};
  if (style.what != value::kind::text) {
    out.add(style.where, fmt::format("style: expected a string, found {}", style.kind_name()));
  } else if (style.text == known[0]) {
    into.style = client_style::lee;
  } else if (style.text != known[1]) {
    out.add(style.where, "style: unknown style " + in_quotes(style.text),
            names_hint(style.text, known));
  }
}

/// Of the layers that are named, each where it stands.
void check_style(const value& list, const client_profile& into, problems& out) {
  if (into.style != client_style::lee) return;
  const auto& known = layer_names();
  for (const value& item : list.items) {
    const auto found = std::find(known.begin(), known.end(), item.text);
    if (found == known.end() || found - known.begin() < std::ptrdiff_t{lee_layers}) continue;
    out.add(item.where, fmt::format("layers: there is no {} in style 'lee'", in_quotes(item.text)),
            "write style = \"best\"");
  }
}

void read_schema(const value& schema, problems& out) {
  if (schema.what != value::kind::integer || schema.integer != 1) {
    out.add(schema.where, "schema: this version is not known", "write schema = 1");
  }
}

void read_profile(const value& document, client_profile& into, problems& out) {
  std::vector<std::string_view> known{"schema", "title", "style", "layers"};
  known.insert(known.end(), settings_of_no_layer.begin(), settings_of_no_layer.end());
  known.insert(known.end(), layer_names().begin(), layer_names().end());
  for (const std::string_view required : {"schema", "title", "layers"}) {
    if (document.find(required) == nullptr) {
      out.add(document.where, fmt::format("missing key '{}'", required));
    }
  }
  if (const value* const style = document.find("style")) read_style(*style, into, out);
  if (const value* const layers = document.find("layers")) {
    read_layers(*layers, into, out);  // Early: which settings make sense depends on it.
    check_style(*layers, into, out);
  }
  for (const entry& e : document.entries) {
    const auto& layers = layer_names();
    if (e.key == "schema") {
      read_schema(e.content, out);
    } else if (e.key == "title") {
      read_title(e.content, into, out);
    } else if (e.key == "style" || e.key == "layers") {
      continue;
    } else if (std::ranges::find(settings_of_no_layer, e.key) != settings_of_no_layer.end()) {
      read_setting("", e, into, out);
    } else if (std::find(layers.begin(), layers.end(), e.key) == layers.end()) {
      const bool is_table = e.content.what == value::kind::table;
      out.add(e.where, fmt::format("unknown {} {}", is_table ? "layer" : "key", in_quotes(e.key)),
              names_hint(e.key, known));
    } else if (std::find(into.layers.begin(), into.layers.end(), e.key) == into.layers.end()) {
      out.add(e.where, fmt::format("settings of '{}', a layer that is not on", e.key),
              "name it in layers");
    } else {
      read_settings(e, into, out);
    }
  }
}

}  // namespace

const std::vector<std::string_view>& layer_names() {
  static const std::vector<std::string_view> names{
      "reconnect", "health", "breaker",     "degradation", "pool",      "correlation", "deadline",
      "jitter",    "probe",  "idempotency", "mirror",      "admission", "token",       "failover"};
  return names;
}

std::string_view name_of(client_style style) noexcept {
  return style == client_style::lee ? "lee" : "best";
}

std::expected<client_profile, errors> parse_profile(std::string_view text, std::string_view file) {
  const auto document = parse_document(text, file);
  if (!document) {
    return std::unexpected(errors{document.error()});
  }
  client_profile result;
  result.name = std::filesystem::path(file).stem().string();
  problems found(file);
  read_profile(*document, result, found);
  if (!found.empty()) {
    return std::unexpected(found.take());
  }
  return result;
}

std::expected<client_profile, errors> load_profile(const std::filesystem::path& file) {
  constexpr std::size_t profile_bytes_max = 1U << 16U;
  const auto text = read_text_file(file, profile_bytes_max);
  if (!text) {
    return std::unexpected(errors{text.error()});
  }
  return parse_profile(*text, file.string());
}

client_profile without(const client_profile& profile, std::string_view layer) {
  client_profile result = profile;
  result.name = fmt::format("{}-without-{}", profile.name, layer);
  result.title = fmt::format("{}, without {}", profile.title, layer);
  std::erase(result.layers, layer);
  std::erase_if(result.settings, [&](const setting& s) { return s.layer == layer; });
  return result;
}

}  // namespace hassle::scenario
