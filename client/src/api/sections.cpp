#include "sections.hpp"

#include "fields.hpp"

#include <algorithm>
#include <array>

namespace hassle::client {

namespace {

constexpr std::array<std::string_view, 14> layers = {
    "reconnect", "health", "breaker",     "degradation", "pool",      "correlation", "deadline",
    "jitter",    "probe",  "idempotency", "mirror",      "admission", "token",       "failover"};

/// Those that style `lee` has.
constexpr std::size_t layers_of_lee = 7;

/// Where `best` recommends something else than the field report, whose settings the structs have.
template <class Struct>
void recommend(Struct&) {}
void recommend(health_config& of) { of.interval = 20s; }
void recommend(deadline_config& of) { of.margin = 500ms; }

template <class Struct>
section part(std::string_view name, std::optional<Struct> config::* where) {
  section result;
  result.name = name;
  result.is_on = [where](const config& of) { return (of.*where).has_value(); };
  result.switch_on = [where](config& into) {
    Struct& on = (into.*where).emplace();
    if (into.style == engine_style::best) recommend(on);
  };
  for (const field<Struct>& each : fields<Struct>()) {
    result.rows.push_back(
        {.key = each.key,
         .takes = each.takes,
         .means = each.means,
         .put = [where, put = each.put](
                    config& into,
                    const setting_value& value) { return put(*(into.*where), value); },
         .get = [where, get = each.get](const config& of) -> std::optional<setting_value> {
           if (!(of.*where)) return std::nullopt;
           return get(*(of.*where));
         },
         .secret = each.secret});
  }
  return result;
}

std::vector<section> make_sections() {
  std::vector<section> all;
  all.push_back({.name = "",
                 .is_on = [](const config&) { return true; },
                 .switch_on = [](config&) {},
                 .rows = fields<config>()});
  all.push_back(part("tls", &config::tls));
  all.push_back(part("proxy", &config::proxy));
  all.push_back(part("reconnect", &config::reconnect));
  all.push_back(part("health", &config::health));
  all.push_back(part("breaker", &config::breaker));
  all.push_back(part("degradation", &config::degradation));
  all.push_back(part("pool", &config::pool));
  all.push_back(part("correlation", &config::correlation));
  all.push_back(part("deadline", &config::deadline));
  all.push_back(part("jitter", &config::jitter));
  all.push_back(part("probe", &config::probe));
  all.push_back(part("idempotency", &config::idempotency));
  all.push_back(part("mirror", &config::mirror));
  all.push_back(part("admission", &config::admission));
  all.push_back(part("token", &config::token));
  all.push_back(part("failover", &config::failover));
  return all;
}

}  // namespace

const field<config>* section::find(std::string_view key) const noexcept {
  const auto found = std::ranges::find(rows, key, &field<config>::key);
  return found == rows.end() ? nullptr : &*found;
}

const std::vector<section>& sections() {
  static const std::vector<section> all = make_sections();
  return all;
}

const section* find_section(std::string_view name) noexcept {
  const auto found = std::ranges::find(sections(), name, &section::name);
  return found == sections().end() ? nullptr : &*found;
}

bool is_layer(std::string_view name) noexcept {
  return std::ranges::find(layers, name) != layers.end();
}

std::span<const std::string_view> layer_names() noexcept { return layers; }

bool switch_on(config& into, std::string_view layer) {
  if (!is_layer(layer)) return false;
  find_section(layer)->switch_on(into);
  return true;
}

void switch_on_all(config& into) {
  const std::size_t count = into.style == engine_style::lee ? layers_of_lee : layers.size();
  for (const std::string_view layer : std::span(layers).first(count)) {
    const section& each = *find_section(layer);
    if (!each.is_on(into)) each.switch_on(into);
  }
}

config production_config() {
  config result{.style = engine_style::best};
  switch_on_all(result);
  return result;
}

}  // namespace hassle::client
