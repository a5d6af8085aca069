// The only file of the client that knows toml++.
#include "toml_reader.hpp"

#include "fields.hpp"
#include "sections.hpp"

#include <hassle/client/endpoint.hpp>

#include <hassle/text/file.hpp>

#include <toml++/toml.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace hassle::client {

namespace {

/// Brackets within brackets, and parts of one dotted key.
constexpr std::size_t nesting_max = 16;

constexpr std::size_t secret_bytes_max = 16U << 10U;

text::position position_of(const toml::source_region& region) {
  return {region.begin.line, region.begin.column};
}

std::string_view kind_of(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "a list of other things";
    case toml::node_type::none:
    case toml::node_type::string:
    case toml::node_type::integer:
    case toml::node_type::floating_point:
    case toml::node_type::boolean:
    case toml::node_type::date:
    case toml::node_type::time:
    case toml::node_type::date_time:
      break;
  }
  return "a date or time";
}

/// Empty for what no setting is written as.
std::optional<setting_value> value_of(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* whole = node.as_integer()) return whole->get();
  if (const auto* number = node.as_floating_point()) return number->get();
  if (const auto* flag = node.as_boolean()) return flag->get();
  const toml::array* list = node.as_array();
  if (list == nullptr) return std::nullopt;
  std::vector<std::string> texts;
  for (const toml::node& each : *list) {
    const auto* text = each.as_string();
    if (text == nullptr) return std::nullopt;
    texts.push_back(text->get());
  }
  return texts;
}

