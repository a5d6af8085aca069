#include "scenarios/library.hpp"

#include "scenarios/document.hpp"
#include "scenarios/layer_subset.hpp"
#include "scenarios/library_data.hpp"

#include <algorithm>
#include <filesystem>

namespace hassle::scenario {
namespace {

using errors = std::vector<input_error>;

/// "lee-day" of "scenarios/suite/lee/lee-day.toml".
std::string_view name_of_file(std::string_view path) {
  path.remove_prefix(path.rfind('/') + 1);  // npos + 1 is 0.
  return path.substr(0, path.rfind('.'));
}

std::vector<std::string_view> names_of(std::span<const library_file> files) {
  std::vector<std::string_view> names;
  for (const library_file& file : files) {
    names.push_back(name_of_file(file.path));
  }
  std::sort(names.begin(), names.end());
  return names;
}

const library_file* find_file(std::span<const library_file> files, std::string_view name) {
  for (const library_file& file : files) {
    if (name_of_file(file.path) == name) {
      return &file;
    }
  }
  return nullptr;
}

source_text source_of(const library_file& file) {
  return {std::string(file.path), std::string(file.text), true};
}

bool is_path(std::string_view name_or_path) {
  return name_or_path.find('/') != std::string_view::npos || name_or_path.ends_with(".toml");
}

errors unknown(std::string_view what, std::string_view name,
               std::span<const std::string_view> known) {
  std::string hint = names_hint(name, known);
  if (std::filesystem::exists(std::filesystem::path(name))) {
    hint = "for the file write ./" + std::string(name);
  }
  return {{std::string(name), {}, "unknown " + std::string(what), std::move(hint)}};
}

}  // namespace

std::span<const library_file> suite_files() { return embedded_suite(); }
std::span<const library_file> profile_files() { return embedded_profiles(); }

const std::vector<std::string_view>& scenario_names() {
  static const auto names = names_of(suite_files());
  return names;
}

const std::vector<std::string_view>& profile_names() {
  static const auto names = names_of(profile_files());
  return names;
}

std::expected<scenario, errors> parse_suite_file(const library_file& file,
                                                 const parse_options& options) {
  return parse_scenario(source_of(file), options);
}

std::expected<source_text, complaint> find_base(std::string_view base, const source_text& from) {
  if (!is_path(base)) {
    if (const library_file* const file = find_file(suite_files(), base)) {
      return source_of(*file);
    }
    return std::unexpected(
        complaint{"unknown scenario " + in_quotes(base), names_hint(base, scenario_names())});
  }
  const auto path = (std::filesystem::path(from.file).parent_path() / std::filesystem::path(base))
                        .lexically_normal();
  if (from.in_library) {
    for (const library_file& file : suite_files()) {
      if (file.path == path.generic_string()) {
        return source_of(file);
      }
    }
    return std::unexpected(complaint{"the library has no file " + in_quotes(path.string()), ""});
  }
  auto text = read_text_file(path, scenario_bytes_max);
  if (!text) {
    return std::unexpected(complaint{in_quotes(path.string()) + " " + text.error().message,
                                     std::move(text.error().hint)});
  }
  return source_text{path.string(), *std::move(text)};
}

std::expected<scenario, errors> find_scenario(std::string_view name_or_path,
                                              const parse_options& options) {
  if (is_path(name_or_path)) {
    return load_scenario(name_or_path, options);
  }
  if (const library_file* const file = find_file(suite_files(), name_or_path)) {
    return parse_suite_file(*file, options);
  }
  return std::unexpected(unknown("scenario", name_or_path, scenario_names()));
}

std::expected<client_profile, errors> find_profile(std::string_view name_or_path) {
  if (is_path(name_or_path)) {
    return load_profile(name_or_path);
  }
  if (const library_file* const file = find_file(profile_files(), name_or_path)) {
    return parse_profile(file->text, file->path);
  }
  constexpr std::string_view lacking = "-without-";
  if (const auto cut = name_or_path.find(lacking); cut != std::string_view::npos) {
    const std::string_view layer = name_or_path.substr(cut + lacking.size());
    const auto& layers = layer_names();
    if (std::find(layers.begin(), layers.end(), layer) == layers.end()) {
      return std::unexpected(unknown("layer", layer, layers));
    }
    auto whole = find_profile(name_or_path.substr(0, cut));
    return whole ? without(*whole, layer) : std::move(whole);
  }
  if (auto subset = find_layer_subset(name_or_path)) return *std::move(subset);
  return std::unexpected(unknown("client", name_or_path, profile_names()));
}

const std::vector<std::string_view>& ladder() {
  static const std::vector<std::string_view> rungs{
      "naive",       "reconnect", "health", "breaker",   "degradation", "pool",
      "correlation", "deadline",  "best",   "jitter",    "probe",       "idempotency",
      "mirror",      "admission", "token",  "production"};
  return rungs;
}

}  // namespace hassle::scenario
