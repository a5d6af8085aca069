#pragma once

#include "mockha/home.hpp"

#include <cstddef>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>

namespace hassle::mockha {

/// What a dump may hold.
struct dump_limits {
  std::size_t bytes_max = std::size_t{64} << 20U;  ///< > 0
  std::size_t entities_max = 50'000;               ///< > 0
  std::size_t depth_max = 28;                      ///< Of values within attributes. > 0
};

/// Reads what a real Home Assistant said to get_states, or to `GET /api/states`: an array of state
/// objects, be it inside the message that brought it. The registries know its entities without
/// devices and areas.
///
/// The error says what is wrong and where: line and column of what is no JSON, else the entity.
[[nodiscard]] std::expected<home_plan, std::string> read_dump(std::string_view text,
                                                              const dump_limits& limits = {});

/// The same from a file, which errors name.
[[nodiscard]] std::expected<home_plan, std::string> load_dump(const std::filesystem::path& file,
                                                              const dump_limits& limits = {});

}  // namespace hassle::mockha
