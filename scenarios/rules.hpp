#pragma once

#include "scenarios/table_rules.hpp"

namespace hassle::scenario {

/// What a scenario file may hold, all of it.
[[nodiscard]] const rules<scenario>& scenario_rules();

/// The tables of it that depend on `kind`: see fault_rules.cpp.
[[nodiscard]] const rules<fault>& fault_rules();

/// A fault that is begun by hand: without the keys that say when.
void read_fault_by_hand(const value& table, fault& into, problems& out);

/// What a fault without a name is called: "restart-2" for the second of its kind.
[[nodiscard]] std::string default_name(std::string_view kind, int number);

/// Words of enumerations that several tables use.
[[nodiscard]] form<expiry_style> an_expiry_style();

}  // namespace hassle::scenario
