#pragma once

#include <hassle/client/config.hpp>
#include <hassle/client/validate.hpp>

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hassle::client {

// The settings by name: one table that files are read by (toml_config.hpp), written by, and that
// the reference in README.md is made of. All pure.

/// A value as files write it. A duration is a text: "30s", "1m30s", "250ms"; "none" = no_limit.
using setting_value =
    std::variant<bool, std::int64_t, double, std::string, std::vector<std::string>>;

/// What a setting is.
struct setting_info {
  /// The table that it stands in: a layer, "tls", "proxy", or "" for none; "failover.others",
  /// "failover.others.tls" and "idempotency.rules" are tables of lists, which only files can hold.
  std::string_view section;
  std::string_view key;
  std::string takes;                        ///< "a duration", "one of lee, best".
  std::optional<setting_value> by_default;  ///< Absent = there is none.
  std::string_view means;                   ///< For people, with its range. One line.
  bool secret = false;                      ///< Never shown.
};

/// All of them, in the order of config.hpp.
[[nodiscard]] const std::vector<setting_info>& all_settings();

/// The layers 1 to 14, from the bottom up.
[[nodiscard]] std::span<const std::string_view> layer_names() noexcept;

/// Switches a layer on, with its defaults; what it was set to is lost. False: no such layer.
[[nodiscard]] bool switch_on(config& into, std::string_view layer);

/// Every layer of style `best` with its defaults: what is recommended. Server and token are for the
/// caller to fill in.
[[nodiscard]] config production_config();

/// Sets what a file calls [section] key. Only its type is judged, and words and texts that must be
/// read; ranges are for `validate`. Problems: no such section or key (with the nearest one as the
/// hint), a section that is not on, a value of another type. `key` of the problem is
/// "section.key".
[[nodiscard]] std::expected<void, config_problem> set_setting(config& into,
                                                              std::string_view section,
                                                              std::string_view key,
                                                              const setting_value& value);

/// What it is set to; absent if its section is not on, it has no value, or there is no such
/// setting. Secrets are returned as they are.
[[nodiscard]] std::optional<setting_value> get_setting(const config& of, std::string_view section,
                                                       std::string_view key);

/// "\"30s\"", "[\"a\", \"b\"]": as a TOML file writes it.
[[nodiscard]] std::string to_text(const setting_value& value);

}  // namespace hassle::client
