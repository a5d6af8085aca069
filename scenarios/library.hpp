#pragma once

#include "scenarios/profile.hpp"
#include "scenarios/scenario.hpp"

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hassle::scenario {

/// A file of the library, built into the program so that it works from anywhere.
struct library_file {
  std::string_view path;  ///< Relative to the project: "scenarios/suite/lee/lee-day.toml".
  std::string_view text;
};

/// Sorted by path.
[[nodiscard]] std::span<const library_file> suite_files();
[[nodiscard]] std::span<const library_file> profile_files();

/// A scenario by name ("lee-day") from the library, or by path ("./mine.toml"; whatever holds a
/// '/' or ends in ".toml"). An unknown name is an error with the nearest known one as its hint.
[[nodiscard]] std::expected<scenario, std::vector<input_error>> find_scenario(
    std::string_view name_or_path, const parse_options& options = {});
/// The scenario of one of `suite_files`.
[[nodiscard]] std::expected<scenario, std::vector<input_error>> parse_suite_file(
    const library_file& file, const parse_options& options = {});
/// What a scenario extends: by name in the library; by path beside `from`, which is in the library
/// where that is.
[[nodiscard]] std::expected<source_text, complaint> find_base(std::string_view base,
                                                              const source_text& from);
/// As above; also "<profile>-without-<layer>", as `without` names it.
[[nodiscard]] std::expected<client_profile, std::vector<input_error>> find_profile(
    std::string_view name_or_path);

/// "did you mean 'x'?" for the nearest of `known`, or empty if none is near.
[[nodiscard]] std::string nearest_hint(std::string_view word,
                                       std::span<const std::string_view> known);

/// The same, or "one of: …" with all the known names.
[[nodiscard]] std::string names_hint(std::string_view word,
                                     std::span<const std::string_view> known);

/// The names that `find_scenario` and `find_profile` know, sorted.
[[nodiscard]] const std::vector<std::string_view>& scenario_names();
[[nodiscard]] const std::vector<std::string_view>& profile_names();

/// The rungs of the ladder, from "naive" up: profile names.
[[nodiscard]] const std::vector<std::string_view>& ladder();

}  // namespace hassle::scenario
