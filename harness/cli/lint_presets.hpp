#pragma once

#include <span>
#include <string_view>

namespace hassle::harness::cli {

/// Settings of a known client, as a file for `hassle lint`.
struct lint_preset {
  std::string_view name;
  std::string_view title;
  std::string_view toml;
};

[[nodiscard]] std::span<const lint_preset> lint_presets() noexcept;

}  // namespace hassle::harness::cli
