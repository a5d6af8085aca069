#include <hassle/client/settings.hpp>

#include "fields.hpp"
#include "sections.hpp"

#include <algorithm>
#include <array>

namespace hassle::client {

namespace {

/// In words, and apart from the words of a setting.
constexpr std::string_view without_limit = "none";

std::string path_of(std::string_view section, std::string_view key) {
  return section.empty() ? std::string(key) : fmt::format("{}.{}", section, key);
}

std::unexpected<config_problem> problem(std::string key, std::string message, std::string hint) {
  return std::unexpected(config_problem{std::move(key), std::move(message), std::move(hint)});
}

std::vector<std::string_view> section_names() {
  std::vector<std::string_view> names;
  for (const section& each : sections()) {
    if (!each.name.empty()) names.push_back(each.name);
  }
  return names;
}

template <class Struct>
void add_rows(std::vector<setting_info>& into, std::string_view section, const Struct& defaults) {
  for (const field<Struct>& each : fields<Struct>()) {
    into.push_back({.section = section,
                    .key = each.key,
                    .takes = each.takes,
                    .by_default = each.secret ? std::nullopt : each.get(defaults),
                    .means = each.means,
                    .secret = each.secret});
  }
}

std::vector<setting_info> make_infos() {
  config defaults = production_config();
  defaults.tls.emplace();
  defaults.proxy.emplace();
  std::vector<setting_info> all;
  for (const section& each : sections()) {
    for (const field<config>& row : each.rows) {
      all.push_back({.section = each.name,
                     .key = row.key,
                     .takes = row.takes,
                     .by_default = row.secret ? std::nullopt : row.get(defaults),
                     .means = row.means,
                     .secret = row.secret});
    }
    if (each.name == "idempotency") add_rows(all, "idempotency.rules", service_rule{});
    if (each.name == "failover") {
      add_rows(all, "failover.others", endpoint_config{});
      add_rows(all, "failover.others.tls", tls_config{});
    }
  }
  return all;
}

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      result += '\\';
      result += c;
    } else if (byte < 0x20 || byte == 0x7f) {
      result += fmt::format("\\u{:04x}", byte);
    } else {
      result += c;
    }
  }
  return result + '"';
}

}  // namespace

std::string_view kind_of(const setting_value& value) noexcept {
  static constexpr std::array<std::string_view, 5> names = {"a truth value", "a whole number",
                                                            "a number", "a text", "a list"};
  return names.at(value.index());
}

text::complaint wrong_kind(std::string_view takes, const setting_value& found) {
  return {fmt::format("takes {}, not {}", takes, kind_of(found)), ""};
}

field_result<duration> codec<duration>::read(const setting_value& value) {
  const auto* given = std::get_if<std::string>(&value);
  if (given == nullptr) {
    auto wrong = wrong_kind(takes(), value);
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
      wrong.hint = fmt::format("write \"{}s\"", *number);
    }
    return std::unexpected(std::move(wrong));
  }
  if (*given == without_limit) return no_limit;
  return text::parse_duration(*given);
}

setting_value codec<duration>::write(duration value) {
  if (value == no_limit) return std::string(without_limit);
  if (value < duration::zero()) return "-" + text::format_duration(-value);
  return text::format_duration(value);
}

const std::vector<setting_info>& all_settings() {
  static const std::vector<setting_info> all = make_infos();
  return all;
}

std::expected<void, config_problem> set_setting(config& into, std::string_view section_name,
                                                std::string_view key, const setting_value& value) {
  const section* of = find_section(section_name);
  if (of == nullptr) {
    return problem(std::string(section_name),
                   fmt::format("there is no section {}", text::in_quotes(section_name)),
                   text::nearest_hint(section_name, section_names()));
  }
  const field<config>* row = of->find(key);
  if (row == nullptr) {
    std::vector<std::string_view> known;
    known.reserve(of->rows.size());
    for (const field<config>& each : of->rows) known.push_back(each.key);
    return problem(path_of(section_name, key),
                   fmt::format("there is no setting {}", text::in_quotes(key)),
                   text::names_hint(key, known));
  }
  if (!of->is_on(into)) {
    return problem(path_of(section_name, key),
                   fmt::format("is a setting of '{}', which is not on", section_name), "");
  }
  auto put = row->put(into, value);
  if (!put) {
    return problem(path_of(section_name, key), std::move(put.error().message),
                   std::move(put.error().hint));
  }
  return {};
}

std::optional<setting_value> get_setting(const config& of, std::string_view section_name,
                                         std::string_view key) {
  const section* in = find_section(section_name);
  const field<config>* row = in == nullptr ? nullptr : in->find(key);
  if (row == nullptr || !in->is_on(of)) return std::nullopt;
  return row->get(of);
}

std::string to_text(const setting_value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *whole);
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  if (const auto* text = std::get_if<std::string>(&value)) return quoted(*text);
  std::vector<std::string> items;
  for (const std::string& each : std::get<std::vector<std::string>>(value)) {
    items.push_back(quoted(each));
  }
  return fmt::format("[{}]", fmt::join(items, ", "));
}

}  // namespace hassle::client
