#include "reports/waterfall.hpp"

#include "reports/client_states.hpp"
#include "reports/recoveries.hpp"
#include "reports/tests/generators.hpp"
#include "reports/tests/helpers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>

namespace hassle::reports {
namespace {

using namespace tests;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

// Stages that took any time, by their names.
std::map<std::string_view, nanoseconds> stages_of(const staged_recovery& r) {
  std::map<std::string_view, nanoseconds> found;
  for (std::size_t i = 0; i < recovery_stage_count; ++i) {
    if (r.stages[i] > 0ns) found[recovery_stages()[i].name] = r.stages[i];
  }
  return found;
}

std::vector<staged_recovery> waterfall_of(const recorder& r) {
  return waterfall(a_run(), r.written(), command_stories(r.written()));
}

void reach(recorder& r, std::string_view stage, std::uint32_t c = 2) {
  r.note(event_kind::attempt_stage, c, 0, 2, stage);
}

TEST(Waterfall, ARecoveryIsSplitInAllItsStages) {
  recorder r;
  r.started().ready(1).at(10s).begin("restart-1").hit("restart-1", 1).cut(1, "restart-1");
  r.at(20s).end("restart-1").at(21s).closed(1, "eof");
  r.note(event_kind::backoff_began, 0, 0, 2'000'000'000);
  r.at(23s).attempt(2).after(1ms);
  reach(r, "resolved", 0);
  r.after(2ms);
  reach(r, "tcp");
  r.after(3ms);
  reach(r, "tls");
  r.after(4ms);
  reach(r, "upgraded");
  r.after(5ms).note(event_kind::client_ready, 2, 0, 2).note(event_kind::home_starting, 2);
  r.after(6s).note(event_kind::home_running, 2).note(event_kind::subscription_sent, 2, 0, 7);
  r.after(7ms).note(event_kind::subscription_live, 2, 0, 7);
  r.after(8ms).note(event_kind::mirror_replaced, 2, 0, 100).at(60s).succeed(1, 2, 1);
  const auto found = waterfall_of(r);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].fault_kind, "restart");
  EXPECT_EQ(found[0].began, 20s);
  EXPECT_EQ(found[0].total(), 40'040ms);
  EXPECT_THAT(stages_of(found[0]),
              UnorderedElementsAre(
                  Pair("detect", 1s), Pair("back_off", 2s), Pair("resolve", 1ms), Pair("tcp", 2ms),
                  Pair("tls", 3ms), Pair("upgrade", 4ms), Pair("auth", 5ms), Pair("running", 6s),
                  Pair("resubscribe", 7ms), Pair("resync", 8ms),
                  Pair("command", 60s - 23s - 15ms - 6s - 15ms), Pair("answer", 40ms)));
}

// The round trip that asks is not the mirror's, which has not subscribed yet.
TEST(Waterfall, ToAskWhetherItIsRunningIsAStageOfItsOwn) {
  recorder r;
  r.started().ready(1).at(10s).begin("drop-1").cut(1, "drop-1").end("drop-1").closed(1, "eof");
  r.issue(1, read).ready(2).after(40ms).note(event_kind::home_running, 2);
  r.after(50ms).note(event_kind::mirror_replaced, 2, 0, 100);
  r.send(1, 2, 1).take(1, 2, 1).done(1, "fresh");
  const auto found = waterfall_of(r);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(stages_of(found[0]), UnorderedElementsAre(Pair("auth", 30ms), Pair("running", 40ms),
                                                        Pair("resync", 50ms)));
}

TEST(Waterfall, AFailedAttemptCountsForTheStageThatFailed) {
  recorder r;
  r.started().at(1s).begin("refuse-1").attempt(1).at(2s).end("refuse-1").issue(1, read);
  r.at(3s).failed("resolve: timed out", 1).at(4s).attempt(2).after(1ms);
  reach(r, "resolved", 0);
  r.after(2s).failed("tcp: connection refused", 2).after(1s).ready(3).succeed(2, 3, 1, read);
  r.done(1, "timeout: answer limit");
  const auto found = waterfall_of(r);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].fault_kind, "refuse");
  // Nobody waited for a backoff, yet somebody asked: there was no connection, and none was tried.
  EXPECT_THAT(stages_of(found[0]),
              UnorderedElementsAre(Pair("resolve", 1s + 1ms), Pair("tcp", 2s), Pair("back_off", 2s),
                                   Pair("auth", 30ms), Pair("answer", 40ms)));
}

TEST(Waterfall, WithoutAConnectionOrACommandNobodyAsks) {
  recorder r;
  r.started().at(1s).begin("refuse-1").at(2s).end("refuse-1").at(9s).issue(1, read);
  r.ready(1).send(1, 1, 5).after(10ms).take(1, 1, 5).done(1, "fresh");
  const auto found = waterfall_of(r);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(stages_of(found[0]),
              UnorderedElementsAre(Pair("command", 7s), Pair("auth", 30ms), Pair("answer", 10ms)));
}

