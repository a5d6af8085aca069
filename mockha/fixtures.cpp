#include "mockha/fixtures.hpp"

#include <algorithm>
#include <array>

namespace hassle::mockha {

namespace {

struct named_fixture {
  std::string_view name;
  home_plan (*make)();
};
constexpr std::array table = std::to_array<named_fixture>({
    {"small", fixtures::small_home},
    {"large", fixtures::large_home},
});
constexpr auto names = [] {
  std::array<std::string_view, table.size()> all;
  std::ranges::transform(table, all.begin(), &named_fixture::name);
  return all;
}();

}  // namespace

std::span<const std::string_view> home_names() { return names; }

std::optional<home_plan> find_home(std::string_view name) {
  const auto found = std::ranges::find(table, name, &named_fixture::name);
  return found == table.end() ? std::nullopt : std::optional(found->make());
}

}  // namespace hassle::mockha