/// The parser quotes what it met, which may hold a line break or worse.
std::string one_line(std::string_view text) {
  std::string result(text);
  std::ranges::replace_if(
      result, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return result;
}

std::string inside(std::string_view path, std::string_view key) {
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

/// A key of [proxy] that no field has: what it says is where the others come from.
constexpr std::string_view proxy_of_environment = "from_environment";

class reader {
 public:
  reader(const config_source& from, toml_reading& into) : from_(from), into_(into) {}

  void read(const toml::table& root) {
    config& settings = into_.settings;
    std::vector<std::string_view> parts = {"layers"};
    for (const section& each : sections()) {
      if (!each.name.empty()) parts.push_back(each.name);
    }
    read_rows(root, "", find_section("")->rows, settings, parts);
    read_layers(root);
    if (from_.use == config_use::connect && root.get("url") == nullptr) {
      complain({}, "url", "is missing", "url = \"http://homeassistant.local:8123\"");
    }
    for (const section& each : sections()) {
      const toml::node* node = each.name.empty() ? nullptr : root.get(each.name);
      if (node != nullptr) read_section(each, *node);
    }
  }

 private:
  void complain(text::position where, std::string key, std::string message, std::string hint) {
    into_.errors.push_back({.file = {},
                            .line = where.line,
                            .column = where.column,
                            .key = std::move(key),
                            .message = std::move(message),
                            .hint = std::move(hint)});
  }

  const toml::table* table_of(const toml::node& node, const std::string& path) {
    const text::position where = position_of(node.source());
    into_.places.emplace(path, where);
    if (const toml::table* table = node.as_table()) return table;
    complain(where, path, "is a table", fmt::format("write [{}]", path));
    return nullptr;
  }

  void read_section(const section& of, const toml::node& node) {
    const std::string name(of.name);
    const toml::table* table = table_of(node, name);
    if (table == nullptr) return;
    config& settings = into_.settings;
    const text::position where = position_of(node.source());
    if (!of.is_on(settings)) {
      if (is_layer(of.name)) {
        return complain(where, name, "is a layer that is not on", "name it in layers");
      }
      if (of.name == "tls" && from_.use == config_use::connect) {
        return complain(where, name, "the URL is not https", "TLS is switched on by the URL");
      }
      of.switch_on(settings);
    }
    if (of.name == "idempotency") {
      read_rows(*table, name, of.rows, settings, {"rules"});
      return read_list(*table, name, "rules", settings.idempotency->rules);
    }
    if (of.name == "failover") {
      read_rows(*table, name, of.rows, settings, {"others"});
      return read_list(*table, name, "others", settings.failover->others);
    }
    if (of.name == "proxy") {
      read_rows(*table, name, of.rows, settings, {proxy_of_environment});
      return read_environment(*table, settings);
    }
    read_rows(*table, name, of.rows, settings, {});
  }

  /// The proxy that the environment names; none where it names none.
  void read_environment(const toml::table& table, config& settings) {
    const toml::node* node = table.get(proxy_of_environment);
    if (node == nullptr) return;
    const text::position where = position_of(node->source());
    const std::string key = inside("proxy", proxy_of_environment);
    const auto* asked = node->as_boolean();
    if (asked == nullptr) return complain(where, key, "takes true or false", "");
    if (!asked->get()) return;
    if (table.get("url") != nullptr) {
      return complain(where, key, "goes not together with proxy.url", "one of the two");
    }
    // The upper-case form of HTTP_PROXY is a request's header in a CGI program, as curl knows.
    auto named = proxy_from_environment({.https_proxy = either("https_proxy", "HTTPS_PROXY"),
                                         .http_proxy = either("http_proxy", "http_proxy"),
                                         .no_proxy = either("no_proxy", "NO_PROXY")},
                                        settings.tls.has_value());
    if (!named) return complain(where, key, named.error(), "");
    const proxy_config own = *std::exchange(settings.proxy, *std::move(named));
    if (!settings.proxy) return;
    proxy_config& proxy = *settings.proxy;
    if (!own.user.empty()) {
      proxy.user = own.user;
      proxy.password = own.password;
    }
    proxy.bypass.insert(proxy.bypass.end(), own.bypass.begin(), own.bypass.end());
  }

  /// Every row of a table, and what is no row. `parts`: what is read by somebody else.
  template <class Struct>
  void read_rows(const toml::table& table, const std::string& path,
                 const std::vector<field<Struct>>& rows, Struct& into,
                 const std::vector<std::string_view>& parts) {
    std::vector<std::string> known(parts.begin(), parts.end());
    for (const field<Struct>& row : rows) {
      const std::string key = inside(path, row.key);
      known.emplace_back(row.key);
      if (const toml::node* node = table.get(row.key)) put(row, key, *node, into);
      if (!row.secret) continue;
      const std::string variable = std::string(row.key) + "_env";
      const std::string file = std::string(row.key) + "_file";
      if (const toml::node* node = table.get(variable)) put_secret(row, key, *node, into, true);
      if (const toml::node* node = table.get(file)) put_secret(row, key, *node, into, false);
      known.insert(known.end(), {variable, file});
    }
    const std::vector<std::string_view> names(known.begin(), known.end());
    for (const auto& [key, node] : table) {
      if (std::ranges::find(names, key.str()) != names.end()) continue;
      complain(position_of(key.source()), inside(path, key.str()),
               node.is_table() ? "is no table of settings" : "is no setting",
               text::names_hint(key.str(), names));
    }
  }

  template <class Struct>
  void put(const field<Struct>& row, const std::string& key, const toml::node& node, Struct& into) {
    const text::position where = position_of(node.source());
    const auto value = value_of(node);
    if (!value) {
      return complain(where, key, fmt::format("takes {}, not {}", row.takes, kind_of(node)), "");
    }
    put(row, key, *value, where, into);
  }

  template <class Struct>
  void put(const field<Struct>& row, const std::string& key, const setting_value& value,
           text::position where, Struct& into) {
    if (!into_.places.emplace(key, where).second) {
      return complain(where, key, "is given twice", "");
    }
    const auto done = row.put(into, value);
    if (!done) complain(where, key, done.error().message, done.error().hint);
  }

  /// The value from elsewhere; `node` says where that is.
  template <class Struct>
  void put_secret(const field<Struct>& row, const std::string& key, const toml::node& node,
                  Struct& into, bool is_variable) {
    const text::position where = position_of(node.source());
    const std::string from_key = key + (is_variable ? "_env" : "_file");
    const auto* name = node.as_string();
    if (name == nullptr) {
      return complain(where, from_key,
                      is_variable ? "takes the name of a variable" : "takes the name of a file",
                      "");
    }
    auto secret = is_variable ? from_environment(name->get()) : from_file(name->get());
    if (!secret) return complain(where, from_key, secret.error().message, secret.error().hint);
    put(row, key, setting_value(*std::move(secret)), where, into);
  }

  [[nodiscard]] std::optional<std::string> value_of_variable(const std::string& variable) const {
    if (from_.environment) return from_.environment(variable);
    const char* const set = std::getenv(variable.c_str());
    return set == nullptr ? std::nullopt : std::optional<std::string>(set);
  }

  /// The first of two that is set; empty if neither is.
  [[nodiscard]] std::string either(const std::string& first, const std::string& second) const {
    auto value = value_of_variable(first);
    if (!value || value->empty()) value = value_of_variable(second);
    return value.value_or("");
  }

  [[nodiscard]] field_result<std::string> from_environment(const std::string& variable) const {
    auto value = value_of_variable(variable);
    if (value && !value->empty()) return *std::move(value);
    return std::unexpected(
        text::complaint{fmt::format("the variable {} is not set", text::in_quotes(variable)), ""});
  }

  [[nodiscard]] field_result<std::string> from_file(const std::string& file) const {
    auto text = text::read_text_file(from_.directory / file, secret_bytes_max);
    if (!text) {
      return std::unexpected(text::complaint{
          fmt::format("{}: {}", text::in_quotes(file), text.error().message), text.error().hint});
    }
    if (text->ends_with('\n')) text->pop_back();
    if (text->ends_with('\r')) text->pop_back();
    if (!text->empty()) return *std::move(text);
    return std::unexpected(text::complaint{fmt::format("{} is empty", text::in_quotes(file)), ""});
  }

  void read_layers(const toml::table& root) {
    const toml::node* node = root.get("layers");
    if (node == nullptr) return switch_on_all(into_.settings);
    const text::position where = position_of(node->source());
    const toml::array* list = node->as_array();
    if (list == nullptr) {
      return complain(where, "layers", "takes a list of layers", "without it all are on");
    }
    for (const toml::node& each : *list) {
      const auto* name = each.as_string();
      if (name == nullptr) {
        complain(position_of(each.source()), "layers", "takes names of layers", "");
      } else if (!is_layer(name->get())) {
        complain(position_of(each.source()), "layers",
                 fmt::format("there is no layer {}", text::in_quotes(name->get())),
                 text::names_hint(name->get(), layer_names()));
      } else {
        find_section(name->get())->switch_on(into_.settings);
      }
    }
  }

  /// [[section.key]]
  template <class Struct>
  void read_list(const toml::table& table, const std::string& section, std::string_view key,
                 std::vector<Struct>& into) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return;
    const std::string path = inside(section, key);
    const toml::array* list = node->as_array();
    if (list == nullptr) {
      return complain(position_of(node->source()), path, "is a list of tables",
                      fmt::format("write [[{}]]", path));
    }
    for (const toml::node& each : *list) {
      const std::string one = fmt::format("{}[{}]", path, into.size());
      Struct& added = into.emplace_back();
      if (const toml::table* rows = table_of(each, one)) read_item(*rows, one, added);
    }
  }

  void read_item(const toml::table& table, const std::string& path, service_rule& into) {
    require(table, path, "service");
    require(table, path, "idempotent");
    read_rows(table, path, fields<service_rule>(), into, {});
  }

  void read_item(const toml::table& table, const std::string& path, endpoint_config& into) {
    require(table, path, "url");
    read_rows(table, path, fields<endpoint_config>(), into, {"tls"});
    const toml::node* node = table.get("tls");
    if (node == nullptr) return;
    const std::string tls = inside(path, "tls");
    const toml::table* rows = table_of(*node, tls);
    if (rows == nullptr) return;
    if (!into.tls) {
      return complain(position_of(node->source()), tls, "the URL is not https",
                      "TLS is switched on by the URL");
    }
    read_rows(*rows, tls, fields<tls_config>(), *into.tls, {});
  }

  void require(const toml::table& table, const std::string& path, std::string_view key) {
    if (table.get(key) != nullptr) return;
    complain(position_of(table.source()), inside(path, key), "is missing", "");
  }

  const config_source& from_;
  toml_reading& into_;
};

}  // namespace

toml_reading read_toml(std::string_view text, const config_source& from) {
  toml_reading result;
  const auto complain = [&](text::position where, std::string message) {
    result.errors.push_back({.file = {},
                             .line = where.line,
                             .column = where.column,
                             .key = {},
                             .message = std::move(message),
                             .hint = {}});
  };
  if (const auto offset = text::find_binary(text)) {
    complain(text::position_of(text, *offset), "not a text");
    return result;
  }
  if (const auto offset = text::find_deep_nesting(text, nesting_max)) {
    complain(text::position_of(text, *offset), "nested too deep");
    return result;
  }
  try {
    const toml::table root = toml::parse(text);
    reader(from, result).read(root);
  } catch (const toml::parse_error& error) {
    complain(position_of(error.source()), one_line(error.description()));
  }
  return result;
}

}  // namespace hassle::client