TEST(Waterfall, AConnectionThatAnsweredAgainWasNotDead) {
  recorder r;
  r.started().ready(1).at(1s).begin("stall-1").hit("stall-1", 1).at(5s).end("stall-1");
  r.issue(1, read).send(1, 1, 1).at(8s).take(1, 1, 1).done(1, "fresh").at(9s).closed(1, "bye");
  const auto found = waterfall_of(r);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(stages_of(found[0]), UnorderedElementsAre(Pair("answer", 3s)));
}

TEST(Waterfall, AFailedPingMeansDeadSinceTheLastSignOfLife) {
  recorder r;
  r.started().ready(1).at(3s).note(event_kind::pong_received, 1).begin("slow-1").at(4s);
  r.end("slow-1").at(7s).note(event_kind::ping_failed, 1).closed(1, "no pong");
  r.ready(2).succeed(1, 2, 1);
  const auto found = waterfall_of(r);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(stages_of(found[0]),
              UnorderedElementsAre(Pair("detect", 3s), Pair("auth", 30ms), Pair("answer", 40ms)));
}

TEST(Waterfall, AFrozenHostAndABootingProcessAreAsleep) {
  recorder r;
  r.started().ready(1).at(1s).begin("slow-1").at(2s).end("slow-1").issue(1, read);
  r.at(3s).note(event_kind::host_frozen).at(5s).note(event_kind::host_thawed);
  r.stopped("recycled").at(6s).started(2).at(8s).ready(2).send(2, 1, 1);
  r.after(10ms).take(2, 1, 1).done(1, "fresh");
  const auto found = waterfall_of(r);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(stages_of(found[0]), UnorderedElementsAre(Pair("asleep", 5s), Pair("auth", 30ms),
                                                        Pair("answer", 1s + 10ms)));
}

TEST(Waterfall, WhatIsSentBeforeHomeRunsIsUnderWay) {
  recorder r;
  r.started().at(1s).begin("restart-1").at(2s).end("restart-1").issue(1, read).ready(1);
  r.note(event_kind::home_starting, 1).after(1s).send(1, 1, 1).after(2s).take(1, 1, 1);
  r.done(1, "fresh").note(event_kind::home_running, 1);
  const auto found = waterfall_of(r);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(stages_of(found[0]),
              UnorderedElementsAre(Pair("auth", 30ms), Pair("running", 1s), Pair("answer", 2s)));
}

TEST(Waterfall, BetweenAFailedCommandAndTheNextNobodyAsks) {
  recorder r;
  r.started().ready(1).at(1s).begin("slow-1").at(2s).end("slow-1").issue(1, read).at(3s);
  r.done(1, "timeout: answer limit").at(10s).succeed(2, 1, 1);
  const auto found = waterfall_of(r);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_THAT(stages_of(found[0]),
              UnorderedElementsAre(Pair("answer", 1s + 40ms), Pair("command", 7s)));
}

TEST(Waterfall, ARestartWithoutAFaultIsOfItsKind) {
  recorder r;
  r.started().ready(1).at(1s).phase("stopping").at(9s).phase("running").succeed(1, 1, 1);
  const auto found = waterfall_of(r);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].fault_kind, "restart");
}

TEST(Waterfall, NothingThatRecoveredIsNoWaterfall) {
  recorder r;
  r.started().ready(1).at(1s).begin("slow-1").at(2s).end("slow-1");
  EXPECT_THAT(waterfall_of(r), IsEmpty());
  EXPECT_THAT(pooled_waterfall(std::vector<run_figures>(3)), IsEmpty());
}

TEST(ClientStates, CoverTheWholeRunWithoutGaps) {
  recorder r;
  r.at(1s).ready(1).at(5s).closed(1, "bye").at(6s).attempt(2).at(7s);
  r.failed("upgrade: 503", 2).at(8s).note(event_kind::ping_sent);
  EXPECT_THAT(client_states(a_run(), r.written()),
              ElementsAre(client_span{0s, 1s, client_state::idle},
                          client_span{1s, 1030ms, client_state::authenticating},
                          client_span{1030ms, 5s, client_state::ready},
                          client_span{5s, 6s, client_state::idle},
                          client_span{6s, 7s, client_state::upgrading},
                          client_span{7s, 8s, client_state::idle}));
}

run_figures recovered(std::string_view kind, nanoseconds detect, nanoseconds tcp) {
  staged_recovery one{.fault_kind = std::string(kind)};
  one.stages[static_cast<std::size_t>(recovery_stage::detect)] = detect;
  one.stages[static_cast<std::size_t>(recovery_stage::tcp)] = tcp;
  run_figures run;
  run.recovery_stages.push_back(one);
  return run;
}

