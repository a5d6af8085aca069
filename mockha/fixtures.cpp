#include "mockha/fixtures.hpp"

#include <algorithm>
#include <array>

namespace hassle::mockha {

namespace {

/// Made when it is first asked for: thousands of runs begin with the same home.
template <home_plan (*Make)()>
const home_plan& kept() {
  static const home_plan plan = Make();
  return plan;
}

struct named_fixture {
  std::string_view name;
  const home_plan& (*get)();
};
constexpr std::array fixture_table = std::to_array<named_fixture>({
    {"small", kept<fixtures::small_home>},
    {"large", kept<fixtures::large_home>},
});
constexpr auto names = [] {
  std::array<std::string_view, fixture_table.size()> all;
  std::ranges::transform(fixture_table, all.begin(), &named_fixture::name);
  return all;
}();

}  // namespace

std::span<const std::string_view> home_names() { return names; }

const home_plan* find_home(std::string_view name) {
  const auto found = std::ranges::find(fixture_table, name, &named_fixture::name);
  return found == fixture_table.end() ? nullptr : &found->get();
}

}  // namespace hassle::mockha
