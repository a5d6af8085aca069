#include "harness/explore/fault_table.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

namespace hassle::harness::explore {

namespace {

using namespace scenario;
using namespace std::chrono_literals;

template <class Kind>
fault_row row(unsigned weight) {
  return {
      .kind = kind_of(Kind{}), .initial = Kind{}, .weight = weight, .draw = {}, .why_never = {}};
}

/// `draw` gets the dice and the parameters.
template <class Kind, class Draw>
fault_row row(unsigned weight, Draw draw) {
  fault_row result = row<Kind>(weight);
  result.draw = [draw](dice& from, fault& f) { draw(from, std::get<Kind>(f.what)); };
  return result;
}

/// `draw` gets the dice, the parameters and the whole fault.
template <class Kind, class Draw>
fault_row row_of_fault(unsigned weight, Draw draw) {
  fault_row result = row<Kind>(weight);
  result.draw = [draw](dice& from, fault& f) { draw(from, std::get<Kind>(f.what), f); };
  return result;
}

template <class Kind>
fault_row never(std::string_view why) {
  fault_row result = row<Kind>(0);
  result.why_never = why;
  return result;
}

/// A fixed length, or one that is drawn anew each time.
duration_distribution some_length(dice& from, duration min, duration max) {
  if (from.chance(0.7)) return {.a = from.length(min, max)};
  const duration low = from.length(min, max);
  const duration high = from.length(low, max);
  return {.how = duration_distribution::kind::uniform, .a = low, .b = high};
}

std::uint32_t some_bytes(dice& from, std::uint32_t min, std::uint32_t max) {
  return static_cast<std::uint32_t>(from.magnitude(min, max));
}

std::uint32_t few(dice& from, std::uint32_t max) {
  return static_cast<std::uint32_t>(from.magnitude(1, max));
}

std::string some_entities(dice& from) {
  return std::string(from.one_of(std::array<std::string_view, 6>{
      "*", "light.*", "switch.*", "sensor.*", "light.kitchen", "switch.heater"}));
}

std::string one_entity(dice& from) {
  return std::string(from.one_of(std::array<std::string_view, 5>{
      "light.kitchen", "light.bedroom", "light.porch", "switch.fan", "sensor.outside_humidity"}));
}

message_choice some_messages(dice& from) {
  return from.one_of(
      std::array{message_choice::answers, message_choice::events, message_choice::all});
}

ending_style some_ending(dice& from) {
  return from.one_of(std::array{ending_style::close, ending_style::fin, ending_style::reset});
}

/// What Home Assistant and the proxies before it really send, and what nobody should.
std::uint16_t some_close_code(dice& from) {
  return from.one_of(std::array<std::uint16_t, 8>{1000, 1001, 1002, 1006, 1008, 1009, 1011, 4000});
}

expiry_style some_expiry(dice& from) {
  return from.one_of(std::array{expiry_style::silent, expiry_style::reset, expiry_style::fin});
}

flow some_flow(dice& from) {
  return from.one_of(std::array{flow::both, flow::to_server, flow::to_client});
}

host_choice some_host(dice& from) {
  return from.one_of(std::array{host_choice::client, host_choice::server});
}

void draw_loss(dice& from, loss_fault& what) {
  what.direction = some_flow(from);
  what.chance = from.one_of(std::array{0.01, 0.05, 0.2, 0.5});
  if (from.chance(0.5)) {
    what.to_bad = from.one_of(std::array{0.01, 0.1});
    what.chance = from.one_of(std::array{0.3, 0.8, 1.0});
    what.to_good = from.one_of(std::array{0.05, 0.2, 0.5});
  }
}

void draw_cut_after(dice& from, cut_after_fault& what) {
  if (from.chance(0.5)) {
    what.bytes = from.magnitude(100, 1U << 18U);
  } else {
    what.age = from.length(1s, 1min);
  }
  what.how = some_expiry(from);
}

void draw_crowd(dice& from, crowd_fault& what) {
  using excess = crowd_fault::excess;
  what.per_second = few(from, 8);
  what.beyond = from.one_of(std::array{excess::wait, excess::reset, excess::deny});
  if (what.beyond == excess::deny) what.retry_after = std::chrono::seconds(from.magnitude(1, 60));
}

void draw_restart(dice& from, restart_fault& what, const fault& f) {
  what.stopping = some_length(from, 100ms, 10s);
  what.refused = some_length(from, 1s, 1min);
  what.not_running = some_length(from, 500ms, 1min);
  what.starting = some_length(from, 500ms, 20s);
  const bool by_command = f.after && !f.after->command.empty();
  what.false_states = from.chance(0.3);
  if (by_command && from.chance(0.5)) what.answer = restart_fault::own_answer::sent;
}

void draw_hang_up(dice& from, hang_up_fault& what, fault& f) {
  using stage = hang_up_fault::stage;
  what.at = from.one_of(
      std::array{stage::accept, stage::request, stage::upgrade, stage::auth_ok, stage::result});
  what.how = some_ending(from);
  if (what.how == ending_style::close) what.code = some_close_code(from);
  if (what.at != stage::result) f.scope.command.clear();
}

void draw_http_error(dice& from, http_error_fault& what) {
  using body = http_error_fault::body;
  what.status =
      from.one_of(std::array<std::uint16_t, 9>{400, 401, 403, 404, 429, 500, 502, 503, 504});
  what.content = from.one_of(std::array{body::html, body::text, body::json, body::empty});
  if (from.chance(0.3)) what.retry_after = std::chrono::seconds(from.magnitude(1, 60));
  if (from.chance(0.3)) what.delay = from.length(10ms, 10s);
}

void draw_fail_command(dice& from, fail_command_fault& what) {
  what.code = std::string(from.one_of(
      std::array<std::string_view, 6>{"home_assistant_error", "unknown_error", "unknown_command",
                                      "timeout", "not_found", "unauthorized"}));
}

void draw_bad_json(dice& from, bad_json_fault& what) {
  using flaw = bad_json_fault::flaw;
  what.how = from.one_of(std::array{flaw::cut, flaw::nan, flaw::garbage});
  what.of = some_messages(from);
}

void draw_storm(dice& from, storm_fault& what) {
  what.count = some_bytes(from, 10, 300);
  what.entity = some_entities(from);
}

std::vector<fault_row> path_rows() {
  return {
      row<partition_fault>(
          20, [](dice& from, partition_fault& what) { what.blocked = some_flow(from); }),
      row<cut_fault>(20, [](dice& from, cut_fault& what) { what.how = some_expiry(from); }),
      row<forget_fault>(10),
      row<refuse_fault>(10),
      row<blackhole_fault>(10),
      row<latency_fault>(
          10, [](dice& from, latency_fault& what) { what.added = some_length(from, 10ms, 20s); }),
  };
}

std::vector<fault_row> connection_rows() {
  using stage = silence_fault::stage;
  return {
      row<silence_fault>(15,
                         [](dice& from, silence_fault& what) {
                           what.at =
                               from.one_of(std::array{stage::accept, stage::request, stage::upgrade,
                                                      stage::auth, stage::open});
                         }),
      row_of_fault<hang_up_fault>(15, draw_hang_up),
      row<http_error_fault>(10, draw_http_error),
      never<reject_auth_fault>("a token that is refused for good ends all attempts of its client"),
      row<ignore_pings_fault>(10),
  };
}

std::vector<fault_row> message_rows() {
  return {
      row<delay_answer_fault>(
          15, [](dice& from, delay_answer_fault& what) { what.by = some_length(from, 10ms, 30s); }),
      row<reorder_fault>(10, [](dice& from, reorder_fault& what) { what.behind = few(from, 8); }),
      row<duplicate_fault>(15,
                           [](dice& from, duplicate_fault& what) {
                             what.of = some_messages(from);
                             what.copies = few(from, 8);
                           }),
      row<late_event_fault>(10),
      row<event_first_fault>(10),
      row<fail_subscription_fault>(10),
      row<fail_command_fault>(10, draw_fail_command),
      row<unknown_event_fault>(10),
      row<wrong_id_fault>(10,
                          [](dice& from, wrong_id_fault& what) {
                            what.off_by = from.one_of(
                                std::array<std::int32_t, 6>{-1, 1, -2, 2, 1'000, -1'000});
                          }),
      row<bad_json_fault>(10, draw_bad_json),
      row<batch_fault>(10,
                       [](dice& from, batch_fault& what) {
                         what.size = few(from, 100);
                         what.wait = from.length(1ms, 5s);
                       }),
      row<giant_fault>(3,
                       [](dice& from, giant_fault& what) {
                         what.of = some_messages(from);
                         what.bytes = some_bytes(from, 1U << 10U, 1U << 20U);
                       }),
  };
}

std::vector<fault_row> home_rows() {
  return {
      row<storm_fault>(5, draw_storm),
      row<overflow_fault>(10),
      row<remove_entity_fault>(
          5, [](dice& from, remove_entity_fault& what) { what.entity = one_entity(from); }),
      row<rename_entity_fault>(5,
                               [](dice& from, rename_entity_fault& what) {
                                 what.entity = one_entity(from);
                                 what.to = what.entity + "_new";
                               }),
      row<unavailable_fault>(
          10, [](dice& from, unavailable_fault& what) { what.entity = some_entities(from); }),
      row<expire_tokens_fault>(5),
      never<revoke_token_fault>("a client without another token never comes back"),
      row<ban_fault>(5),
      row<version_fault>(3, [](dice&, version_fault& what) { what.to = "2026.7.0"; }),
      row<clock_jump_fault>(5,
                            [](dice& from, clock_jump_fault& what) {
                              what.by = from.length(1s, 24h);
                              what.back = from.chance(0.5);
                            }),
      row<no_deflate_fault>(3),
      row<trickle_fault>(5,
                         [](dice& from, trickle_fault& what) {
                           what.bytes = some_bytes(from, 64, 4'096);
                           what.gap = from.length(1ms, 50ms);
                         }),
      row<fragment_fault>(
          5, [](dice& from, fragment_fault& what) { what.bytes = some_bytes(from, 16, 4'096); }),
  };
}

std::vector<fault_row> more_path_rows() {
  return {
      row<loss_fault>(15, draw_loss),
      row<corrupt_fault>(10,
                         [](dice& from, corrupt_fault& what) {
                           what.direction = some_flow(from);
                           what.chance = from.one_of(std::array{0.001, 0.01, 0.1});
                           what.bytes = few(from, 4);
                         }),
      row<slice_fault>(5,
                       [](dice& from, slice_fault& what) {
                         what.direction = some_flow(from);
                         what.bytes = some_bytes(from, 64, 4'096);
                         what.gap = from.length(1ms, 50ms);
                       }),
      row<cut_after_fault>(10, draw_cut_after),
      row<throttle_fault>(10,
                          [](dice& from, throttle_fault& what) {
                            what.direction = some_flow(from);
                            what.bandwidth = some_bytes(from, 1U << 9U, 1U << 17U);
                          }),
      row<mtu_fault>(10,
                     [](dice& from, mtu_fault& what) {
                       what.direction = some_flow(from);
                       what.bytes = some_bytes(from, 200, 4'096);
                     }),
      row<swizzle_fault>(10,
                         [](dice& from, swizzle_fault& what) {
                           what.chance = from.one_of(std::array{0.2, 0.5, 1.0});
                         }),
      row<dns_fault>(10,
                     [](dice& from, dns_fault& what) {
                       using lookup = enum dns_fault::how;
                       what.how =
                           from.one_of(std::array{lookup::fail, lookup::silent, lookup::stale});
                     }),
      row<move_fault>(5),
      never<tls_fault>("the homes of random scenarios speak no TLS"),
  };
}

std::vector<fault_row> host_rows() {
  return {
      row<suspend_fault>(10,
                         [](dice& from, suspend_fault& what) {
                           what.host = some_host(from);
                           what.clock_stops = from.chance(0.5);
                         }),
      row<wall_clock_fault>(5,
                            [](dice& from, wall_clock_fault& what) {
                              what.by = from.length(1s, 24h);
                              what.back = from.chance(0.5);
                            }),
      row<slow_cpu_fault>(5,
                          [](dice& from, slow_cpu_fault& what) {
                            what.host = some_host(from);
                            what.step = from.length(100us, 20ms);
                          }),
      row<kill_fault>(10),
  };
}

std::vector<fault_row> more_server_rows() {
  return {
      row<mute_events_fault>(10),
      row<dead_subscription_fault>(10),
      row<recovery_mode_fault>(5),
      row<stop_reading_fault>(10),
      row<reject_compressed_fault>(3),
      row<crowd_fault>(5, draw_crowd),
      never<bad_upgrade_fault>("http_error turns upgrades away as well"),
  };
}

std::vector<fault_row> all_rows() {
  std::vector<fault_row> all = {
      row_of_fault<restart_fault>(20, draw_restart),
      row<stall_fault>(15),
      row<slow_fault>(
          10, [](dice& from, slow_fault& what) { what.delay = some_length(from, 10ms, 20s); }),
      row<drop_fault>(15,
                      [](dice& from, drop_fault& what) {
                        what.how = some_ending(from);
                        if (what.how == ending_style::close) what.code = some_close_code(from);
                      }),
      row<lose_answer_fault>(
          15,
          [](dice& from, lose_answer_fault& what) { what.before_execution = from.chance(0.5); }),
  };
  for (const auto& group : {path_rows(), connection_rows(), message_rows(), home_rows(),
                            more_path_rows(), host_rows(), more_server_rows()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

}  // namespace

const std::vector<fault_row>& fault_table() {
  static const std::vector<fault_row> all = all_rows();
  return all;
}

}  // namespace hassle::harness::explore
