// The oracles about what a client does by itself, and what it leaves behind.
#include "reports/oracle.hpp"

#include "reports/own_connections.hpp"
#include "reports/sliding_window.hpp"
#include "reports/staleness.hpp"
#include "reports/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace hassle::reports {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

// Counts the spans, none overlapping another, that hold more than `most` of what `counts`.
template <class Counts>
violation_count busy_spans(const testimony& t, nanoseconds span, std::size_t most,
                           std::string_view what, const Counts& counts) {
  violation_count found;
  sliding_window window(span);
  for (const event& e : t.events.events()) {
    if (!counts(e)) continue;
    if (window.add(e.at) <= most) continue;
    found.add(e.at, fmt::format("more than {} {} within {}", most, what, human_duration(span)));
    window.clear();
  }
  return found;
}

nanoseconds end_of(const testimony& t) {
  const auto& events = t.events.events();
  return events.empty() ? t.context.simulated : events.back().at;
}

}  // namespace

violation_count busy_minutes(const testimony& t) {
  return busy_spans(t, 1min, attempts_per_minute_max, "connection attempts",
                    [](const event& e) { return e.kind == event_kind::attempt_began; });
}

violation_count busy_seconds(const testimony& t) {
  const own_connections own(t.events);
  return busy_spans(t, 1s, handshakes_per_second_max, "connections", [&](const event& e) {
    return e.kind == event_kind::server_accepted && own.contains(e.connection);
  });
}

// Between its name being resolved and the end of its upgrade an attempt is dialling. Journals do
// not say which endpoint an attempt is for: as many as there are places that were dialled may be at
// it.
violation_count connects_side_by_side(const testimony& t) {
  violation_count found;
  std::set<std::string_view> places;
  std::set<std::int64_t> dialling;
  for (const event& e : t.events.events()) {
    switch (e.kind) {
      using enum event_kind;
      case dialed:
        places.insert(e.text);
        break;
      case attempt_stage:
        if (e.text == "upgraded") {
          dialling.erase(e.value);
        } else if (dialling.insert(e.value).second &&
                   dialling.size() > std::max<std::size_t>(places.size(), 1)) {
          found.add(e.at, fmt::format("attempt {} dials while another one does", e.value));
        }
        break;
      case attempt_failed:
      case client_ready:
        dialling.erase(e.value);
        break;
      case process_stopped:
      case process_started:
        dialling.clear();
        break;
      default:
        break;
    }
  }
  return found;
}

/// Attempts that waited for an answer to their login in vain: a refusal got lost on its way, and
/// who does not know of it may well present the token again.
std::set<std::uint32_t> logins_without_an_answer(const journal& from) {
  std::set<std::uint32_t> found;
  for (const event& e : from.events()) {
    const bool counts = e.kind == event_kind::attempt_failed && e.text == "auth: no answer in time";
    if (counts) found.insert(e.connection);
  }
  return found;
}

violation_count refusals_close_together(const testimony& t) {
  violation_count found;
  const own_connections own(t.events);
  const auto unheard = logins_without_an_answer(t.events);
  std::optional<nanoseconds> last;
  struct dialling {
    nanoseconds at{};
    unsigned token = 0;
  };
  std::map<std::uint32_t, dialling> dialled;
  sliding_window recent(auth_refusals_apart);
  unsigned token = 0;    // Counts the tokens that there were: who dials takes the one there is.
  unsigned refused = 0;  // The last that was refused.
  bool was_new = false;  // That was one that had just been had.
  bool accepted =
      false;  // The one there is has been good once: if refused now, it has expired since.
  for (const event& e : t.events.events()) {
    if (e.kind == event_kind::token_refreshed || e.kind == event_kind::process_started) {
      ++token;
      accepted = false;
    }
    if (e.kind == event_kind::dialed) dialled[e.connection] = {e.at, token};
    const bool welcome = e.kind == event_kind::server_auth && e.text == "ok";
    if (welcome && own.contains(e.connection)) {  // Servers forget refusals then, too.
      was_new = false;
      accepted = true;
      recent.clear();
    }
    if (!is_refusal(e) || !own.contains(e.connection)) continue;
    const bool heard = !unheard.contains(e.connection);
    const bool close = last && e.at - *last < auth_refusals_apart;
    const auto began = dialled.find(e.connection);
    const bool under_way = close && began != dialled.end() && began->second.at <= *last;
    const unsigned presented = began != dialled.end() ? began->second.token : token;
    const bool renewed = presented != refused;
    const bool too_many = recent.add(e.at) > auth_refusals_max;
    if (too_many || (close && !under_way && (!renewed || was_new))) {
      found.add(e.at, fmt::format("a token was refused on connection {}, {} after the last refusal",
                                  e.connection, human_duration(e.at - last.value_or(e.at))));
    }
    if (!heard) continue;  // The server counted it, but nobody has learned anything.
    was_new = close && renewed && !accepted;
    refused = presented;
    last = e.at;
  }
  return found;
}

