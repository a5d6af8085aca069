#include "harness/cli/verb.hpp"

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

namespace hassle::harness::cli {

namespace {

bool is_name(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
  });
}

client_command parse(const std::string& text) {
  const auto sign = text.find('=');
  if (sign == std::string::npos || !is_name(std::string_view(text).substr(0, sign))) {
    return {.name = {}, .command = text};
  }
  return {.name = text.substr(0, sign), .command = text.substr(sign + 1)};
}

std::string check(std::string& text) {
  if (!parse(text).command.empty()) return {};
  return fmt::format("'{}' has no command", text);
}

}  // namespace

CLI::Option* add_client_commands(CLI::App& app, std::vector<std::string>& into) {
  return app
      .add_option("--client-cmd", into,
                  "A client of anybody's, in the real world: a command that speaks for it on its "
                  "standard input and output; again for more")
      ->type_name("[NAME=]COMMAND")
      ->allow_extra_args(false)
      ->check(CLI::Validator(check, ""));
}

std::vector<client_command> commands_of(const std::vector<std::string>& texts) {
  std::vector<client_command> all;
  all.reserve(texts.size());
  for (const std::string& each : texts) all.push_back(parse(each));
  return all;
}

}  // namespace hassle::harness::cli
