#pragma once

#include "scenarios/rules.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::scenario {

/// What a fault of one kind may hold.
struct kind_rules {
  std::string_view kind;
  fault initial;
  table_rules<fault> keys;
  /// Its drawn parameters: with [[fault.occurrence]] they stand there, drawn.
  std::vector<std::string_view> drawn;
  std::vector<std::string_view> drawn_required;
  bool by_server = true;  ///< Not the network or a host.
};

/// What a fault touches, which decides how it can be limited.
enum class reach : std::uint8_t {
  path,              ///< Of the network: segments on their way, or new connects.
  open_path,         ///< Of the network: connections that are there when it happens.
  names,             ///< Of the network: lookups.
  machine,           ///< A host.
  server,            ///< The server as a whole.
  open_connections,  ///< Those that are there when it happens.
  connections,
  messages,
};

/// Access to a parameter of the kind `Kind` inside a fault.
template <class Kind, class Member>
auto parameter(Member Kind::* member) {
  return [member](auto& f) -> auto& { return std::get<Kind>(f.what).*member; };
}

/// Adds the `direction` of the segments that a fault of the network touches.
template <class Kind>
void add_direction(kind_rules& rules, flow Kind::* which) {
  rules.keys.key(
      "direction", parameter(which),
      a_word<flow>(
          {{"both", flow::both}, {"to_server", flow::to_server}, {"to_client", flow::to_client}}),
      "Of the segments, seen from the client.");
}

/// A kind that happens at an instant.
[[nodiscard]] kind_rules momentary(fault_parameters what, reach touches, std::string_view doc);
/// A kind that lasts.
[[nodiscard]] kind_rules lasting(fault_parameters what, reach touches, std::string_view doc);
/// A kind that lasts, with a drawn parameter that is stored as an amount.
[[nodiscard]] kind_rules lasting_by(fault_parameters what, reach touches, std::string_view doc,
                                    const rules<fault_occurrence>& occurrence);
/// Occurrences of such a kind; `name` is that of the amount.
[[nodiscard]] table_rules<fault_occurrence> occurrence_with(std::string_view name);
/// Declares the drawn parameter that such a kind must have.
template <class Access>
void add_amount(kind_rules& rules, std::string_view name, Access access, std::string_view doc) {
  rules.keys.key(name, access, a_duration_distribution(zero::refused), doc, need::optional,
                 [](const fault& f) { return !f.occurrences.has_value(); });
  rules.drawn.push_back(name);
  rules.drawn_required.push_back(name);
}

[[nodiscard]] kind_rules declare_restart();

/// The kinds whose structs are in server_faults.hpp, network_faults.hpp and host_faults.hpp.
[[nodiscard]] std::vector<kind_rules> server_kinds();
[[nodiscard]] std::vector<kind_rules> network_kinds();
[[nodiscard]] std::vector<kind_rules> host_kinds();

[[nodiscard]] form<std::string> a_pattern();
[[nodiscard]] form<std::vector<std::uint32_t>> connection_numbers();
[[nodiscard]] form<fault_trigger> a_trigger();
[[nodiscard]] form<std::map<std::string, std::string>> texts_by_name();

}  // namespace hassle::scenario
