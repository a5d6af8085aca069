#include "mockha/metrics.hpp"

#include "mockha/command.hpp"
#include "mockha/restart_core.hpp"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <string_view>
#include <utility>

namespace hassle::mockha {

using reports::event_kind;

namespace {

/// The type behind a command's description in the journal.
std::string_view type_of(std::string_view described) {
  const std::string_view first = described.substr(0, described.find(' '));
  if (find_command(first)) return first;
  // "light.turn_on light.kitchen": no type has a dot.
  return first.find('.') == std::string_view::npos ? "unknown" : "call_service";
}

class page {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    fmt::format_to(std::back_inserter(text_), "# HELP {} {}\n# TYPE {} {}\n", name, help, name,
                   type);
  }
  void sample(std::uint64_t value) {
    fmt::format_to(std::back_inserter(text_), "{} {}\n", name_, value);
  }
  void sample(std::string_view label, std::string_view word, std::uint64_t value) {
    fmt::format_to(std::back_inserter(text_), "{}{{{}=\"{}\"}} {}\n", name_, label, word, value);
  }
  void counter(std::string_view name, std::string_view help, std::uint64_t value) {
    family(name, "counter", help);
    sample(value);
  }
  void gauge(std::string_view name, std::string_view help, std::uint64_t value) {
    family(name, "gauge", help);
    sample(value);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string_view name_;
};

void add_faults(page& to, const std::vector<fault_status>& faults) {
  using stage = fault_status::stage;
  std::array<std::uint64_t, 3> count{};
  for (const auto& each : faults) ++count.at(static_cast<std::size_t>(each.where));
  to.family("mockha_faults", "gauge", "Faults that wait for something, or are in force.");
  to.sample("stage", "armed", count.at(static_cast<std::size_t>(stage::armed)));
  to.sample("stage", "in_force", count.at(static_cast<std::size_t>(stage::in_force)));
}

void add_phase(page& to, restart_phase now) {
  to.family("mockha_phase", "gauge", "1 for the phase of a restart that Home Assistant is in.");
  for (const auto phase :
       {restart_phase::stopping, restart_phase::refused, restart_phase::not_running,
        restart_phase::starting, restart_phase::running}) {
    to.sample("phase", name_of(phase), phase == now ? 1 : 0);
  }
}

}  // namespace

void metrics::on_event(const reports::event& e) {
  ++kinds_.at(static_cast<std::size_t>(e.kind));
  if (e.kind == event_kind::server_received) {
    const std::string_view type = type_of(e.text);
    const auto counted = commands_.find(type);
    if (counted == commands_.end()) {
      commands_.emplace(type, 1);
    } else {
      ++counted->second;
    }
  } else if (e.kind == event_kind::server_auth && e.text != "ok") {
    ++refused_logins_;
  } else if (e.kind == event_kind::server_answered && e.text != "ok") {
    ++failed_answers_;
  } else if (e.kind == event_kind::server_closed && e.text == "peer") {
    ++closed_by_peer_;
  }
}

std::string metrics::text(const server& of, net::time_point now) const {
  const auto kind = [this](event_kind k) { return kinds_.at(static_cast<std::size_t>(k)); };
  const server_totals totals = of.totals();
  page p;
  p.gauge("mockha_uptime_seconds", "Seconds since the start, in the server's time.",
          static_cast<std::uint64_t>(
              std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count()));
  p.gauge("mockha_connections", "WebSocket connections that are open.", of.connections());
  p.counter("mockha_streams_accepted_total", "TCP connections that were accepted.",
            kind(event_kind::server_accepted));
  p.counter("mockha_connections_opened_total", "WebSocket connections since the start.",
            totals.accepted);
  p.family("mockha_connections_closed_total", "counter", "Connections that have ended, by whom.");
  p.sample("by", "peer", closed_by_peer_);
  p.sample("by", "server", kind(event_kind::server_closed) - closed_by_peer_);
  p.family("mockha_messages_total", "counter", "WebSocket messages.");
  p.sample("direction", "in", totals.received);
  p.sample("direction", "out", totals.sent);
  p.family("mockha_logins_total", "counter", "Logins on the WebSocket.");
  p.sample("result", "ok", kind(event_kind::server_auth) - refused_logins_);
  p.sample("result", "refused", refused_logins_);
  p.family("mockha_commands_total", "counter", "Commands that came in, by their type.");
  for (const auto& [type, count] : commands_) p.sample("type", type, count);
  p.family("mockha_answers_total", "counter", "Answers to commands that went out.");
  p.sample("result", "ok", kind(event_kind::server_answered) - failed_answers_);
  p.sample("result", "error", failed_answers_);
  p.counter("mockha_answers_lost_total", "Answers that never went out.",
            kind(event_kind::answer_lost));
  p.counter("mockha_executions_total", "Service calls that had an effect.",
            kind(event_kind::server_executed));
  p.gauge("mockha_entities", "Entities that can be seen.", of.house().size());
  p.counter("mockha_faults_begun_total", "Faults that have begun.", kind(event_kind::fault_began));
  p.counter("mockha_fault_hits_total", "Connections and messages that a fault touched.",
            kind(event_kind::fault_hit));
  add_faults(p, of.faults());
  add_phase(p, of.phase());
  return p.take();
}

}  // namespace hassle::mockha
