#pragma once

#include "mockha/services.hpp"

#include <span>
#include <string>
#include <string_view>

namespace hassle::mockha {

/// A trigger or a condition that an integration brings for its entities: `light.turned_on`.
struct platform_entry {
  std::string_view domain;
  std::string_view name;  ///< Empty: it is called as its domain is.
};

/// Sorted by domain and name. Which there are is unverified; their form is not.
[[nodiscard]] std::span<const platform_entry> trigger_platforms();
[[nodiscard]] std::span<const platform_entry> condition_platforms();

/// "light.turned_on" or "sun"
[[nodiscard]] std::string name_of(const platform_entry& of);

/// The first event of trigger_platforms/subscribe and condition_platforms/subscribe.
[[nodiscard]] std::string descriptions_json(std::span<const platform_entry> of);

}  // namespace hassle::mockha
