#include "scenarios/layer_subset.hpp"

#include "scenarios/library.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cassert>
#include <ranges>
#include <utility>

namespace hassle::scenario {
namespace {

constexpr std::string_view only = "-only-";
constexpr std::string_view nothing = "nothing";

bool has(const std::vector<std::string>& layers, const std::string& name) {
  return std::ranges::find(layers, name) != layers.end();
}

}  // namespace

client_profile with_only(const client_profile& profile, const std::vector<std::string>& layers) {
  assert(std::ranges::all_of(layers, [&](const auto& each) { return has(profile.layers, each); }));
  client_profile result = profile;
  std::erase_if(result.layers, [&](const std::string& each) { return !has(layers, each); });
  if (result.layers == profile.layers) return result;
  std::erase_if(result.settings,
                [&](const setting& s) { return !s.layer.empty() && !has(layers, s.layer); });
  const std::string names = fmt::format("{}", fmt::join(result.layers, "+"));
  result.name = profile.name + std::string(only) + (names.empty() ? std::string(nothing) : names);
  result.title = fmt::format("{}, but {}", profile.title, names.empty() ? "no layer" : names);
  return result;
}

std::optional<std::expected<client_profile, std::vector<input_error>>> find_layer_subset(
    std::string_view name) {
  const auto cut = name.find(only);
  if (cut == std::string_view::npos) return std::nullopt;
  auto whole = find_profile(name.substr(0, cut));
  if (!whole) return whole;
  std::vector<std::string> layers;
  const std::string_view list = name.substr(cut + only.size());
  if (list == nothing) return with_only(*whole, layers);
  for (const auto part : std::views::split(list, '+')) {
    std::string layer(part.begin(), part.end());
    if (!has(whole->layers, layer)) {
      const std::vector<std::string_view> known(whole->layers.begin(), whole->layers.end());
      return std::unexpected(std::vector{
          input_error{layer, {}, "not a layer of " + whole->name, names_hint(layer, known)}});
    }
    layers.push_back(std::move(layer));
  }
  return with_only(*whole, layers);
}

}  // namespace hassle::scenario
