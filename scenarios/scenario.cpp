#include "scenarios/scenario.hpp"

#include "scenarios/document.hpp"
#include "scenarios/extend.hpp"
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
    case command_kind::get_config:
      return "get_config";
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
    std::string_view operator()(const loss_fault&) const { return "loss"; }
    std::string_view operator()(const corrupt_fault&) const { return "corrupt"; }
    std::string_view operator()(const slice_fault&) const { return "slice"; }
    std::string_view operator()(const cut_after_fault&) const { return "cut_after"; }
    std::string_view operator()(const throttle_fault&) const { return "throttle"; }
    std::string_view operator()(const mtu_fault&) const { return "mtu"; }
    std::string_view operator()(const swizzle_fault&) const { return "swizzle"; }
    std::string_view operator()(const dns_fault&) const { return "dns"; }
    std::string_view operator()(const move_fault&) const { return "move"; }
    std::string_view operator()(const tls_fault&) const { return "tls"; }
    std::string_view operator()(const suspend_fault&) const { return "suspend"; }
    std::string_view operator()(const wall_clock_fault&) const { return "wall_clock"; }
    std::string_view operator()(const slow_cpu_fault&) const { return "slow_cpu"; }
    std::string_view operator()(const kill_fault&) const { return "kill"; }
    std::string_view operator()(const mute_events_fault&) const { return "mute_events"; }
    std::string_view operator()(const dead_subscription_fault&) const {
      return "dead_subscription";
    }
    std::string_view operator()(const recovery_mode_fault&) const { return "recovery_mode"; }
    std::string_view operator()(const stop_reading_fault&) const { return "stop_reading"; }
    std::string_view operator()(const reject_compressed_fault&) const {
      return "reject_compressed";
    }
    std::string_view operator()(const crowd_fault&) const { return "crowd"; }
    std::string_view operator()(const bad_upgrade_fault&) const { return "bad_upgrade"; }
  };
  return std::visit(namer{}, what);
}

const std::vector<std::string_view>& figure_names() {
  static const std::vector<std::string_view> names{"error_rate",
                                                   "connection_rate",
                                                   "timeout_rate",
                                                   "other_rate",
                                                   "stale_rate",
                                                   "duplicates",
                                                   "wrong_answers",
                                                   "past_limit",
                                                   "executions",
                                                   "lost",
                                                   "unknown",
                                                   "commands",
                                                   "attempts",
                                                   "connections",
                                                   "latency_p50_ms",
                                                   "latency_p90_ms",
                                                   "latency_p99_ms",
                                                   "latency_max_ms",
                                                   "latency_uncorrected_p50_ms",
                                                   "latency_uncorrected_p90_ms",
                                                   "latency_uncorrected_p99_ms",
                                                   "latency_uncorrected_max_ms",
                                                   "fast_fail_p50_ms",
                                                   "fast_fail_max_ms",
                                                   "lifetime_mean_s",
                                                   "lifetime_max_s",
                                                   "recovery_p50_s",
                                                   "recovery_max_s",
                                                   "reconnect_max_s",
                                                   "connect_max_s",
                                                   "detect_p50_s",
                                                   "detect_max_s",
                                                   "attempts_per_minute_max",
                                                   "handshakes_per_second_max",
                                                   "pings_per_minute_max",
                                                   "wakeups_per_minute_max",
                                                   "reconnects",
                                                   "auth_failures",
                                                   "repeated_effects",
                                                   "answer_discarded",
                                                   "ping_failed",
                                                   "probe_failed",
                                                   "breaker_opened",
                                                   "retries",
                                                   "token_refreshes",
                                                   "endpoint_changes",
                                                   "subscription_rejections",
                                                   "events_heard",
                                                   "gap_events",
                                                   "lost_events",
                                                   "duplicate_events",
                                                   "reordered_events",
                                                   "late_events",
                                                   "mirror_differences",
                                                   "staleness_s",
                                                   "stale_age_max_s",
                                                   "calls_peak",
                                                   "queue_peak",
                                                   "connects_herd_peak_percent",
                                                   "herd_ready_max_s"};
  return names;
}

namespace {

std::string head_comment_of(std::string_view text) {
  std::string result;
  while (text.starts_with('#')) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(1, end - 1);
    if (line.starts_with(' ')) line.remove_prefix(1);
    // "#:schema ./hassle.json" is for editors.
    if (!line.starts_with(':')) result.append(line).append(1, '\n');
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return result;
}

}  // namespace

std::expected<scenario, std::vector<input_error>> parse_scenario(source_text from,
                                                                 const parse_options& options) {
  scenario result;
  result.file = from.file;
  result.name = std::filesystem::path(from.file).stem().string();
  result.head_comment = head_comment_of(from.text);
  auto assembled = assemble(std::move(from), options);
  if (!assembled) {
    return std::unexpected(std::move(assembled.error()));
  }
  problems found(assembled->files);
  result.other_files.assign(assembled->files.begin() + 1, assembled->files.end());
  scenario_rules().read(assembled->root, result, found);
  if (!found.empty()) {
    return std::unexpected(found.take());
  }
  return result;
}

std::expected<scenario, std::vector<input_error>> parse_scenario(std::string_view text,
                                                                 std::string_view file,
                                                                 const parse_options& options) {
  return parse_scenario(source_text{std::string(file), std::string(text)}, options);
}

std::expected<scenario, std::vector<input_error>> load_scenario(const std::filesystem::path& file,
                                                                const parse_options& options) {
  const auto text = read_text_file(file, scenario_bytes_max);
  if (!text) {
    return std::unexpected(std::vector{text.error()});
  }
  return parse_scenario(*text, file.string(), options);
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
