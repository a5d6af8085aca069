#include "scenarios/scenario.hpp"

#include "scenarios/document.hpp"
#include "scenarios/rules.hpp"

#include <cassert>

namespace hassle::scenario {

std::string_view name_of(command_kind kind) noexcept {
  switch (kind) {
    case command_kind::turn_on:
      return "turn_on";
    case command_kind::turn_off:
      return "turn_off";
    case command_kind::toggle:
      return "toggle";
    case command_kind::get_states:
      return "get_states";
    case command_kind::get_state_service:
      return "get_state_service";
  }
  assert(false && "unknown kind of command");
  return {};
}

std::string_view kind_of(const fault_parameters& what) noexcept {
  struct namer {
    std::string_view operator()(const restart_fault&) const { return "restart"; }
    std::string_view operator()(const stall_fault&) const { return "stall"; }
    std::string_view operator()(const slow_fault&) const { return "slow"; }
    std::string_view operator()(const drop_fault&) const { return "drop"; }
    std::string_view operator()(const lose_answer_fault&) const { return "lose_answer"; }
    std::string_view operator()(const partition_fault&) const { return "partition"; }
    std::string_view operator()(const cut_fault&) const { return "cut"; }
    std::string_view operator()(const forget_fault&) const { return "forget"; }
    std::string_view operator()(const refuse_fault&) const { return "refuse"; }
    std::string_view operator()(const blackhole_fault&) const { return "blackhole"; }
    std::string_view operator()(const latency_fault&) const { return "latency"; }
    std::string_view operator()(const silence_fault&) const { return "silence"; }
    std::string_view operator()(const hang_up_fault&) const { return "hang_up"; }
    std::string_view operator()(const http_error_fault&) const { return "http_error"; }
    std::string_view operator()(const reject_auth_fault&) const { return "reject_auth"; }
    std::string_view operator()(const ignore_pings_fault&) const { return "ignore_pings"; }
    std::string_view operator()(const delay_answer_fault&) const { return "delay_answer"; }
    std::string_view operator()(const reorder_fault&) const { return "reorder"; }
    std::string_view operator()(const duplicate_fault&) const { return "duplicate"; }
    std::string_view operator()(const late_event_fault&) const { return "late_event"; }
    std::string_view operator()(const event_first_fault&) const { return "event_first"; }
    std::string_view operator()(const fail_subscription_fault&) const {
      return "fail_subscription";
    }
    std::string_view operator()(const fail_command_fault&) const { return "fail_command"; }
    std::string_view operator()(const unknown_event_fault&) const { return "unknown_event"; }
    std::string_view operator()(const wrong_id_fault&) const { return "wrong_id"; }
    std::string_view operator()(const bad_json_fault&) const { return "bad_json"; }
    std::string_view operator()(const batch_fault&) const { return "batch"; }
    std::string_view operator()(const giant_fault&) const { return "giant"; }
    std::string_view operator()(const storm_fault&) const { return "storm"; }
    std::string_view operator()(const overflow_fault&) const { return "overflow"; }
    std::string_view operator()(const remove_entity_fault&) const { return "remove_entity"; }
    std::string_view operator()(const rename_entity_fault&) const { return "rename_entity"; }
    std::string_view operator()(const unavailable_fault&) const { return "unavailable"; }
    std::string_view operator()(const expire_tokens_fault&) const { return "expire_tokens"; }
    std::string_view operator()(const revoke_token_fault&) const { return "revoke_token"; }
    std::string_view operator()(const ban_fault&) const { return "ban"; }
    std::string_view operator()(const version_fault&) const { return "version"; }
    std::string_view operator()(const clock_jump_fault&) const { return "clock_jump"; }
    std::string_view operator()(const no_deflate_fault&) const { return "no_deflate"; }
    std::string_view operator()(const trickle_fault&) const { return "trickle"; }
    std::string_view operator()(const fragment_fault&) const { return "fragment"; }
  };
  return std::visit(namer{}, what);
}

const std::vector<std::string_view>& figure_names() {
  static const std::vector<std::string_view> names{
      "error_rate",     "connection_rate", "timeout_rate",   "other_rate",     "stale_rate",
      "duplicates",     "wrong_answers",   "past_limit",     "attempts",       "latency_p99_ms",
      "latency_max_ms", "lifetime_mean_s", "lifetime_max_s", "recovery_max_s", "commands"};
  return names;
}

std::expected<scenario, std::vector<input_error>> parse_scenario(std::string_view text,
                                                                 std::string_view file) {
  const auto document = parse_document(text, file);
  if (!document) {
    return std::unexpected(std::vector{document.error()});
  }
  scenario result;
  result.name = std::filesystem::path(file).stem().string();
  result.file = file;
  problems found(file);
  scenario_rules().read(*document, result, found);
  if (!found.empty()) {
    return std::unexpected(found.take());
  }
  return result;
}

std::expected<scenario, std::vector<input_error>> load_scenario(const std::filesystem::path& file) {
  const auto text = read_text_file(file, scenario_bytes_max);
  if (!text) {
    return std::unexpected(std::vector{text.error()});
  }
  return parse_scenario(*text, file.string());
}

std::string write_scenario(const scenario& s) {
  std::string result;
  scenario_rules().write(s, "", result);
  return result;
}

std::vector<key_description> scenario_keys() {
  std::vector<key_description> result;
  scenario_rules().describe("", result);
  return result;
}

}  // namespace hassle::scenario
