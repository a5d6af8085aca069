#include "reports/perfetto_trace.hpp"

#include "reports/client_states.hpp"
#include "reports/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace hassle::reports {
namespace {

using std::chrono::nanoseconds;

// Tracks of a process, each group from its first number on.
constexpr std::uint64_t client_track = 1;
constexpr std::uint64_t breaker_track = 2;
constexpr std::uint64_t first_fault_track = 100;
constexpr std::uint64_t first_command_track = 100'000;
constexpr std::uint64_t first_connection_track = 1'000'000;

constexpr std::array<std::string_view, client_state_count> state_words = {
    "host frozen", "no process", "waits for RUNNING", "resubscribing", "resyncing",
    "ready",       "auth",       "upgrade",           "TLS",           "TCP",
    "resolve",     "detecting",  "backing off",       "idle"};

// Microseconds, exact to the nanosecond.
std::string micros(nanoseconds t) {
  return fmt::format("{}.{:03}", t.count() / 1000, t.count() % 1000);
}

class trace_writer {
 public:
  std::string write(const report& r) && {
    out_ = "{\"displayTimeUnit\": \"ms\", \"traceEvents\": [";
    for (const kept_run& each : r.of.kept) add_run(each);
    if (left_out_ > 0) {
      written_ = 0;
      instant(client_track, {}, fmt::format("{} events left out", left_out_));
    }
    return std::move(out_) + "\n]}\n";
  }

 private:
  struct open_span {
    nanoseconds since{};
    std::string name;
  };

  void add_run(const kept_run& run) {
    ++process_;
    end_ = run.events.events().empty() ? nanoseconds{} : run.events.events().back().at;
    connections_.clear();
    name_process(fmt::format("{} / {}, seed {}", run.context.scenario, run.context.client,
                             run.context.seed));
    name_track(client_track, "client");
    for (const client_span& each : client_states(run.context, run.events)) {
      span(client_track, each.from, each.to, state_words[static_cast<std::size_t>(each.state)]);
    }
    add_breaker(run.events);
    add_faults(run.events);
    add_connections(run.events);
    add_commands(run.events);
  }

  void add_breaker(const journal& j) {
    open_span state{{}, "closed"};
    bool any = false;
    for (const event& e : j.events()) {
      if (e.kind != event_kind::breaker_changed) continue;
      if (!std::exchange(any, true)) name_track(breaker_track, "breaker");
      span(breaker_track, state.since, e.at, state.name);
      state = {e.at, e.text};
    }
    if (any) span(breaker_track, state.since, end_, state.name);
  }

  void add_faults(const journal& j) {
    std::map<std::int64_t, open_span> open;  // By occurrence.
    std::map<std::int64_t, std::uint64_t> tracks;
    const auto close = [&](std::int64_t number, const open_span& fault, nanoseconds at) {
      span(tracks.at(number), fault.since, at, fault.name);
    };
    for (const event& e : j.events()) {
      if (e.kind == event_kind::fault_began) {
        const auto [track, added] = tracks.emplace(e.value, first_fault_track + tracks.size());
        if (added) name_track(track->second, fmt::format("fault {} #{}", e.text, e.value));
        open.try_emplace(e.value, open_span{e.at, e.text});
      } else if (e.kind == event_kind::fault_hit && tracks.contains(e.value)) {
        instant(tracks.at(e.value), e.at, fmt::format("hits connection {}", e.connection));
      } else if (e.kind == event_kind::fault_ended && open.contains(e.value)) {
        close(e.value, open.at(e.value), e.at);
        open.erase(e.value);
      }
    }
    for (const auto& [number, fault] : open) close(number, fault, end_);
  }

