#pragma once

#include <hassle/client/config.hpp>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::client {

/// What is wrong with a configuration file.
struct config_error {
  std::string file;
  std::uint32_t line = 0;    ///< From 1; 0 = the file as a whole.
  std::uint32_t column = 0;  ///< From 1, in characters.
  std::string key;           ///< "health.interval"; empty where the text is no TOML.
  std::string message;       ///< Never repeats a secret.
  std::string hint;          ///< What to write instead; may be empty.

  /// "file:line:column: key message (hint)", the form that editors and CI jump to.
  [[nodiscard]] std::string text() const;
};

/// What is asked of a file.
enum class config_use : std::uint8_t {
  connect,  ///< Everything that `validate` asks.
  lint,     ///< The settings of any client: no token is needed, "none" is a duration.
};

/// Where a file's secrets may come from.
struct config_source {
  std::string name;                 ///< For messages.
  std::filesystem::path directory;  ///< What relative paths start from; empty = the current one.
  config_use use = config_use::connect;
  /// For `…_env`; empty = the process's environment.
  std::function<std::optional<std::string>(const std::string& variable)> environment;
};

/// A file is larger than this only by mistake.
inline constexpr std::size_t config_bytes_max = 256U << 10U;

/// Settings from a TOML text: the settings above all tables, one table for each layer, [tls],
/// [proxy]; [[failover.others]] and [[idempotency.rules]]. SETTINGS.md has all of them.
///
/// `layers = ["reconnect", …]` says which layers are on; without it, all that the style has. The
/// style is `best` unless the text says otherwise. For each secret KEY there are KEY_env and
/// KEY_file: the name of a variable, or a file whose last line break is dropped.
///
/// The errors are all that there are, in the order of the text: wrong TOML (only the first),
/// unknown keys with the nearest known one, wrong types, and then what `validate` finds.
[[nodiscard]] std::expected<config, std::vector<config_error>> parse_config(
    std::string_view text, const config_source& from);

/// From a file; `from.name` and `from.directory` are replaced by those of the file.
[[nodiscard]] std::expected<config, std::vector<config_error>> load_config(
    const std::filesystem::path& file, config_source from = {});

/// The settings as a text that `parse_config` reads as the same, but for the secrets: a comment
/// stands for each that is set.
[[nodiscard]] std::string to_toml(const config& settings);

/// All settings as tables in Markdown.
[[nodiscard]] std::string settings_reference();

}  // namespace hassle::client
