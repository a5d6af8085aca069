#include "scenarios/plan.hpp"

#include "scenarios/library.hpp"
#include "scenarios/schema.hpp"
#include "scenarios/tests/support.hpp"

#include <gmock/gmock.h>

#include <rapidcheck.h>

#include <fmt/format.h>

namespace hassle::scenario {
namespace {

using namespace std::chrono_literals;
using durations = duration_distribution;

/// A length of time of any magnitude, from nanoseconds to about half an hour.
rc::Gen<duration> any_duration(duration::rep min) {
  return rc::gen::map(
      rc::gen::pair(rc::gen::inRange<duration::rep>(min, 2000),
                    rc::gen::element<duration::rep>(1, 1'000, 1'000'000, 1'000'000'000)),
      [](const auto& p) { return duration(p.first * p.second); });
}

/// At least a second on average, so that the plan of an hour stays small.
durations any_durations() {
  const duration shortest = 1s;
  const duration a = shortest + *any_duration(0);
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      return {durations::kind::constant, a};
    case 1:
      return {durations::kind::uniform, a, a + *any_duration(0)};
    case 2:
      return {durations::kind::exponential, a};
    default:
      return {durations::kind::lognormal, a, 0ns, 0.25 * *rc::gen::inRange(0, 8)};
  }
}

fault_parameters any_newer_kind() {
  switch (*rc::gen::inRange(0, 14)) {
    case 0:
      return silence_fault{silence_fault::stage::request, "/a\\\"b*"};
    case 1:
      return hang_up_fault{hang_up_fault::stage::result, ending_style::fin, 1000, "*"};
    case 2:
      return http_error_fault{
          http_error_fault::body::empty, 502, *any_duration(0), "/api/*", *any_duration(0), ""};
    case 3:
      return reject_auth_fault{"\"no\"", *any_duration(0)};
    case 4:
      return delay_answer_fault{any_durations()};
    case 5:
      return fail_command_fault{"not_found", "a\tb", "key", "light", {{"a b", "\"c\""}}};
    case 6:
      return wrong_id_fault{-3};
    case 7:
      return bad_json_fault{bad_json_fault::flaw::nan, message_choice::events};
    case 8:
      return batch_fault{4095, *any_duration(0)};
    case 9:
      return clock_jump_fault{*any_duration(1), true};
    case 10:
      return storm_fault{7, "light.*"};
    case 11:
      return http_error_fault{http_error_fault::body::html, 302, {}, "*", 0s, "http://a/\"b\""};
    case 12:
      return bad_upgrade_fault{bad_upgrade_fault::answer::banner};
    default:
      return trickle_fault{3, *any_duration(1)};
  }
}

fault_parameters any_network_kind() {
  switch (*rc::gen::inRange(0, 9)) {
    case 0:
      return loss_fault{flow::to_client, 0.5, 0.25, 0.125, 0.75};
    case 1:
      return corrupt_fault{flow::to_server, 0.25, 2};
    case 2:
      return slice_fault{flow::both, 3, *any_duration(0)};
    case 3:
      return cut_after_fault{1000, {}, expiry_style::reset};
    case 4:
      return cut_after_fault{{}, *any_duration(1), expiry_style::fin};
    case 5:
      return throttle_fault{flow::to_client, 1024};
    case 6:
      return mtu_fault{flow::to_server, 1400};
    case 7:
      return swizzle_fault{0.25};
    default:
      return dns_fault{dns_fault::how::stale};
  }
}

fault_parameters any_host_kind() {
  switch (*rc::gen::inRange(0, 5)) {
    case 0:
      return suspend_fault{host_choice::server, true};
    case 1:
      return wall_clock_fault{*any_duration(1), true};
    case 2:
      return slow_cpu_fault{host_choice::server, *any_duration(1)};
    case 3:
      return crowd_fault{3, crowd_fault::excess::deny, 7s};
    default:
      return mute_events_fault{};
  }
}

fault_parameters any_kind() {
  switch (*rc::gen::inRange(0, 18)) {
    case 14:
    case 15:
      return any_network_kind();
    case 16:
    case 17:
      return any_host_kind();
    case 11:
    case 12:
    case 13:
      return any_newer_kind();
    case 0:
      return restart_fault{any_durations(), any_durations(), any_durations(), any_durations()};
    case 1:
      return stall_fault{};
    case 2:
      return slow_fault{any_durations()};
    case 3:
      return *rc::gen::arbitrary<bool>() ? drop_fault{drop_fault::style::close, 1012}
                                         : drop_fault{drop_fault::style::fin, 1000};
    case 4:
      return lose_answer_fault{*rc::gen::arbitrary<bool>()};
    case 5:
      return partition_fault{partition_fault::direction::to_server};
    case 6:
      return cut_fault{expiry_style::fin};
    case 7:
      return forget_fault{};
    case 8:
      return refuse_fault{};
    case 9:
      return blackhole_fault{};
    default:
      return latency_fault{any_durations()};
  }
}

fault any_fault(int number) {
  fault f;
  f.name = fmt::format("fault \"{}\"", number);
  f.what = any_kind();
  const int when = *rc::gen::inRange(0, 3);
  if (when != 1) {
    f.at = *any_duration(0) % 1h;
  }
  if (when != 0) {
    f.every = any_durations();
    f.times = *rc::gen::inRange<std::uint32_t>(0, 5);
  }
  const std::string_view kind = kind_of(f.what);
  if (kind != "restart" && kind != "drop" && kind != "cut" && kind != "forget") {
    f.lasts = any_durations();
    const bool limited = kind == "delay_answer" || kind == "fail_command" || kind == "wrong_id" ||
                         kind == "hang_up" || kind == "bad_json";
    if (limited && *rc::gen::arbitrary<bool>()) {
      f.scope = {.hits = 3, .chance = 0.25, .connections = {1, 4}, .command = "light.*"};
      if (!f.every && *rc::gen::arbitrary<bool>()) {
        f.lasts = {};
        f.open_ended = true;
      }
    }
    if (limited && !f.every && *rc::gen::arbitrary<bool>()) {
      f.after = fault_trigger{.command = "subscribe_*", .count = 2};
    }
  }
  f.probability = 0.25 * *rc::gen::inRange(0, 5);
  f.must_hit = *rc::gen::arbitrary<bool>();
  return f;
}

scenario any_scenario() {
  scenario s;
  s.name = "x";
  s.file = "x.toml";
  s.title = "Any \\ title";
  s.description = "a\tb\n\"c\"";
  s.tags = {"a"};
  s.length = 1s + *any_duration(0);
  s.settle = *any_duration(0);
  s.path.latency = *any_duration(0);
  if (*rc::gen::arbitrary<bool>()) {
    s.path.bandwidth = *rc::gen::inRange<std::uint64_t>(1, 1'000'000'000);
    s.path.box.lifetime = *any_duration(1);
    s.ha.heartbeat.reset();
    s.ha.service_time = any_durations();
    s.ha.tls = true;
    s.ha.ban_after = 5;
    s.ha.token_lifetime = *any_duration(1);
    s.ha.changes = any_durations();
    s.path.ipv6 = true;
    s.program.subscriptions = {client_setup::subscription::trigger,
                               client_setup::subscription::state_changed};
    s.program.callback = *any_duration(0);
    s.program.herd = 3;
    s.program.how = client_setup::login::refresh;
    s.endpoints = {{"cloud", *any_duration(0), {}}, {"vpn", {}, {}}};
  }
  s.load.between_bursts = any_durations();
  s.load.burst_size = {count_distribution::kind::geometric, 1, 1, 1.5};
  s.load.spacing = any_durations();
  s.load.at_limit = *rc::gen::element(on_limit::recycle, on_limit::proceed);
  s.load.limit = *any_duration(1);
  if (*rc::gen::arbitrary<bool>()) {
    s.where_client_lives.recycle = any_durations();
  }
  const int faults = *rc::gen::inRange(0, 4);
  for (int i = 0; i < faults; ++i) {
    fault f = any_fault(i);
    if (f.at) {
      f.at = *f.at % s.length;
    }
    s.faults.push_back(std::move(f));
  }
  s.expectations.push_back({"naive", "error_rate", 0.1, std::nullopt, "why", {}});
  return s;
}

TEST(Frozen, GivesThePlanAgainForEverySeed) {
  EXPECT_TRUE(rc::check([] {
    const scenario s = any_scenario();
    const auto original = make_plan(s, *rc::gen::arbitrary<std::uint64_t>());
    RC_ASSERT(original.has_value());
    const std::string text = frozen_scenario(s, *original);
    const auto again = parse_scenario(text, "x.toml");
    if (!again) {
      RC_FAIL(testing::PrintToString(error_texts(again.error())) + "\n" + text);
    }
    const auto p = make_plan(*again, *rc::gen::arbitrary<std::uint64_t>());
    RC_ASSERT(p.has_value());
    RC_ASSERT(p->commands == original->commands);
    RC_ASSERT(p->faults == original->faults);
    RC_ASSERT(p->recycles == original->recycles);
    RC_ASSERT(p->healed == original->healed);
    RC_ASSERT(p->end == original->end);
    // Journals name faults: the names must survive as well.
    for (std::size_t i = 0; i < s.faults.size(); ++i) {
      RC_ASSERT(again->faults[i].name == s.faults[i].name);
      RC_ASSERT(again->faults[i].must_hit == s.faults[i].must_hit);
    }
  }));
}

TEST(WriteScenario, IsReadBackAsTheSame) {
  EXPECT_TRUE(rc::check([] {
    const scenario s = any_scenario();
    const std::string text = write_scenario(s);
    const auto again = parse_scenario(text, "x.toml");
    if (!again) {
      RC_FAIL(testing::PrintToString(error_texts(again.error())) + "\n" + text);
    }
    RC_ASSERT(write_scenario(*again) == text);
    const auto seed = *rc::gen::arbitrary<std::uint64_t>();
    const auto a = make_plan(s, seed);
    const auto b = make_plan(*again, seed);
    RC_ASSERT(a->commands == b->commands);
    RC_ASSERT(a->faults == b->faults);
    RC_ASSERT(a->recycles == b->recycles);
  }));
}

TEST(Frozen, AScenarioOfTheLibraryCanBeFrozenTwice) {
  const auto day = find_scenario("lee-day");
  ASSERT_TRUE(day);
  const auto original = make_plan(*day, 3);
  ASSERT_TRUE(original);
  const auto once = parse_scenario(frozen_scenario(*day, *original), "lee-day.toml");
  ASSERT_TRUE(once);
  const auto p = make_plan(*once, 99);
  ASSERT_TRUE(p);
  EXPECT_EQ(p->commands, original->commands);
  EXPECT_EQ(p->faults, original->faults);
  EXPECT_EQ(p->recycles, original->recycles);
  const auto twice = parse_scenario(frozen_scenario(*once, *p), "lee-day.toml");
  ASSERT_TRUE(twice);
  EXPECT_EQ(make_plan(*twice, 5)->faults, original->faults);
}

/// Damages a text: the loader answers with errors or with a scenario, whatever it is given.
TEST(Loader, SurvivesDamagedFiles) {
  const std::string_view whole = suite_files().front().text;
  EXPECT_TRUE(rc::check([whole] {
    std::string text(whole);
    const int damages = *rc::gen::inRange(1, 6);
    for (int i = 0; i < damages && !text.empty(); ++i) {
      const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
      const auto length = *rc::gen::inRange<std::size_t>(0, 12);
      const auto piece = *rc::gen::element<std::string>(
          "", "\"", "'", "\"\"\"", "[", "]", "{", "}", "=", ".", ",", "\n", "\\", "-", "9", "#",
          "[[fault]]\n", "\xff", "e400", "\"15\"", "= {}", "inf", "1979-05-27");
      text.replace(at, length, piece);
    }
    const auto result = parse_scenario(text, "x.toml");
    if (!result) {
      RC_ASSERT(!result.error().empty());
      for (const input_error& e : result.error()) {
        RC_ASSERT(e.text().find('\n') == std::string::npos);
      }
    }
  }));
}

}  // namespace
}  // namespace hassle::scenario