violation_count restless(const testimony& t) {
  violation_count found;
  for (const event& e : t.events.events()) {
    const bool counts =
        e.kind == event_kind::measured && e.text == measure::wakeups_per_minute_peak;
    if (!counts || e.value <= idle_wakeups_max) continue;
    found.add(e.at, fmt::format("the host woke up {} times in an idle minute", e.value));
  }
  return found;
}

violation_count queues_too_long(const testimony& t) {
  violation_count found;
  std::set<std::uint32_t> waiting;
  for (const event& e : t.events.events()) {
    if (e.kind == event_kind::call_queued) waiting.insert(e.command);
    if (e.kind == event_kind::command_sent || e.kind == event_kind::command_done) {
      waiting.erase(e.command);
    }
    if (waiting.size() <= queue_max) continue;
    found.add(e.at, fmt::format("more than {} commands waited at once", queue_max));
    return found;
  }
  return found;
}

violation_count mirror_untrue(const testimony& t) {
  violation_count found;
  if (!t.looks_after_connections()) return found;
  for (const event& e : t.events.events()) {
    if (e.kind != event_kind::mirror_compared || e.value <= 0) continue;
    found.add(e.at, "the mirror is wrong: " + printable(e.text), 0,
              static_cast<std::uint64_t>(e.value));
  }
  return found;
}

// All through the second quarter of the quiet time: middleboxes end connections in quiet times,
// too. Of a process that has been awake for as long, has wanted a connection, is not refused, and
// had a mirror before.
violation_count mirror_not_live(const testimony& t) {
  const nanoseconds calm = t.calm();
  if (calm >= end_of(t)) return {};
  if (!t.looks_after_connections()) return {};
  std::optional<nanoseconds> running;  // And awake, since then.
  bool tried = false;
  bool refused = false;
  bool mirrored = false;
  for (const event& e : t.events.events()) {
    if (e.at > calm) break;
    switch (e.kind) {
      using enum event_kind;
      case process_started:
        running = e.at;
        tried = refused = false;
        break;
      case process_stopped:
        running.reset();
        break;
      case host_frozen:
        running.reset();
        break;
      case host_thawed:
        running = e.at;
        break;
      case attempt_began:
        tried = true;
        refused = false;
        break;
      case auth_refused:
        refused = true;
        break;
      case mirror_replaced:
        mirrored = true;
        break;
      default:
        break;
    }
  }
  const nanoseconds from = t.context.healed + (calm - t.context.healed) / 2;
  const bool expected =
      running && *running + first_connection_takes <= from && tried && !refused && mirrored;
  violation_count found;
  if (expected && !mirror_live_within(t.events, from, calm)) {
    found.add(calm, fmt::format("the mirror was not live {} after everything was healed",
                                human_duration(calm - t.context.healed)));
  }
  return found;
}

violation_count left_behind(const testimony& t) {
  violation_count found;
  for (const event& e : t.events.events()) {
    const bool counts = e.kind == event_kind::measured &&
                        (e.text == measure::timers_left || e.text == measure::connections_left);
    if (!counts || e.value <= 0) continue;
    found.add(e.at, fmt::format("{}: {}", e.text, e.value), 0, static_cast<std::uint64_t>(e.value));
  }
  return found;
}

}  // namespace hassle::reports
