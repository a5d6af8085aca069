#pragma once

#include "field.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::client {

/// A table of a file: a part of `config` by name, with the rows of its struct.
struct section {
  std::string_view name;  ///< "" for what stands above all tables.
  std::function<bool(const config&)> is_on;
  std::function<void(config&)> switch_on;  ///< With defaults.
  std::vector<field<config>> rows;         ///< REQUIRES, to put: the section is on.

  [[nodiscard]] const field<config>* find(std::string_view key) const noexcept;
};

/// "", tls, proxy, then the layers.
[[nodiscard]] const std::vector<section>& sections();
[[nodiscard]] const section* find_section(std::string_view name) noexcept;

/// Whether it is one of the layers 1 to 14.
[[nodiscard]] bool is_layer(std::string_view section) noexcept;

/// Every layer that a style has, with its defaults. What is set already stays.
void switch_on_all(config& into);

}  // namespace hassle::client
