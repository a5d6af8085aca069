#pragma once

#include "scenarios/error.hpp"

#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hassle::scenario {

/// The layers a profile may name, from the bottom of the ladder up.
[[nodiscard]] const std::vector<std::string_view>& layer_names();

/// In which form a client has its layers.
enum class client_style : std::uint8_t {
  lee,   ///< As the field report lists them, flaws included. Only the first seven have this form.
  best,  ///< As they should be.
};
[[nodiscard]] std::string_view name_of(client_style style) noexcept;

/// One setting of a layer, for the client's own configuration to interpret.
struct setting {
  std::string layer;  ///< Empty: of the client as a whole.
  std::string key;
  /// Durations stay strings ("5s").
  std::variant<std::int64_t, double, bool, std::string, std::vector<std::string>> value;
  source_position where;
};

/// A named way to configure the client: which layers are on, with which settings.
struct client_profile {
  std::string name;  ///< File name without its ending.
  std::string title;
  client_style style = client_style::best;
  std::vector<std::string> layers;  ///< In ladder order, no duplicates; empty = naive.
  std::vector<setting> settings;
};

[[nodiscard]] std::expected<client_profile, std::vector<input_error>> parse_profile(
    std::string_view text, std::string_view file);
[[nodiscard]] std::expected<client_profile, std::vector<input_error>> load_profile(
    const std::filesystem::path& file);

/// The same profile with one layer off, named "production-without-<layer>".
[[nodiscard]] client_profile without(const client_profile& profile, std::string_view layer);

}  // namespace hassle::scenario