  void add_connections(const journal& j) {
    for (const event& e : j.events()) {
      if (e.connection == 0) continue;
      const auto [c, added] = connections_.try_emplace(e.connection, e.at, e.at);
      c->second.second = e.at;
    }
    for (const auto& [number, life] : connections_) {
      const std::string name = fmt::format("connection {}", number);
      name_track(first_connection_track + number, name);
      span(first_connection_track + number, life.first, life.second, name);
    }
    for (const event& e : j.events()) {
      if (e.connection == 0 || e.command != 0 || e.kind == event_kind::fault_hit) continue;
      const std::string what = e.text.empty() ? std::string(name_of(e.kind))
                                              : fmt::format("{}: {}", name_of(e.kind), e.text);
      instant(first_connection_track + e.connection, e.at, what);
    }
  }

  void add_commands(const journal& j) {
    std::vector<nanoseconds> free_from;  // By track.
    const std::vector<command_story> stories = command_stories(j);
    std::map<std::uint32_t, const event*> answers;
    for (const event& e : j.events()) {
      if (e.kind == event_kind::answer_taken) answers.try_emplace(e.command, &e);
    }
    for (const command_story& story : stories) {
      const event& issued = j.events()[story.issued];
      const nanoseconds done = story.outcomes > 0 ? j.events()[story.done].at : end_;
      auto track = std::ranges::find_if(free_from, [&](nanoseconds t) { return t <= issued.at; });
      if (track == free_from.end()) {
        name_track(first_command_track + free_from.size(), "commands");
        track = free_from.insert(track, nanoseconds{});
      }
      *track = done;
      const auto id = first_command_track + static_cast<std::uint64_t>(track - free_from.begin());
      span(id, issued.at, done,
           fmt::format("{} {}: {}", story.number, issued.text,
                       outcome_text(story.what, story.detail)));
      const auto answer = answers.find(story.number);
      if (answer != answers.end() && answer->second->at >= issued.at) {
        arrow(id, issued.at, *answer->second);
      }
    }
  }

  void arrow(std::uint64_t track, nanoseconds from, const event& to) {
    ++arrows_;
    put(fmt::format(
        R"("ph": "s", "cat": "answer", "name": "answer", "id": {}, "tid": {}, "ts": {})", arrows_,
        track, micros(from)));
    put(fmt::format(
        R"("ph": "f", "bp": "e", "cat": "answer", "name": "answer", "id": {}, "tid": {}, "ts": {})",
        arrows_, first_connection_track + to.connection, micros(to.at)));
  }

  void name_process(std::string_view name) {
    put(fmt::format(R"("ph": "M", "name": "process_name", "args": {{"name": {}}})", quoted(name)));
  }
  void name_track(std::uint64_t track, std::string_view name) {
    put(fmt::format(R"("ph": "M", "name": "thread_name", "tid": {}, "args": {{"name": {}}})", track,
                    quoted(name)));
  }
  void span(std::uint64_t track, nanoseconds from, nanoseconds to, std::string_view name) {
    put(fmt::format(R"("ph": "X", "name": {}, "tid": {}, "ts": {}, "dur": {})", quoted(name), track,
                    micros(from), micros(to - from)));
  }
  void instant(std::uint64_t track, nanoseconds at, std::string_view name) {
    put(fmt::format(R"("ph": "i", "s": "t", "name": {}, "tid": {}, "ts": {})", quoted(name), track,
                    micros(at)));
  }

  static std::string quoted(std::string_view text) {
    std::string out;
    append_json_string(out, printable(text));
    return out;
  }

  void put(std::string_view members) {
    if (written_ == trace_events_max) {
      ++left_out_;
      return;
    }
    ++written_;
    fmt::format_to(std::back_inserter(out_), "{}\n{{{}, \"pid\": {}}}",
                   std::exchange(first_, false) ? "" : ",", members, process_);
  }

  std::string out_;
  bool first_ = true;
  std::size_t written_ = 0;
  std::size_t left_out_ = 0;
  std::size_t process_ = 0;
  std::uint64_t arrows_ = 0;
  nanoseconds end_{};
  std::map<std::uint32_t, std::pair<nanoseconds, nanoseconds>> connections_;  // First, last.
};

}  // namespace

std::string perfetto_trace(const report& r) { return trace_writer().write(r); }

}  // namespace hassle::reports