TEST(Waterfall, IsPooledOverRunsForEachKindOfFault) {
  const auto pooled = pooled_waterfall(std::vector{
      recovered("stall", 4s, 0s), recovered("cut", 0s, 1s), recovered("stall", 2s, 3s)});
  ASSERT_EQ(pooled.size(), 3U);
  const auto& detect_of = [&](std::size_t i) {
    return pooled[i].stages[static_cast<std::size_t>(recovery_stage::detect)];
  };
  EXPECT_EQ(pooled[0].fault_kind, "");
  EXPECT_EQ(pooled[0].recoveries, 3U);
  EXPECT_EQ(pooled[1].fault_kind, "cut");
  EXPECT_EQ(pooled[2].fault_kind, "stall");
  EXPECT_EQ(detect_of(0), (stage_times{2, 2, 2, 4, 4, 4}));
  EXPECT_EQ(detect_of(1), stage_times{});
  EXPECT_EQ(detect_of(2), (stage_times{2, 3, 2, 4, 4, 4}));
  EXPECT_EQ(pooled[2].total, (stage_times{2, 4.5, 4, 5, 5, 5}));
}

// A journal in which faults come and go, connections and attempts overlap, commands come and end.
rc::Gen<journal> stormy_journals() {
  using enum event_kind;
  static constexpr std::array kinds = {
      fault_began,   fault_ended,     fault_hit,         command_issued,    command_done,
      command_sent,  answer_taken,    attempt_began,     attempt_stage,     attempt_failed,
      client_ready,  client_closed,   connection_cut,    home_starting,     home_running,
      ping_failed,   pong_received,   subscription_sent, subscription_live, mirror_replaced,
      backoff_began, process_stopped, process_started,   host_frozen,       host_thawed};
  static constexpr std::array<std::string_view, 6> texts = {"resolved", "tcp",   "upgraded",
                                                            "fresh",    "stall", "tcp: refused"};
  const auto events = rc::gen::container<std::vector<event>>(rc::gen::apply(
      [](std::size_t kind, std::uint32_t connection, std::uint32_t command, std::size_t text,
         int after) {
        const event_kind what = kinds[kind];
        return event{.at = std::chrono::milliseconds(after),
                     .kind = what,
                     .connection = connection,
                     .command = command,
                     .value = connection,
                     .text = std::string(what == command_done ? "fresh" : texts[text])};
      },
      rc::gen::inRange<std::size_t>(0, kinds.size()), rc::gen::inRange<std::uint32_t>(0, 4),
      rc::gen::inRange<std::uint32_t>(1, 30), rc::gen::inRange<std::size_t>(0, texts.size()),
      rc::gen::inRange(0, 50)));
  return rc::gen::map(rc::gen::resize(300, events), [](std::vector<event> all) {
    journal j;
    nanoseconds now{};
    for (event& e : all) {
      now += e.at;
      e.at = now;
      j.add(std::move(e));
    }
    return j;
  });
}

RC_GTEST_PROP(Waterfall, StagesSumUpToTheirRecoveries, ()) {
  const journal j = *stormy_journals();
  const auto stories = command_stories(j);
  const auto split = waterfall(a_run(), j, stories);
  const auto whole = find_recoveries(j, stories);
  RC_TAG(!whole.empty());
  RC_ASSERT(split.size() == whole.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    RC_ASSERT(split[i].total() == whole[i].to - whole[i].from);
    RC_ASSERT(std::ranges::all_of(split[i].stages, [](nanoseconds t) { return t >= 0ns; }));
  }
}

RC_GTEST_PROP(ClientStates, HaveNeitherGapsNorOverlaps, ()) {
  const journal j = *stormy_journals();
  const auto spans = client_states(a_run(), j);
  nanoseconds at{};
  for (std::size_t i = 0; i < spans.size(); ++i) {
    RC_ASSERT(spans[i].from == at);
    RC_ASSERT(spans[i].to > at);
    if (i > 0) RC_ASSERT(spans[i].state != spans[i - 1].state);
    at = spans[i].to;
  }
  if (!j.events().empty()) RC_ASSERT(at == j.events().back().at);
}

TEST(UncorrectedLatency, RunsFromTheInstantACommandWasSent) {
  recorder r;
  r.started().issue(1, read).at(5s).ready(1).at(6s).send(1, 1, 1).at(8s).take(1, 1, 1);
  r.done(1, "fresh").issue(2, read).done(2, "stale");
  const run_figures run = analyse(a_run(), r.written());
  EXPECT_THAT(run.latencies, ElementsAre(0s, 8s));
  EXPECT_THAT(run.uncorrected_latencies, ElementsAre(2s));
}

TEST(UncorrectedLatency, OfACommandSentTwiceCountsFromTheFirst) {
  recorder r;
  r.started().ready(1).at(1s).issue(1, read).send(1, 1, 1).at(3s).send(1, 1, 2).at(4s);
  r.take(1, 1, 2).done(1, "fresh");
  EXPECT_THAT(analyse(a_run(), r.written()).uncorrected_latencies, ElementsAre(3s));
}

TEST(UncorrectedLatency, IsAFigureWhereAnythingWasSent) {
  cell c;
  c.runs.resize(1);
  EXPECT_FALSE(has_figure(summarise(c), "latency_uncorrected_p50_ms"));
  c.runs[0].uncorrected_latencies = {1s, 2s, 3s};
  EXPECT_EQ(figure(summarise(c), "latency_uncorrected_p50_ms"), 2000);
  EXPECT_EQ(figure(summarise(c), "latency_uncorrected_max_ms"), 3000);
}

}  // namespace
}  // namespace hassle::reports
