#include "reports/perfetto_trace.hpp"

#include "reports/tests/helpers.hpp"
#include "reports/tests/sample_report.hpp"
#include "reports/writers.hpp"

#include <gtest/gtest.h>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::reports {
namespace {

using namespace tests;
namespace json = boost::json;

report sample() {
  recorder r;
  r.started().ready(1).at(1s).succeed(1, 1, 1).begin("cut-1").issue(2, read).issue(3, toggle);
  r.hit("cut-1", 1).cut(1, "cut-1").at(2s).closed(1, "\"eof\"").end("cut-1");
  r.note(event_kind::breaker_changed, 0, 0, 0, "open").at(3s).ready(2).send(2, 2, 1).after(1us);
  r.take(2, 2, 1).done(2, "fresh").at(4s).done(3, "timeout: answer limit");
  measurement m;
  kept_run kept{.context = a_run(), .events = r.written(), .wire = {}};
  m.kept.push_back(std::move(kept));
  return make_report(std::move(m));
}

json::array events_of(const report& r) {
  return json::parse(perfetto_trace(r)).at("traceEvents").as_array();
}

double number(const json::value& e, std::string_view member) {
  return e.at(member).to_number<double>();
}

TEST(PerfettoTrace, IsAsItWas) { expect_golden("trace.json", perfetto_trace(sample())); }

TEST(PerfettoTrace, EveryEventHasWhatItsPhaseNeeds) {
  for (const json::value& e : events_of(sample())) {
    const std::string_view phase = e.at("ph").as_string();
    EXPECT_TRUE(e.at("pid").is_number());
    EXPECT_TRUE(e.at("name").is_string());
    if (phase == "M") continue;
    EXPECT_GE(number(e, "ts"), 0);
    EXPECT_GT(number(e, "tid"), 0);
    if (phase == "X") {
      EXPECT_GE(number(e, "dur"), 0);
    }
  }
}

/// Several runs with thousands of commands, as one trace.
report large_sample() { return make_report(sample_measurement()); }

/// A process and a thread within it, as the format calls a run and its tracks.
using track_id = std::pair<double, double>;

track_id track_of(const json::value& e) { return {number(e, "pid"), number(e, "tid")}; }

struct slice {
  nanoseconds from;
  nanoseconds to;
};

nanoseconds instant(double micros) { return nanoseconds(std::llround(micros * 1000)); }

/// What a reader of traces makes of one: it knows no journal.
struct opened_trace {
  std::map<double, std::string> processes;
  std::map<track_id, std::string> tracks;
  std::map<track_id, std::vector<slice>> slices;
  std::map<track_id, std::vector<nanoseconds>> instants;
  std::map<double, std::vector<json::value>> arrows;  // By id: their ends in the trace's order.
};

void name_once(std::string& name, const json::value& e) {
  EXPECT_TRUE(name.empty()) << "named twice: " << e;
  name = e.at("args").at("name").as_string();
  EXPECT_FALSE(name.empty());
}

opened_trace open(const report& r) {
  opened_trace trace;
  for (const json::value& e : events_of(r)) {
    const std::string_view phase = e.at("ph").as_string();
    if (phase == "M" && e.at("name").as_string() == "process_name") {
      name_once(trace.processes[number(e, "pid")], e);
    } else if (phase == "M" && e.at("name").as_string() == "thread_name") {
      name_once(trace.tracks[track_of(e)], e);
    } else if (phase == "X") {
      const nanoseconds from = instant(number(e, "ts"));
      trace.slices[track_of(e)].push_back({from, from + instant(number(e, "dur"))});
    } else if (phase == "i") {
      trace.instants[track_of(e)].push_back(instant(number(e, "ts")));
    } else if (phase == "s" || phase == "f") {
      trace.arrows[number(e, "id")].push_back(e);
    } else {
      // A "B" would want its "E", and so on.
      ADD_FAILURE() << "a phase that the trace has no need of: " << e;
    }
  }
  return trace;
}

TEST(PerfettoTrace, EveryTrackAndProcessThatIsUsedHasOneName) {
  for (const report& r : {sample(), large_sample()}) {
    const opened_trace trace = open(r);
    EXPECT_EQ(trace.processes.size(), r.of.kept.size());
    std::set<track_id> used;
    for (const auto& [track, slices] : trace.slices) used.insert(track);
    for (const auto& [track, instants] : trace.instants) used.insert(track);
    std::set<track_id> named;
    for (const auto& [track, name] : trace.tracks) named.insert(track);
    EXPECT_EQ(used, named);
    for (const auto& [pid, tid] : used) EXPECT_TRUE(trace.processes.contains(pid));
  }
}

TEST(PerfettoTrace, ATrackGoesForwardAndItsSpansDoNotOverlap) {
  for (const report& r : {sample(), large_sample()}) {
    const opened_trace trace = open(r);
    for (const auto& [track, slices] : trace.slices) {
      for (std::size_t i = 1; i < slices.size(); ++i) {
        EXPECT_GE(slices[i].from, slices[i - 1].to) << trace.tracks.at(track) << ", span " << i;
      }
    }
    for (const auto& [track, instants] : trace.instants) {
      EXPECT_TRUE(std::ranges::is_sorted(instants)) << trace.tracks.at(track);
    }
  }
}

/// Arrows are drawn from one span to another: an end in no span is dropped.
void expect_in_a_slice(const opened_trace& trace, const json::value& end) {
  const nanoseconds at = instant(number(end, "ts"));
  const auto found = trace.slices.find(track_of(end));
  ASSERT_NE(found, trace.slices.end()) << end;
  EXPECT_TRUE(std::ranges::any_of(found->second, [&](const slice& s) {
    return s.from <= at && at <= s.to;
  })) << end;
}

TEST(PerfettoTrace, EveryArrowHasBothItsEndsInSpans) {
  EXPECT_EQ(open(sample()).arrows.size(), 2U);
  for (const report& r : {sample(), large_sample()}) {
    const opened_trace trace = open(r);
    EXPECT_FALSE(trace.arrows.empty());
    for (const auto& [id, ends] : trace.arrows) {
      ASSERT_EQ(ends.size(), 2U) << id;
      EXPECT_EQ(ends[0].at("ph").as_string(), "s");
      EXPECT_EQ(ends[1].at("ph").as_string(), "f");
      for (const std::string_view member : {"cat", "name", "pid"}) {
        EXPECT_EQ(ends[0].at(member), ends[1].at(member)) << id;
      }
      EXPECT_LE(number(ends[0], "ts"), number(ends[1], "ts")) << id;
      for (const json::value& end : ends) expect_in_a_slice(trace, end);
    }
  }
}

/// How many spans there are on tracks of a process whose names begin so.
std::size_t spans(const opened_trace& trace, double process, std::string_view name) {
  std::size_t n = 0;
  for (const auto& [track, slices] : trace.slices) {
    if (track.first == process && trace.tracks.at(track).starts_with(name)) n += slices.size();
  }
  return n;
}

TEST(PerfettoTrace, HasASpanForAllThatTheJournalHas) {
  for (const report& r : {sample(), large_sample()}) {
    const opened_trace trace = open(r);
    double process = 0;
    for (const kept_run& run : r.of.kept) {
      ++process;
      std::set<std::uint32_t> connections;
      std::size_t faults = 0;
      std::set<std::uint32_t> answered;
      for (const event& e : run.events.events()) {
        if (e.connection != 0) connections.insert(e.connection);
        if (e.kind == event_kind::fault_began) ++faults;
        if (e.kind == event_kind::answer_taken) answered.insert(e.command);
      }
      EXPECT_EQ(spans(trace, process, "commands"), command_stories(run.events).size());
      EXPECT_EQ(spans(trace, process, "connection "), connections.size());
      EXPECT_EQ(spans(trace, process, "fault "), faults);
      EXPECT_EQ(static_cast<std::size_t>(std::ranges::count_if(
                    trace.arrows,
                    [&](const auto& a) { return number(a.second.front(), "pid") == process; })),
                answered.size());
    }
  }
}

TEST(PerfettoTrace, WithoutRunsItIsEmptyAndValid) { EXPECT_TRUE(events_of({}).empty()); }

TEST(PerfettoTrace, IsAFormatThatNeedsJournals) {
  const writer* found = find_writer("perfetto");
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->need, report_need::journals);
}

}  // namespace
}  // namespace hassle::reports
