#include "fields.hpp"
#include "sections.hpp"

#include <hassle/client/toml_config.hpp>

#include <iterator>

namespace hassle::client {

namespace {

template <class Struct>
void write_rows(std::string& into, const std::vector<field<Struct>>& rows, const Struct& of) {
  for (const field<Struct>& row : rows) {
    const auto value = row.get(of);
    if (!value) continue;
    if (row.secret) {
      const bool is_set = *value != setting_value(std::string());
      into += is_set ? fmt::format("# {} is set\n", row.key)
                     : fmt::format("# {}_env = \"NAME_OF_A_VARIABLE\"\n", row.key);
    } else {
      into += fmt::format("{} = {}\n", row.key, to_text(*value));
    }
  }
}

void write_lists(std::string& into, std::string_view section, const config& of) {
  if (section == "idempotency") {
    for (const service_rule& each : of.idempotency->rules) {
      into += "\n[[idempotency.rules]]\n";
      write_rows(into, fields<service_rule>(), each);
    }
  }
  if (section == "failover") {
    for (const endpoint_config& each : of.failover->others) {
      into += "\n[[failover.others]]\n";
      write_rows(into, fields<endpoint_config>(), each);
      if (!each.tls) continue;
      into += "[failover.others.tls]\n";
      write_rows(into, fields<tls_config>(), *each.tls);
    }
  }
}

/// In a cell of a table in Markdown.
std::string cell(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

std::string_view heading_of(std::string_view section) {
  if (section.empty()) return "Above all tables";
  return section;
}

}  // namespace

std::string to_toml(const config& settings) {
  std::vector<std::string> on;
  for (const std::string_view layer : layer_names()) {
    if (find_section(layer)->is_on(settings)) on.emplace_back(layer);
  }
  std::string text;
  for (const section& each : sections()) {
    if (!each.is_on(settings)) continue;
    if (!each.name.empty()) text += fmt::format("\n[{}]\n", each.name);
    write_rows(text, each.rows, settings);
    if (each.name.empty()) text += fmt::format("layers = {}\n", to_text(setting_value(on)));
    write_lists(text, each.name, settings);
  }
  return text;
}

std::string settings_reference() {
  std::string text;
  const auto out = std::back_inserter(text);
  std::string_view section = "-";
  for (const setting_info& each : all_settings()) {
    if (each.section != section) {
      section = each.section;
      const bool is_list = section == "failover.others" || section == "idempotency.rules";
      if (section.empty()) {
        fmt::format_to(out, "\n## {}\n\n", heading_of(section));
      } else {
        fmt::format_to(out, "\n## {}{}{}\n\n", is_list ? "[[" : "[", section, is_list ? "]]" : "]");
      }
      text += "| key | takes | default | meaning |\n|---|---|---|---|\n";
      if (section.empty()) {
        fmt::format_to(out, "| `layers` | a list of layers | all | Which are on: {}. |\n",
                       fmt::join(layer_names(), ", "));
      }
    }
    std::string shown;
    if (each.by_default && each.key != "url")
      shown = fmt::format("`{}`", to_text(*each.by_default));
    fmt::format_to(out, "| `{}` | {} | {} | {}{} |\n", each.key, cell(each.takes), cell(shown),
                   each.secret ? "Secret. " : "", cell(each.means));
  }
  return text.substr(1);
}

}  // namespace hassle::client
